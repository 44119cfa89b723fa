/** Latency at low load and throughput when saturated, through the front door of the local stack; never the capacity of AWS. */
import pLimit from 'p-limit';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { readMarkers } from '../../local/demo-books.ts';
import { type LocalStack, startLocal } from '../../local/start-local.ts';
import { type Connection, connect } from '../../ops/connection.ts';
import type { Made } from '../../ops/fixtures/fixture.ts';
import { freshFrom } from '../../ops/fixtures/fresh.ts';
import { paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { createWebhookSender, type WebhookSender } from '../../ops/webhook-sender.ts';

export type LoadResult = {
  readonly ackMillis: readonly number[];
  /** From the request sent to the time in the ledger's marker, which is taken just before its commit. */
  readonly endToEndMillis: readonly number[];
  readonly eventsPerSecond: number;
};

export type PipelineResult = {
  readonly low: LoadResult;
  readonly saturated: LoadResult;
  readonly sendCallsPerMessage: number;
  readonly calls: ReturnType<LocalStack['calls']>;
};

const LOW_EVENTS = 100;
const LOW_PAUSE_MILLIS = 100;
const WARM_UP_EVENTS = 200;
const SATURATED_EVENTS = 1_500;
const SATURATED_IN_FLIGHT = 64;
const POLL_MILLIS = 200;
const DRAIN_MILLIS_MAX = 120_000;

/** One stack for everything; `outdir` is a synthesized assembly. Throws `MISSING_PREREQUISITE` for real engines without Java. */
export async function measurePipeline(outdir: string, engine: 'real' | 'embedded'): Promise<PipelineResult> {
  const sends = { calls: 0, messages: 0 };
  const stack = await startLocal({
    port: 0,
    outdir,
    engine,
    prefix: 'bench-',
    intercept: ({ operation, body }) => {
      if (operation === 'SendMessageBatch') {
        sends.calls += 1;
        sends.messages += Array.isArray(body['Entries']) ? body['Entries'].length : 0;
      }
      return 'pass';
    },
  });
  try {
    const connection = await connect({ url: stack.url, directory: '.' });
    const [source] = connection.sources.filter(({ provider }) => provider === 'stripe');
    if (source === undefined) throw new Error('The stack has no source of the provider stripe.');
    const run = { connection, sender: await createWebhookSender(connection, source), prefix: `ledger@1#${source.source}#-#test#` };
    await drive(run, { events: WARM_UP_EVENTS, inFlight: 16, pauseMillis: 0 });
    const low = await drive(run, { events: LOW_EVENTS, inFlight: 8, pauseMillis: LOW_PAUSE_MILLIS });
    Object.assign(sends, { calls: 0, messages: 0 });
    const saturated = await drive(run, { events: SATURATED_EVENTS, inFlight: SATURATED_IN_FLIGHT, pauseMillis: 0 });
    return { low, saturated, sendCallsPerMessage: sends.calls / sends.messages, calls: stack.calls() };
  } finally {
    await stack.stop();
  }
}

type Run = { readonly connection: Connection; readonly sender: WebhookSender; readonly prefix: string };

async function drive(run: Run, load: { events: number; inFlight: number; pauseMillis: number }): Promise<LoadResult> {
  const fresh = freshFrom(Math.floor(systemClock.nowMillis() / 1000), systemRandom.fraction);
  const made: Made[] = Array.from({ length: load.events }, () => paymentSucceeded(freshPayment(fresh), fresh));
  const sentAtMillis = new Map<string, number>();
  const ackMillis: number[] = [];
  const limit = pLimit(load.inFlight);
  const startedAtMillis = systemClock.nowMillis();
  const posts: Promise<void>[] = [];
  for (const event of made) {
    posts.push(
      limit(async () => {
        const delivery = await run.sender.post(event);
        if (delivery.status !== 200) throw new Error(`A delivery was answered ${delivery.status ?? delivery.failure}.`);
        sentAtMillis.set(event.id, delivery.sentAtMillis);
        ackMillis.push(delivery.millis);
      }),
    );
    if (load.pauseMillis > 0) await systemClock.sleep(load.pauseMillis);
  }
  await Promise.all(posts);
  const markedAtMillis = await markersOf(run, made);
  const endToEndMillis = made.map(({ id }) => (markedAtMillis.get(id) ?? Number.NaN) - (sentAtMillis.get(id) ?? Number.NaN));
  const lastMillis = Math.max(...markedAtMillis.values());
  return { ackMillis, endToEndMillis, eventsPerSecond: load.events / ((lastMillis - startedAtMillis) / 1000) };
}

async function markersOf(run: Run, made: readonly Made[]): Promise<Map<string, number>> {
  const deadlineMillis = systemClock.nowMillis() + DRAIN_MILLIS_MAX;
  for (;;) {
    const markers = await readMarkers(run.connection);
    const found = made.flatMap(({ id }) => {
      const marker = markers.get(`${run.prefix}${id}`);
      return marker === undefined ? [] : [[id, Date.parse(marker.at)] as const];
    });
    if (found.length === made.length) return new Map(found);
    if (systemClock.nowMillis() > deadlineMillis)
      throw new Error(`${made.length - found.length} events were not applied in ${DRAIN_MILLIS_MAX} ms.`);
    await systemClock.sleep(POLL_MILLIS);
  }
}
