/** A strongly consistent read of one item, tried until it is answered. */
import type { Clock, Item, Key, Random, Store } from '../core/ports.ts';
import { untilAnswered } from './until-answered.ts';

export type ReadPorts = { readonly store: Store; readonly clock: Clock; readonly random: Random };

/** Undefined where there is no such item. Throws what the service throws for good, and `READ_UNAVAILABLE` at the deadline. */
export function readItem(
  ports: ReadPorts,
  { table, key }: { readonly table: string; readonly key: Key },
  deadlineMillis: number,
): Promise<Item | undefined> {
  return untilAnswered(ports, deadlineMillis, () => ports.store.get(table, key));
}
