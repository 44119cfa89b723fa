/** How long a failed message stays hidden: doubling by its receive count, so that twelve receives span more than an hour. */
import { REDELIVERY_BASE_SECONDS, REDELIVERY_CAP_SECONDS } from './limits.ts';

/** Whole seconds. `fraction` in [0, 1) spreads messages that failed together by up to a quarter, upwards only, so that the span holds. */
export function redeliverySeconds(receiveCount: number, fraction: number): number {
  const doublings = Math.min(Math.max(receiveCount - 1, 0), 20);
  const seconds = REDELIVERY_BASE_SECONDS * 2 ** doublings * (1 + fraction / 4);
  return Math.floor(Math.min(seconds, REDELIVERY_CAP_SECONDS));
}
