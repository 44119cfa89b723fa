/** A clock that only moves when everybody waits: retries and deadlines pass in no time, in the order in which they would. */
import type { Clock } from '../../lambdas/core/ports.ts';

export type VirtualClock = Clock & {
  /** Moves on at once, as if nothing happened for so long. */
  advance(millis: number): void;
  /** How many sleeps are not over: work that would outlive an answer. */
  sleeping(): number;
};

type Sleeper = { readonly atMillis: number; readonly wake: () => void };

/** The start of a five-minute slot, for keys that are easy to write down. */
export const START_MILLIS = Date.parse('2026-11-23T22:25:00.000Z');

export function createVirtualClock(startMillis = START_MILLIS): VirtualClock {
  let nowMillis = startMillis;
  const sleepers: Sleeper[] = [];
  const wakeNext = () => {
    sleepers.sort((left, right) => left.atMillis - right.atMillis);
    const next = sleepers.shift();
    if (next === undefined) return;
    nowMillis = Math.max(nowMillis, next.atMillis);
    next.wake();
  };
  return {
    nowMillis: () => nowMillis,
    // One sleeper a turn of the event loop: whoever is awake runs until it waits again.
    sleep: (millis, signal) =>
      new Promise((resolve) => {
        const sleeper = { atMillis: nowMillis + millis, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          const place = sleepers.indexOf(sleeper);
          if (place !== -1) sleepers.splice(place, 1);
          resolve();
        });
        setImmediate(wakeNext);
      }),
    advance: (millis) => {
      nowMillis += millis;
    },
    sleeping: () => sleepers.length,
  };
}
