/** The one retry loop around a reading: one that is throttled for a moment must not cost whoever asked for it its turn. */
import { isPermanentFailure } from '../core/cancellation.ts';
import { errorCode, RetryableError } from '../core/errors.ts';
import { REQUEST_TIMEOUT_MILLIS } from '../core/limits.ts';
import type { Clock, Random } from '../core/ports.ts';
import { retryUntil } from './retry-until.ts';

/** Asks again where `ask` throws. Throws what the service throws for good, and `READ_UNAVAILABLE` at the deadline. */
export async function untilAnswered<T>(
  ports: { readonly clock: Clock; readonly random: Random },
  deadlineMillis: number,
  ask: () => Promise<T>,
): Promise<T> {
  const result = await retryUntil(ports, deadlineMillis - REQUEST_TIMEOUT_MILLIS, async () => {
    try {
      return { again: false, value: await ask() };
    } catch (error) {
      if (isPermanentFailure(errorCode(error))) throw error;
      return { again: true, code: errorCode(error) };
    }
  });
  if (result.kind === 'decided') return result.value;
  throw new RetryableError(
    'READ_UNAVAILABLE',
    `A reading was not answered before its deadline (${result.tries} tries, last answer ${result.code}). The service throttles or is unreachable; what asked for it is tried again later.`,
  );
}
