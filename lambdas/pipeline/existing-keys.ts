/** Which of many partition keys have an item: so many at a time as one call takes, and what DynamoDB leaves open is asked for again. */
import { RetryableError } from '../core/errors.ts';
import { MARKERS_ENTRIES_MAX } from '../core/limits.ts';
import type { Clock, Partitions, Random } from '../core/ports.ts';
import { untilAnswered } from './until-answered.ts';

type Ports = { readonly clock: Clock; readonly random: Random; readonly partitions: Partitions };

/** Read eventually consistently: what is found is there, what is not found may be new. Throws as `untilAnswered` does. */
export async function existingKeys(
  ports: Ports,
  { table, keys }: { readonly table: string; readonly keys: Iterable<string> },
  deadlineMillis: number,
): Promise<ReadonlySet<string>> {
  const there = new Set<string>();
  const asked = [...new Set(keys)];
  for (let start = 0; start < asked.length; start += MARKERS_ENTRIES_MAX) {
    let open = asked.slice(start, start + MARKERS_ENTRIES_MAX);
    await untilAnswered(ports, deadlineMillis, async () => {
      const { found, unanswered } = await ports.partitions.existing(table, open);
      for (const key of found) there.add(key);
      open = [...unanswered];
      if (open.length > 0) throw new RetryableError('UNANSWERED', 'DynamoDB left some keys of a batch open; they are asked for again.');
    });
  }
  return there;
}
