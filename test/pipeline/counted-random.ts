/** Randomness that a test can predict: numbered UUIDs, and one fraction for all waits. */
import type { Random } from '../../lambdas/core/ports.ts';

/** `start` keeps the tokens of two runs apart. A fraction of 0 would never let the clock move. */
export function countedRandom(fraction = 0.5, start = 0): Random {
  let drawn = start;
  return {
    uuid: () => {
      drawn += 1;
      return `00000000-0000-4000-8000-${String(drawn).padStart(12, '0')}`;
    },
    fraction: () => fraction,
  };
}
