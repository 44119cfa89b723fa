/** Reconcile: the provider's own lists against our records. What never came is brought in as a webhook would have been; what differs is reported, and nothing is mended in silence. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context } from 'aws-lambda';
import { errorCode } from '../core/errors.ts';
import { DIFFERENCES_ITEMS_MAX, RECONCILE_MARGIN_MILLIS } from '../core/limits.ts';
import type { ProviderApi, Window } from '../core/provider-api.ts';
import { type Difference, type ReconcileCounts, type ReconcileRequest, type Report, runIdOf, windowOf } from '../core/reconciliation.ts';
import { isoTime } from '../core/time.ts';
import { flushTelemetry } from './flush-telemetry.ts';
import { compareBooks } from './reconcile-books.ts';
import { compareEvents, eventsPart } from './reconcile-events.ts';
import { comparePayments } from './reconcile-payments.ts';
import type { EventsPart, ReconcilePorts, ReconcileSettings, Run } from './reconciliation-run.ts';
import { createReconciliationStore, type OpenRun, type ReconciliationStore } from './reconciliation-store.ts';

/** What a dry run found is only in its answer, since it writes nothing down. */
export type DryReport = Report & { readonly found: readonly Difference[] };

/** `open`: the run was stopped, and the next one of its kind goes on where it is. */
export type ReconcileResult = Report | DryReport | { readonly runId: string; readonly open: true; readonly code: string };

export type ReconcileHandler = MiddyfiedHandler<ReconcileRequest, readonly ReconcileResult[]>;

/** The handler of one source's function: first what an earlier run of this kind left open, then its own window. Several may run at once. */
export function createReconcile(settings: ReconcileSettings, ports: ReconcilePorts): ReconcileHandler {
  return middy<ReconcileRequest, readonly ReconcileResult[]>({ timeoutEarlyInMillis: 0 })
    .use(flushTelemetry(ports.telemetry))
    .handler(async (request: ReconcileRequest, context: Context) => {
      const deadlineMillis = ports.clock.nowMillis() + context.getRemainingTimeInMillis() - RECONCILE_MARGIN_MILLIS;
      const store = createReconciliationStore(settings, ports, deadlineMillis + RECONCILE_MARGIN_MILLIS / 2);
      const window = windowOf(request, ports.clock.nowMillis());
      const own: OpenRun = {
        runId: runIdOf(request, window),
        window,
        toSeconds: window.toSeconds,
        dryRun: request.dryRun === true,
        counts: NOTHING,
      };
      const kind = own.runId.split('#')[0] as string;
      const left = own.dryRun ? undefined : await store.openRun(kind);
      const results: ReconcileResult[] = [];
      for (const run of left === undefined || left.runId === own.runId ? [left ?? own] : [left, own]) {
        const result = await work(run, { settings, ports, store, deadlineMillis });
        results.push(result);
        if ('open' in result) break;
      }
      return results;
    });
}

const NOTHING: ReconcileCounts = { events: 0, payments: 0, transactions: 0 };

type Parts = {
  readonly settings: ReconcileSettings;
  readonly ports: ReconcilePorts;
  readonly store: ReconciliationStore;
  readonly deadlineMillis: number;
};

/** Step by step from the newest backwards, since that is how providers list; after each step the place is written down. */
async function work(begun: OpenRun, { settings, ports, store, deadlineMillis }: Parts): Promise<ReconcileResult> {
  const { runId, window, dryRun } = begun;
  const found = dryRun ? new Map<string, Difference>() : undefined;
  const run: Run = {
    settings,
    ports,
    runId,
    dryRun,
    deadlineMillis,
    differs: async (difference) => {
      if (found === undefined) await store.keep(runId, difference);
      else found.set(JSON.stringify(difference), difference);
    },
  };
  let { toSeconds, counts } = begun;
  try {
    while (toSeconds > window.fromSeconds) {
      const part = await eventsPart({ fromSeconds: window.fromSeconds, toSeconds }, run);
      counts = add(counts, await compareStep(part, run));
      toSeconds = part.window.fromSeconds;
      if (!dryRun) await store.goOn({ ...begun, toSeconds, counts });
    }
  } catch (error) {
    const code = errorCode(error);
    ports.telemetry.count('ReconciliationFailed', 1, { code });
    if (code === 'PROVIDER_UNAUTHORIZED') ports.telemetry.count('ProviderUnauthorized');
    ports.telemetry.log('error', 'reconciliation stopped', { runId, code, at: isoTime(toSeconds * 1000) });
    return { runId, open: true, code };
  }
  return finish(begun, counts, { settings, ports, store, found });
}

/** A part whose events are known is compared as a whole, each list with ours in both directions. */
async function compareStep(part: EventsPart, run: Run): Promise<ReconcileCounts> {
  const { compared: events, ...ours } = await compareEvents(part, run);
  const payments = await comparePayments(part.window, run);
  const transactions = await compareBooks({ window: part.window, ...ours }, run);
  return { events, payments, transactions };
}

function add(one: ReconcileCounts, other: ReconcileCounts): ReconcileCounts {
  return {
    events: one.events + other.events,
    payments: one.payments + other.payments,
    transactions: one.transactions + other.transactions,
  };
}

type Finish = Pick<Parts, 'settings' | 'ports' | 'store'> & { readonly found: ReadonlyMap<string, Difference> | undefined };

async function finish(
  { runId, window, dryRun }: OpenRun,
  counts: ReconcileCounts,
  { settings, ports, store, found }: Finish,
): Promise<Report | DryReport> {
  const differences = found === undefined ? await store.differences(runId) : [...found.values()];
  const injected = differences.filter((one) => one.injected === true).length;
  const report: Report = {
    runId,
    window,
    counts,
    differences: differences.length - injected,
    injected,
    finishedAt: isoTime(ports.clock.nowMillis()),
    dryRun,
    notes: notesOf(settings.api, window, ports.clock.nowMillis()),
  };
  if (dryRun) return { ...report, found: differences.slice(0, DIFFERENCES_ITEMS_MAX) };
  await store.finish(report);
  ports.telemetry.count('ReconciliationDifferences', report.differences);
  ports.telemetry.count('ReconciliationInjected', injected);
  // How far back from now everything has been compared: an hourly run that does not come keeps it rising, and silence is heard as well.
  ports.telemetry.count('ReconciliationLagSeconds', Math.round(ports.clock.nowMillis() / 1000) - window.toSeconds);
  return report;
}

function notesOf(api: ProviderApi, { fromSeconds }: Window, nowMillis: number): readonly string[] {
  const kept = api.events === undefined ? undefined : nowMillis / 1000 - api.events.keptSeconds;
  return [
    ...(api.events === undefined ? [`${api.name} has no list of events. ${api.noEvents ?? ''}`.trim()] : []),
    ...(kept !== undefined && fromSeconds < kept
      ? [`${api.name} keeps its events from ${isoTime(kept * 1000)} on; what is older was not compared.`]
      : []),
    ...(api.transactions === undefined ? [`${api.name} has no list of what moved on its balance; no books were compared.`] : []),
  ];
}
