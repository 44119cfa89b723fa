/** Puts decided writes into their tables, all in one step. */
import type { JsonObject } from '../service-engine.ts';
import type { Attributes } from './attribute-value.ts';
import { indexUnits, type Used, wantsCapacity, writeUnits } from './capacity.ts';
import type { EngineState } from './engine-state.ts';
import { attributesBytes } from './item-size.ts';
import type { ItemKey } from './key-schema.ts';
import type { Cause, Change, Table } from './table.ts';

export type Decided = { readonly table: Table; readonly key: ItemKey; readonly after: Attributes | undefined; readonly writes: boolean };

export function commitChanges(state: EngineState, decided: readonly Decided[], cause: Cause = 'caller'): readonly Change[] {
  const changes: Change[] = [];
  for (const { table, key, after, writes } of decided) {
    if (!writes) continue;
    state.past.keep(table, key.text, table.row(key));
    changes.push(table.write(key, after, cause));
  }
  if (changes.length > 0) state.options.onCommit?.(changes);
  return changes;
}

/** What the writes use, by the items as they stand before them; nothing where nobody asked. A condition check uses what a write of its item would. */
export function writesUsed(input: JsonObject, decided: readonly Decided[]): readonly Used[] {
  if (!wantsCapacity(input)) return [];
  return decided.flatMap(({ table, key, after, writes }) => {
    const before = table.row(key);
    const write = writeUnits(before?.bytes ?? 0, after === undefined ? 0 : attributesBytes(after));
    return writes ? [{ table, write }, ...indexUnits(table, before?.item, after)] : [{ table, write }];
  });
}
