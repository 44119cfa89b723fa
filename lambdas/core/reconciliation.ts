/** Reconciliation: which time is looked at, and what a difference is. */
import { RECONCILE_GRACE_SECONDS } from './limits.ts';
import type { Item, Value } from './ports.ts';
import type { Window } from './provider-api.ts';
import { isoTime } from './time.ts';

/** What a run is asked to do: so many hours back from now, or an exact window. */
export type ReconcileRequest = ({ readonly hours: number } | Window) & {
  readonly dryRun?: boolean;
  /** How old the youngest thing is that is looked at. @default RECONCILE_GRACE_SECONDS */
  readonly graceSeconds?: number;
};

export type DifferenceKind = 'missing here' | 'missing there' | 'amount' | 'currency' | 'mode' | 'object' | 'status';

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

/**
 * The window of a run, its end fixed before anything is read. What happened in the last quarter of an hour is left to the next run: its webhook may
 * still be on the way. The future is never part of it, whatever is asked for.
 */
export function windowOf(request: ReconcileRequest, nowMillis: number): Window {
  const latest = Math.floor(nowMillis / 1000) - Math.max(0, request.graceSeconds ?? RECONCILE_GRACE_SECONDS);
  if ('hours' in request) return { fromSeconds: latest - Math.round(request.hours * 3600), toSeconds: latest };
  return { fromSeconds: request.fromSeconds, toSeconds: Math.min(request.toSeconds, latest) };
}

/** The same for each try of one run. */
export function runIdOf(request: ReconcileRequest, { fromSeconds, toSeconds }: Window): string {
  const name = 'hours' in request ? `${request.hours}h` : 'asked';
  return `${name}#${isoTime(fromSeconds * 1000)}#${isoTime(toSeconds * 1000)}${request.dryRun === true ? '#dry' : ''}`;
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
