/** A local stack with what the tests of the pipeline do to it: post signed events, wait until all is settled, read the books. */
import Stripe from 'stripe';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import type { Intercept } from '../../local/aws-front.ts';
import { allSettled, type Books, readBooks, readMarkers } from '../../local/demo-books.ts';
import type { LocalOptions, LocalStack } from '../../local/start-local.ts';
import { type Connection, connect } from '../../ops/connection.ts';
import type { Made } from '../../ops/fixtures/fixture.ts';
import { type Fresh, freshFrom } from '../../ops/fixtures/fresh.ts';
import { readStatus } from '../../ops/stack-status.ts';
import { countItems } from '../../ops/table-scan.ts';
import { startStack } from './harness.ts';

export const STRIPE_SECRET = 'whsec_of_the_engine_tests_0123456789';

export type Pipeline = {
  readonly stack: LocalStack;
  readonly connection: Connection;
  readonly fresh: Fresh;
  /** Posts with a signature made by Stripe's own library, and answers with the status; 0 where the socket was cut. */
  post(made: Made): Promise<number>;
  /** Resolves when each event of the outbox has a marker for each address; throws after a minute. */
  settled(): Promise<void>;
  /** Resolves when no queue holds a message, in flight included; throws after a minute. */
  drained(): Promise<void>;
  books(): Promise<Books>;
  /** Counts of the events and the outbox table. */
  stored(): Promise<{ readonly events: number; readonly outbox: number }>;
};

const WAIT_MILLIS_MAX = 45_000;
const POLL_MILLIS = 100;

export async function openPipeline(options: Partial<LocalOptions> = {}): Promise<Pipeline> {
  const stack = await startStack({ env: { ONCEHOOK_SECRET_STRIPE: STRIPE_SECRET }, ...options });
  const connection = await connect({ url: stack.url, directory: '.' });
  const ledger = connection.consumers.find(({ name }) => name === 'ledger');
  if (ledger === undefined) throw new Error('The stack has no ledger.');
  return {
    stack,
    connection,
    fresh: freshFrom(Math.floor(systemClock.nowMillis() / 1000), systemRandom.fraction),
    post: (made) => postSigned(`${stack.url}/webhooks/stripe`, made),
    settled: () => waitUntilSettled(connection),
    drained: () => waitUntil(async () => Object.values((await readStatus(connection)).consumers).every(({ waiting }) => waiting === 0)),
    books: () => readBooks(connection, ledger),
    stored: async () => {
      const reader = await connection.tableReader();
      return { events: await countItems(reader, connection.tables.events), outbox: await countItems(reader, connection.tables.outbox) };
    },
  };
}

/** The bodies of all messages that the stack sends, and what to hand to the stack so that they are seen. */
export function watchMessages(): { readonly bodies: string[]; readonly intercept: Intercept } {
  const bodies: string[] = [];
  return {
    bodies,
    intercept: ({ operation, body }) => {
      const entries = operation === 'SendMessageBatch' && Array.isArray(body['Entries']) ? body['Entries'] : [];
      for (const { MessageBody } of entries as { MessageBody: string }[]) bodies.push(MessageBody);
      return 'pass';
    },
  };
}

/** The key of an event of the fixtures: the source stripe, no connected account, test mode. */
export function keyOf(made: Made): string {
  return `stripe#-#test#${made.id}`;
}

async function postSigned(url: string, { body }: Made): Promise<number> {
  const payload = Buffer.from(body).toString('utf8');
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: STRIPE_SECRET });
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      body: payload,
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

/** The markers are read first: what a consumer publishes commits with its marker, so nothing can be missed. */
function waitUntilSettled(connection: Connection): Promise<void> {
  return waitUntil(async () => allSettled(connection, await readMarkers(connection)));
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  const deadlineMillis = systemClock.nowMillis() + WAIT_MILLIS_MAX;
  while (!(await condition())) {
    if (systemClock.nowMillis() > deadlineMillis) throw new Error(`The pipeline did not come to rest within ${WAIT_MILLIS_MAX} ms.`);
    await systemClock.sleep(POLL_MILLIS);
  }
}
