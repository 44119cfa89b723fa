/** Reads which time a person wants to have reconciled. Pure. */
import { type ReconcileRequest, windowOf } from '../lambdas/core/reconciliation.ts';
import { isoTime } from '../lambdas/core/time.ts';
import { wrongUse } from './operator-error.ts';
import { secondsOf } from './verify-input.ts';

export type Wanted = {
  readonly hours?: number | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly grace?: number | undefined;
};

/** Where nothing is said; a webhook that is later than a day is an exception. */
const HOURS = 24;

/** Throws wrong use, also for a window of which nothing is left: a run that compares nothing must not say that all is equal. */
export function reconcileRequest({ hours, from, to, dryRun, grace }: Wanted, nowMillis: number): ReconcileRequest {
  const more = { ...(dryRun === true ? { dryRun } : {}), ...(grace === undefined ? {} : { graceSeconds: grace }) };
  if (from === undefined && to === undefined) return { hours: hours ?? HOURS, ...more };
  if (hours !== undefined)
    throw wrongUse('TWO_WINDOWS', '--hours looks back from now, and --from and --to name a window; give one of them.');
  if (from === undefined || to === undefined) throw wrongUse('HALF_A_WINDOW', '--from and --to are given together.');
  const request = { fromSeconds: timeOf('--from', from), toSeconds: timeOf('--to', to), ...more };
  const { fromSeconds, toSeconds } = windowOf(request, nowMillis);
  if (fromSeconds < toSeconds) return request;
  throw wrongUse(
    'EMPTY_WINDOW',
    `Nothing lies between --from ${from} and ${isoTime(toSeconds * 1000)}, which is the end that counts: what is younger may still be on its way (--grace).`,
  );
}

function timeOf(option: string, text: string): number {
  const seconds = secondsOf(text);
  if (seconds !== undefined) return seconds;
  throw wrongUse(
    'BAD_TIME',
    `${option} is no time: ${JSON.stringify(text)}. Allowed are ISO 8601 with a zone, for example 2026-11-24T22:15:00Z, and Unix seconds.`,
  );
}
