/** The one retry loop: full jitter, bounded by a deadline; every hop uses it and no client retries by itself. */
import { RETRY_BASE_MILLIS, RETRY_CAP_MILLIS } from '../core/limits.ts';
import type { Clock, Random } from '../core/ports.ts';

export type Try<T> = { readonly again: false; readonly value: T } | { readonly again: true; readonly code: string };

export type Retried<T> =
  | { readonly kind: 'decided'; readonly value: T }
  /** The deadline came first; `code` is what the last try said. */
  | { readonly kind: 'deadline'; readonly code: string; readonly tries: number };

/** No try starts at or after `deadlineMillis`; the first one always runs. */
export async function retryUntil<T>(
  ports: { readonly clock: Clock; readonly random: Random },
  deadlineMillis: number,
  attempt: () => Promise<Try<T>>,
): Promise<Retried<T>> {
  for (let tries = 1; ; tries += 1) {
    const result = await attempt();
    if (!result.again) return { kind: 'decided', value: result.value };
    const waitMillis = ports.random.fraction() * Math.min(RETRY_CAP_MILLIS, RETRY_BASE_MILLIS * 2 ** Math.min(tries, 16));
    if (ports.clock.nowMillis() + waitMillis >= deadlineMillis) return { kind: 'deadline', code: result.code, tries };
    await ports.clock.sleep(waitMillis);
  }
}
