/** Items of transactions under way: decided, not yet committed. */
import type { ItemKey } from './key-schema.ts';
import type { Table } from './table.ts';

export class ItemLocks {
  readonly #held = new Map<Table, Set<string>>();

  isHeld(table: Table, key: ItemKey): boolean {
    return this.#held.get(table)?.has(key.text) ?? false;
  }

  hold(table: Table, key: ItemKey): void {
    const keys = this.#held.get(table) ?? new Set();
    keys.add(key.text);
    this.#held.set(table, keys);
  }

  release(table: Table, key: ItemKey): void {
    const keys = this.#held.get(table);
    keys?.delete(key.text);
    if (keys?.size === 0) this.#held.delete(table);
  }
}
