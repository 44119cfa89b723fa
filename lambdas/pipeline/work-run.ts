/** Works one run of reconciliation, step by step from the newest backwards, since that is how providers list; after each step the place is written down. */
import { errorCode } from '../core/errors.ts';
import { DIFFERENCES_ITEMS_MAX } from '../core/limits.ts';
import { type Difference, type DryReport, differenceKey, type ReconcileResult, type Report } from '../core/reconciliation.ts';
import { isoTime } from '../core/time.ts';
import { outOfTime } from './all-pages.ts';
import { compareBooks } from './reconcile-books.ts';
import { compareEvents, eventsPart } from './reconcile-events.ts';
import { comparePayments } from './reconcile-payments.ts';
import type { Aside, ReconcilePorts, ReconcileSettings, Run } from './reconciliation-run.ts';
import type { OpenRun, ReconciliationStore, Tally } from './reconciliation-store.ts';
import { reportNotes } from './report-notes.ts';

export type RunParts = {
  readonly settings: ReconcileSettings;
  readonly ports: ReconcilePorts;
  readonly store: ReconciliationStore;
  readonly deadlineMillis: number;
  readonly isDry: boolean;
  /** Its window ends later than that of any other: it says how far everything has been compared. */
  readonly isNewest: boolean;
};

/** What a run has found, by what names it; the place of what it counts. */
type Findings = { readonly found: Map<string, Difference>; readonly asides: Record<Aside, number> };

export async function workRun(begun: OpenRun, parts: RunParts): Promise<ReconcileResult> {
  const { ports, store, deadlineMillis, isDry } = parts;
  let place = begun;
  let steps = 0;
  try {
    const findings = await findingsOf(begun, parts);
    const run = runOf(begun.runId, findings, parts);
    while (place.toSeconds > place.window.fromSeconds) {
      if (ports.clock.nowMillis() >= deadlineMillis) throw outOfTime();
      const moved = await compareStep(place, { run, findings });
      // Another invocation of the same run may be ahead, or at its end.
      const stands = isDry ? moved : await store.goOn(moved, place.toSeconds);
      if (stands === undefined) break;
      place = stands;
      steps += 1;
    }
    return await finish(place, findings, parts);
  } catch (error) {
    return stopped(place, error, { ports, steps });
  }
}

/** A run that goes on knows what it has found before. */
async function findingsOf({ runId, window, toSeconds }: OpenRun, { store, isDry }: RunParts): Promise<Findings> {
  const before = isDry || toSeconds === window.toSeconds ? [] : await store.differences(runId);
  return {
    found: new Map(before.map((difference) => [differenceKey(difference), difference])),
    asides: { elsewhere: 0, unkept: 0, unkeptInjected: 0 },
  };
}

function runOf(runId: string, { found, asides }: Findings, { settings, ports, store, deadlineMillis, isDry }: RunParts): Run {
  const counts = (aside: Aside) => {
    asides[aside] += 1;
  };
  const differs = async (difference: Difference): Promise<void> => {
    const key = differenceKey(difference);
    const known = found.get(key);
    if (JSON.stringify(known) === JSON.stringify(difference)) return;
    if (known === undefined && found.size >= DIFFERENCES_ITEMS_MAX)
      return counts(difference.injected === true ? 'unkeptInjected' : 'unkept');
    found.set(key, difference);
    if (!isDry) await store.keep(runId, difference);
  };
  return { settings, ports, runId, dryRun: isDry, deadlineMillis, slots: new Map(), sums: new Map(), differs, counts };
}

/** A part whose events are known is compared as a whole, each list with ours in both directions. */
async function compareStep(place: OpenRun, { run, findings }: { readonly run: Run; readonly findings: Findings }): Promise<OpenRun> {
  const part = await eventsPart({ fromSeconds: place.window.fromSeconds, toSeconds: place.toSeconds }, run);
  const { window } = part;
  const { compared: events, ...compared } = await compareEvents(part, run);
  const payments = await comparePayments(window, run);
  const transactions = await compareBooks({ window, ...compared }, run);
  const tally = added(place.tally, { events, payments, transactions, ...findings.asides });
  // What was met in a step that is not finished is met again.
  Object.assign(findings.asides, { elsewhere: 0, unkept: 0, unkeptInjected: 0 });
  return { ...place, toSeconds: window.fromSeconds, tally };
}

function added(one: Tally, other: Tally): Tally {
  return {
    events: one.events + other.events,
    payments: one.payments + other.payments,
    transactions: one.transactions + other.transactions,
    elsewhere: one.elsewhere + other.elsewhere,
    unkept: one.unkept + other.unkept,
    unkeptInjected: one.unkeptInjected + other.unkeptInjected,
  };
}

type Stop = { readonly ports: ReconcilePorts; readonly steps: number };

/** A run that had something done when its time was over has not failed. */
function stopped({ runId, toSeconds }: OpenRun, error: unknown, { ports, steps }: Stop): ReconcileResult {
  const code = errorCode(error);
  const isFailure = code !== 'OUT_OF_TIME' || steps === 0;
  if (isFailure) ports.telemetry.count('ReconciliationFailed', 1, { code });
  if (code === 'PROVIDER_UNAUTHORIZED') ports.telemetry.count('ProviderUnauthorized');
  ports.telemetry.log(isFailure ? 'error' : 'info', 'reconciliation stopped', { runId, code, at: isoTime(toSeconds * 1000) });
  return { runId, open: true, code };
}

async function finish({ runId, window, tally }: OpenRun, { found }: Findings, parts: RunParts): Promise<Report | DryReport> {
  const { settings, ports, store, isDry, isNewest } = parts;
  // Two invocations may have found different parts of it.
  const kept = isDry ? [...found.values()] : await store.differences(runId);
  const injectedKept = kept.filter(({ injected }) => injected === true).length;
  const nowMillis = ports.clock.nowMillis();
  const { events, payments, transactions } = tally;
  const report: Report = {
    runId,
    window,
    counts: { events, payments, transactions },
    differences: kept.length - injectedKept + tally.unkept,
    injected: injectedKept + tally.unkeptInjected,
    finishedAt: isoTime(nowMillis),
    dryRun: isDry,
    notes: reportNotes({ settings, window, tally, nowMillis }),
  };
  if (isDry) return { ...report, found: kept };
  if (!(await store.finish(report))) return report;
  ports.telemetry.count('ReconciliationDifferences', report.differences);
  ports.telemetry.count('ReconciliationInjected', report.injected);
  // How far back from now everything has been compared: an hourly run that does not come keeps it rising, and silence is heard as well.
  if (isNewest) ports.telemetry.count('ReconciliationLagSeconds', Math.round(nowMillis / 1000) - window.toSeconds);
  return report;
}
