/** The one retry loop around a read that throws; what is refused for good is thrown at once. */
import { isPermanentFailure } from '../core/cancellation.ts';
import { errorCode, RetryableError } from '../core/errors.ts';
import { REQUEST_TIMEOUT_MILLIS } from '../core/limits.ts';
import type { Clock, Random } from '../core/ports.ts';
import { retryUntil } from './retry-until.ts';

/** An answer that is not `done` is asked for again. Throws what the service throws for good, and `READ_UNAVAILABLE` at the deadline. */
export async function untilAnswered<T>(
  ports: { readonly clock: Clock; readonly random: Random },
  deadlineMillis: number,
  ask: () => Promise<{ readonly done: boolean; readonly value: T }>,
): Promise<T> {
  const result = await retryUntil(ports, deadlineMillis - REQUEST_TIMEOUT_MILLIS, async () => {
    try {
      const { done, value } = await ask();
      return done ? { again: false as const, value } : { again: true as const, code: 'UNANSWERED' };
    } catch (error) {
      if (isPermanentFailure(errorCode(error))) throw error;
      return { again: true as const, code: errorCode(error) };
    }
  });
  if (result.kind === 'decided') return result.value;
  throw new RetryableError(
    'READ_UNAVAILABLE',
    `A reading was not answered before its deadline (${result.tries} tries, last answer ${result.code}). The service throttles or is unreachable; the next run goes on where this one stopped.`,
  );
}
