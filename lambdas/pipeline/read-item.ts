/** A strongly consistent read with the one retry loop; a read that is throttled for a moment must not cost a message its try. */
import { isPermanentFailure } from '../core/cancellation.ts';
import { errorCode, RetryableError } from '../core/errors.ts';
import { REQUEST_TIMEOUT_MILLIS } from '../core/limits.ts';
import type { Clock, Item, Key, Random, Store } from '../core/ports.ts';
import { retryUntil } from './retry-until.ts';

export type ReadPorts = { readonly store: Store; readonly clock: Clock; readonly random: Random };

/** Undefined where there is no such item. Throws what the service throws for good, and `READ_UNAVAILABLE` at the deadline. */
export async function readItem(
  ports: ReadPorts,
  item: { readonly table: string; readonly key: Key },
  deadlineMillis: number,
): Promise<Item | undefined> {
  const result = await retryUntil(ports, deadlineMillis - REQUEST_TIMEOUT_MILLIS, async () => {
    try {
      return { again: false, value: await ports.store.get(item.table, item.key) };
    } catch (error) {
      if (isPermanentFailure(errorCode(error))) throw error;
      return { again: true, code: errorCode(error) };
    }
  });
  if (result.kind === 'decided') return result.value;
  throw new RetryableError(
    'READ_UNAVAILABLE',
    `An item could not be read before the deadline (${result.tries} tries, last answer ${result.code}). DynamoDB throttles or is unreachable; the message is tried again later.`,
  );
}
