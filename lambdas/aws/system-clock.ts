/** The real clock: the one place of deployed code that reads the time or sets a timer. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../core/ports.ts';

export const systemClock: Clock = {
  nowMillis: () => Date.now(),
  sleep: (millis, signal) =>
    wait(millis, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
    }),
};
