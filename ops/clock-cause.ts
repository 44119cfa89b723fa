/** How far a signature's time is from ours, and what that says. */
import { isoTime } from '../lambdas/core/time.ts';

/** Beyond every signature that was ever made. */
const SECONDS_OFF_MAX = 2 ** 34;
/** Nothing on the way holds one attempt up for longer; a provider signs its next attempt anew. */
const HELD_UP_SECONDS_MAX = 3_600;
const HOUR_SECONDS = 3_600;
/** Time zones reach from 12 hours behind UTC to 14 before it. */
const ZONE_HOURS_MAX = 14;

/** The least tolerance with which the request is valid, found by halving; undefined where none is. */
export async function secondsOff(isValidWithin: (toleranceSeconds: number) => Promise<boolean>): Promise<number | undefined> {
  if (!(await isValidWithin(SECONDS_OFF_MAX))) return undefined;
  let [refused, valid] = [-1, SECONDS_OFF_MAX];
  while (valid - refused > 1) {
    const middle = Math.floor((refused + valid) / 2);
    if (await isValidWithin(middle)) valid = middle;
    else refused = middle;
  }
  return valid;
}

export type ClockFacts = {
  readonly isOld: boolean;
  readonly secondsOff: number;
  readonly nowSeconds: number;
  readonly toleranceSeconds: number;
  /** When the request arrived, where it was valid then. */
  readonly validAtSeconds: number | undefined;
};

export function clockCause(facts: ClockFacts): string {
  const { isOld, secondsOff: off, nowSeconds, toleranceSeconds, validAtSeconds } = facts;
  const signedAt = isoTime((nowSeconds + (isOld ? -off : off)) * 1000);
  const said = `The signature is right, and its time, ${signedAt}, is ${off} s ${isOld ? 'before' : 'after'} the time of the check; allowed are ${toleranceSeconds} s.`;
  const hours = Math.round(off / HOUR_SECONDS);
  const isZone = hours > 0 && hours <= ZONE_HOURS_MAX && Math.abs(off - hours * HOUR_SECONDS) <= toleranceSeconds;
  const zone = isZone ? ` That is almost exactly ${hours} h: a clock that shows local time as if it were UTC looks like this.` : '';
  if (!isOld) return `${said} So one clock is wrong, the sender's or the one of this check: a replay is never from the future.${zone}`;
  if (validAtSeconds !== undefined) {
    return `${said} When it arrived, at ${isoTime(validAtSeconds * 1000)}, it was valid: check it with --at and that time.`;
  }
  return off > HELD_UP_SECONDS_MAX
    ? `${said} So it is a replay, or it was captured then: add --at ${signedAt} to check it as of that time.${zone}`
    : `${said} So it was held up or replayed, or one clock is wrong by about that; for a captured request add --at ${signedAt}.`;
}
