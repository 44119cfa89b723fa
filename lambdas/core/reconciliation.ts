/** Reconciliation: which time is looked at, and what a difference is. */
import { EVENTS_KEPT_MARGIN_SECONDS, RECONCILE_GRACE_SECONDS, RECONCILE_STEP_SECONDS_MAX, UNLISTED_STEP_SECONDS } from './limits.ts';
import type { Item, Value } from './ports.ts';
import type { Window } from './provider-api.ts';
import { isoTime } from './time.ts';

/** What a run is asked to do: so many hours back from now, or an exact window. */
export type ReconcileRequest = ({ readonly hours: number } | Window) & {
  readonly dryRun?: boolean;
  /** How old the youngest thing is that is looked at. @default RECONCILE_GRACE_SECONDS */
  readonly graceSeconds?: number;
};

/** `unreadable`: one side has a record that cannot be read, so nobody knows whether they agree. */
export type DifferenceKind = 'missing here' | 'missing there' | 'amount' | 'currency' | 'mode' | 'object' | 'status' | 'unreadable';

/** One row on which the provider's records and ours do not agree. */
export type Difference = {
  readonly what: 'event' | 'payment' | 'transaction';
  readonly id: string;
  readonly difference: DifferenceKind;
  /** What each side says, where it says something. */
  readonly ours?: string | undefined;
  readonly theirs?: string | undefined;
  /** It was brought in through the ingest transaction, and needs nobody. */
  readonly injected?: boolean;
};

export type ReconcileCounts = { readonly events: number; readonly payments: number; readonly transactions: number };

export type Report = {
  readonly runId: string;
  readonly window: Window;
  readonly counts: ReconcileCounts;
  readonly differences: number;
  readonly injected: number;
  readonly finishedAt: string;
  readonly dryRun: boolean;
  /** Why a part was left out, as sentences. */
  readonly notes: readonly string[];
};

/** What a dry run found is only in its answer, since it writes nothing down. */
export type DryReport = Report & { readonly found: readonly Difference[] };

/** `open`: the run was stopped, and the next one of its kind goes on where it is. */
export type ReconcileResult = Report | DryReport | { readonly runId: string; readonly open: true; readonly code: string };

/**
 * The window of a run, its end fixed before anything is read. What happened in the last quarter of an hour is left to the next run: its webhook may
 * still be on the way. The future is never part of it, whatever is asked for.
 */
export function windowOf(request: ReconcileRequest, nowMillis: number): Window {
  const latest = Math.floor(nowMillis / 1000) - Math.max(0, request.graceSeconds ?? RECONCILE_GRACE_SECONDS);
  if ('hours' in request) return { fromSeconds: latest - Math.round(request.hours * 3600), toSeconds: latest };
  return { fromSeconds: request.fromSeconds, toSeconds: Math.min(request.toSeconds, latest) };
}

/** What is wrong with a request, as a sentence: somebody invoked the function by hand. */
export function requestFault(request: ReconcileRequest, { fromSeconds, toSeconds }: Window): string | undefined {
  if (![fromSeconds, toSeconds].every(Number.isSafeInteger))
    return 'It takes { "hours": 3 }, or { "fromSeconds": …, "toSeconds": … } in whole Unix seconds; received neither.';
  if (fromSeconds < toSeconds) return undefined;
  const asked = 'hours' in request ? `${request.hours} hours` : `the time from ${isoTime(fromSeconds * 1000)} on`;
  return `Nothing is left of ${asked}: it ends at ${isoTime(toSeconds * 1000)}, since what is younger may still be on its way.`;
}

/** Names what a run looks at: a run that was stopped is found by it again. */
export function windowName(request: ReconcileRequest, { fromSeconds, toSeconds }: Window): string {
  const kind = 'hours' in request ? `${request.hours}h` : 'asked';
  return `${kind}#${isoTime(fromSeconds * 1000)}#${isoTime(toSeconds * 1000)}`;
}

/** Another for each run, so that what one found is never taken for what a later one finds in the same window. */
export function runIdOf(request: ReconcileRequest, window: Window, nowMillis: number): string {
  return `${windowName(request, window)}#${request.dryRun === true ? 'dry' : isoTime(nowMillis)}`;
}

/** The window's name in a run's id. */
export function windowNameIn(runId: string): string {
  return runId.split('#').slice(0, 3).join('#');
}

/** The second from which on the provider surely still lists its events; `Infinity` where it lists none. */
export function listedFromSeconds(keptSeconds: number | undefined, nowMillis: number): number {
  return keptSeconds === undefined ? Number.POSITIVE_INFINITY : Math.ceil(nowMillis / 1000) - keptSeconds + EVENTS_KEPT_MARGIN_SECONDS;
}

/** The newest part of a window that may be one step: all of it is in the provider's list of events, or nothing is. */
export function newestPart({ fromSeconds, toSeconds }: Window, listedFrom: number): Window & { readonly isListed: boolean } {
  const isListed = toSeconds > listedFrom;
  const least = toSeconds - (isListed ? RECONCILE_STEP_SECONDS_MAX : UNLISTED_STEP_SECONDS);
  return { fromSeconds: Math.max(fromSeconds, least, isListed ? listedFrom : fromSeconds), toSeconds, isListed };
}

/** Names a difference, so that two runs at once, or a run that goes on, write it once. */
export function differenceKey({ what, id, difference }: Difference): string {
  return `${what}#${id}#${difference}`;
}

export function differenceItem(source: string, runId: string, difference: Difference): Item {
  return compact({ pk: `${source}#${runId}`, sk: differenceKey(difference), ...difference });
}

export function readDifference({ what, id, difference, ours, theirs, injected }: Item): Difference {
  return {
    what: what as Difference['what'],
    id: String(id),
    difference: difference as DifferenceKind,
    ...(ours === undefined ? {} : { ours: String(ours) }),
    ...(theirs === undefined ? {} : { theirs: String(theirs) }),
    ...(injected === true ? { injected: true } : {}),
  };
}

export function reportItem(source: string, report: Report): Item {
  const { window, counts, notes, ...rest } = report;
  return { pk: source, sk: `report#${report.finishedAt}#${report.runId}`, ...rest, ...window, ...counts, notes };
}

export function readReport(item: Item): Report {
  const number = (name: string) => Number(item[name] ?? 0);
  return {
    runId: String(item['runId']),
    window: { fromSeconds: number('fromSeconds'), toSeconds: number('toSeconds') },
    counts: { events: number('events'), payments: number('payments'), transactions: number('transactions') },
    differences: number('differences'),
    injected: number('injected'),
    finishedAt: String(item['finishedAt']),
    dryRun: item['dryRun'] === true,
    notes: ((item['notes'] ?? []) as readonly Value[]).map(String),
  };
}

function compact(item: { readonly [name: string]: Value | undefined }): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Item;
}
