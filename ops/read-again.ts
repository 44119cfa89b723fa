/** Tries a reading again while the service throttles or a connection breaks, for as long as a person would wait. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { systemRandom } from '../lambdas/aws/system-random.ts';
import { errorCode } from '../lambdas/core/errors.ts';
import { retryUntil } from '../lambdas/pipeline/retry-until.ts';
import { OperatorError } from './operator-error.ts';

const PATIENCE_MILLIS = 15_000;

/** For readings only. Throws an `OperatorError` for what will not get better by itself. */
export async function readAgain<T>(read: () => Promise<T>): Promise<T> {
  let last: unknown;
  const deadlineMillis = systemClock.nowMillis() + PATIENCE_MILLIS;
  const result = await retryUntil({ clock: systemClock, random: systemRandom }, deadlineMillis, async () => {
    try {
      return { again: false, value: await read() };
    } catch (error) {
      if (!passes(error)) throw refused(error);
      last = error;
      return { again: true, code: errorCode(error) };
    }
  });
  if (result.kind === 'decided') return result.value;
  throw new OperatorError(
    'READ_TIMED_OUT',
    `A reading failed ${result.tries} times in ${PATIENCE_MILLIS / 1000} s, at last with ${result.code}. The service is overloaded or unreachable: try again in a minute.`,
    {
      cause: last,
    },
  );
}

const MOMENTARY = /Throttl|ThroughputExceeded|RequestLimitExceeded|^TimeoutError$|^ECONNRESET$|^EPIPE$|^ETIMEDOUT$/;

function passes(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
  return (
    (status !== undefined && status >= 500) || MOMENTARY.test(errorCode(error)) || (error instanceof Error && MOMENTARY.test(error.name))
  );
}

function refused(error: unknown): OperatorError {
  const code = errorCode(error);
  const detail = error instanceof Error && error.message !== '' ? `: ${error.message}` : '';
  return new OperatorError(
    'READ_REFUSED',
    `A reading was refused with ${code}${detail}. Check that the stack is still running and that these credentials may read it.`,
    { cause: error },
  );
}
