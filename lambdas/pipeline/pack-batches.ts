/** Packs messages into SendMessageBatch calls: at most ten entries and 900 KB each, in the order given. */
import { BATCH_BYTES_MAX, BATCH_ENTRIES_MAX } from '../core/limits.ts';

export type Sized = { readonly bytes: number };

/** A message that is larger than a batch may be stands alone; SQS then decides. */
export function packBatches<T extends Sized>(messages: readonly T[]): T[][] {
  const batches: T[][] = [];
  let current: T[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (current.length > 0 && (current.length === BATCH_ENTRIES_MAX || bytes + message.bytes > BATCH_BYTES_MAX)) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(message);
    bytes += message.bytes;
  }
  if (current.length > 0) batches.push(current);
  return batches;
}
