/** Write units of one Stripe event at ingest, on real captured bodies: what the deployed handler writes, sized by the rules. */
import { existsSync, readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import type { FrozenTransaction } from '../../lambdas/core/ports.ts';
import { createIngest } from '../../lambdas/pipeline/ingest.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { transactionalWriteUnits } from './item-size.ts';

export type UnitsRow = { readonly kind: string; readonly bodyBytes: number; readonly storedBytes: number; readonly units: number };

const SAMPLES = new URL('../../../shared/samples/webhook-payloads.jsonl', import.meta.url);

/** One row a captured body, indented as Stripe sends it; undefined where the captures are not on this machine. */
export async function measureWriteUnits(): Promise<readonly UnitsRow[] | undefined> {
  if (!existsSync(SAMPLES)) return undefined;
  const lines = readFileSync(SAMPLES, 'utf8').trim().split('\n');
  const captures = lines
    .map((line) => JSON.parse(line) as { provider: string; file: string; body: unknown })
    .filter(({ provider }) => provider === 'stripe');
  return Promise.all(captures.map(({ file, body }) => measure(file, JSON.stringify(body, null, 2))));
}

async function measure(kind: string, body: string): Promise<UnitsRow> {
  const transactions: FrozenTransaction[] = [];
  const secret = 'whsec_bench';
  const ingest = createIngest(
    {
      source: 'stripe',
      provider: stripe,
      routes: [{ address: 'ledger@1', subscribes: { stripe: ['*'] } }],
      tables: { events: 'E', outbox: 'O' },
      secretId: 's',
    },
    {
      store: {
        transact: async (transaction) => {
          transactions.push(transaction);
          return { kind: 'committed' };
        },
        get: async () => undefined,
      },
      secrets: { current: async () => JSON.stringify({ active: [{ id: 'bench', secret }] }) },
      clock: systemClock,
      random: systemRandom,
      telemetry: { count: () => undefined, log: () => undefined, flush: () => undefined },
    },
  );
  const { headers } = stripe.sign({ body: Buffer.from(body), secret, nowSeconds: Math.floor(systemClock.nowMillis() / 1000), id: 'bench' });
  const answer = await ingest(
    { headers, body, isBase64Encoded: false } as unknown as APIGatewayProxyEventV2,
    { getRemainingTimeInMillis: () => 10_000 } as Context,
  );
  const actions = transactions.flatMap(({ actions: all }) => all);
  if (answer.statusCode !== 200 || actions.length !== 2)
    throw new Error(`${kind}: answered ${answer.statusCode} with ${actions.length} actions`);
  const items = actions.flatMap((action) => (action.kind === 'put' ? [action.item] : []));
  const payload = items[1]?.['payload'];
  return {
    kind,
    bodyBytes: Buffer.byteLength(body),
    storedBytes: payload instanceof Uint8Array ? payload.byteLength : 0,
    units: items.reduce((sum, item) => sum + transactionalWriteUnits(item), 0),
  };
}
