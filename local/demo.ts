/** The demo: a few hundred signed Stripe events through the front door, a third of them more than once, and the books compared. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import type { Connection } from '../ops/connection.ts';
import type { ConsumerOutput, SourceOutput } from '../ops/stack-description.ts';
import { print as printLine } from '../ops/terminal.ts';
import { createWebhookSender } from '../ops/webhook-sender.ts';
import { allSettled, type Marker, readBooks, readMarkers } from './demo-books.ts';
import { deliver } from './demo-delivery.ts';
import { planDemo } from './demo-plan.ts';
import { withProgress } from './demo-progress.ts';
import { reportDemo } from './demo-report.ts';

export type DemoOptions = {
  readonly events?: number;
  /** Decides amounts, copies and order; printed first, so that a run can be played again on a fresh stack. */
  readonly seed: number;
  readonly print?: (line: string) => void;
  /** Ends the demo before its end: it then throws the signal's reason. */
  readonly signal?: AbortSignal;
};

export type DemoOutcome = { readonly equal: boolean };

const EVENTS = 300;
const POLL_MILLIS = 250;
/** Nothing new for so long means that something is stuck: a failing message is tried again within seconds at first. */
const STANDSTILL_MILLIS = 60_000;
/** Other traffic on the stack could keep it moving for ever; the demo alone takes seconds. */
const WAIT_MILLIS_MAX = 10 * 60_000;

/** Resolves once the table is printed, whatever it says. */
export async function playDemo(connection: Connection, options: DemoOptions): Promise<DemoOutcome> {
  const print = options.print ?? printLine;
  const parts = demoParts(connection);
  if (parts === undefined) {
    print(
      'The demo needs a source of the provider stripe and the sample consumer ledger with its table Ledger; this stack lacks one, so it is left out.',
    );
    return { equal: true };
  }
  const { source, ledger } = parts;
  const plan = planDemo({ events: options.events ?? EVENTS, seed: options.seed, nowSeconds: Math.floor(systemClock.nowMillis() / 1000) });
  print(
    `demo with seed ${options.seed}: ${plan.events.length} Stripe events of ${plan.paidByCustomer.size} customers, ${plan.deliveries} deliveries, shuffled`,
  );

  const before = await readBooks(connection, ledger);
  const delivered = await withProgress('delivered', plan.deliveries, async (progress) =>
    deliver(plan, await createWebhookSender(connection, source), { clock: systemClock, progress, signal: options.signal }),
  );
  const keyOf = (identity: string) => `${source.source}#-#test#${identity}`;
  const unsettled = await waitUntilSettled(
    connection,
    plan.events.map(({ id }) => `${ledger.address}#${keyOf(id)}`),
    options.signal,
  );
  const after = await readBooks(connection, ledger);

  const report = reportDemo({
    plan,
    delivered,
    before,
    after,
    ledger: ledger.address,
    keyOf,
    providerAccount: `provider:${source.provider}`,
  });
  const differences = unsettled === undefined ? report.differences : [unsettled, ...report.differences];
  for (const line of report.lines) print(line);
  print(differences.length === 0 ? 'all equal' : `not equal: ${differences.join('; ')}`);
  return { equal: differences.length === 0 };
}

function demoParts(connection: Connection): { source: SourceOutput; ledger: ConsumerOutput } | undefined {
  const source = connection.sources.find(({ provider }) => provider === 'stripe');
  const ledger = connection.consumers.find(({ name, tables }) => name === 'ledger' && tables['Ledger'] !== undefined);
  return source === undefined || ledger === undefined ? undefined : { source, ledger };
}

/** Waits for a marker of the ledger for each event, then for everything that was published. Says what is missing when nothing moves any more. */
async function waitUntilSettled(connection: Connection, expected: readonly string[], signal?: AbortSignal): Promise<string | undefined> {
  const missingIn = (markers: ReadonlyMap<string, Marker>) => expected.filter((key) => !markers.has(key)).length;
  return withProgress('applied', expected.length, async (progress) => {
    let known = -1;
    const startedAtMillis = systemClock.nowMillis();
    let movedAtMillis = startedAtMillis;
    for (;;) {
      signal?.throwIfAborted();
      const markers = await readMarkers(connection);
      const missing = missingIn(markers);
      progress(expected.length - missing);
      if (missing === 0 && (await allSettled(connection, markers))) return undefined;
      if (markers.size !== known) movedAtMillis = systemClock.nowMillis();
      known = markers.size;
      const nowMillis = systemClock.nowMillis();
      if (nowMillis - movedAtMillis > STANDSTILL_MILLIS || nowMillis - startedAtMillis > WAIT_MILLIS_MAX) {
        const seconds = Math.round((nowMillis - startedAtMillis) / 1000);
        return `after ${seconds} s ${missing} events, or what they led to, are not applied yet; look at the logs and at \`npx oncehook status\``;
      }
      await systemClock.sleep(POLL_MILLIS);
    }
  });
}
