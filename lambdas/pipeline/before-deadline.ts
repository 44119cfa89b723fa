/** Ends the wait for something that may never end: one consumer's hanging call must not take the whole batch into the function's timeout. */
import type { Clock } from '../core/ports.ts';

export type Timed<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'late' };

/**
 * `late` where the deadline comes first. The work itself cannot be stopped and goes on while the instance lives; work that never
 * gives up the processor cannot be bounded here, only by the function's own timeout.
 */
export async function beforeDeadline<T>(clock: Clock, deadlineMillis: number, work: () => T | Promise<T>): Promise<Timed<T>> {
  const over = new AbortController();
  const done = async (): Promise<Timed<T>> => ({ kind: 'done', value: await work() });
  const late = async (): Promise<Timed<T>> => {
    await clock.sleep(Math.max(0, deadlineMillis - clock.nowMillis()), over.signal);
    return { kind: 'late' };
  };
  try {
    return await Promise.race([done(), late()]);
  } finally {
    over.abort();
  }
}
