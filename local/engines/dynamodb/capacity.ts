/** Capacity units by AWS's rules (developer guide, "DynamoDB on-demand and provisioned capacity", and "DynamoDB transactions" for the double). */
import type { JsonObject } from '../service-engine.ts';
import type { Attributes } from './attribute-value.ts';
import { attributesBytes } from './item-size.ts';
import { choice } from './request-members.ts';
import type { Table, TableIndex } from './table.ts';
import { sameAttributes } from './value-order.ts';

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

export type Used = {
  readonly table: Table;
  readonly index?: string;
  readonly read?: number;
  readonly write?: number;
};

/** For each started KB of the larger of the two items, and one where there is neither. */
export function writeUnits(beforeBytes: number, afterBytes: number): number {
  return Math.max(1, Math.ceil(Math.max(beforeBytes, afterBytes) / WRITE_UNIT_BYTES));
}

/** For each started 4 KB, and one where nothing was found; half of it where the read may be stale. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);
}

/** What a write of an item costs in each index it touches: one write for a new, changed or removed entry, two where its key changes. */
export function indexUnits(table: Table, before: Attributes | undefined, after: Attributes | undefined): readonly Used[] {
  return [...table.indexes.values()].flatMap((index) => {
    const [old, fresh] = [before, after].map((item) => entryOf(table, index, item));
    if (old === undefined && fresh === undefined) return [];
    const [oldBytes, freshBytes] = [old, fresh].map((entry) => (entry === undefined ? 0 : attributesBytes(entry))) as [number, number];
    if (old === undefined || fresh === undefined) return [{ table, index: index.name, write: writeUnits(oldBytes, freshBytes) }];
    if (sameAttributes(old, fresh)) return [];
    const sameKey = sameAttributes(keyPart(index, old), keyPart(index, fresh));
    const write = sameKey ? writeUnits(oldBytes, freshBytes) : writeUnits(oldBytes, 0) + writeUnits(0, freshBytes);
    return [{ table, index: index.name, write }];
  });
}

/** What an index holds of an item; undefined where the item is not in it. */
export function entryOf(table: Table, index: TableIndex, item: Attributes | undefined): Attributes | undefined {
  const { partition, sort } = index.rows.schema;
  if (item === undefined || item[partition.name] === undefined || (sort !== undefined && item[sort.name] === undefined)) return undefined;
  if (index.projection === 'ALL') return item;
  const keys = new Set([partition, sort, table.schema.partition, table.schema.sort].map((attribute) => attribute?.name));
  return Object.fromEntries(Object.entries(item).filter(([name]) => keys.has(name)));
}

/** Throws where the request asks in words that are not known. */
export function wantsCapacity(input: JsonObject): boolean {
  return choice(input, 'ReturnConsumedCapacity', ['NONE', 'TOTAL', 'INDEXES']) !== 'NONE';
}

/** The `ConsumedCapacity` of one operation on one table; empty where the request asks for none. */
export function consumed(input: JsonObject, used: readonly Used[]): JsonObject {
  const [only] = consumedByTable(input, used, false);
  return only === undefined ? {} : { ConsumedCapacity: only };
}

/** The same for operations on several tables. */
export function consumedList(input: JsonObject, used: readonly Used[], inTransaction: boolean): JsonObject {
  const list = consumedByTable(input, used, inTransaction);
  return list.length === 0 ? {} : { ConsumedCapacity: list };
}

function consumedByTable(input: JsonObject, used: readonly Used[], inTransaction: boolean): readonly JsonObject[] {
  if (!wantsCapacity(input)) return [];
  const total = input['ReturnConsumedCapacity'] === 'TOTAL';
  return [...Map.groupBy(used, ({ table }) => table)].map(([table, parts]) => {
    const ofTable = parts.filter(({ index }) => index === undefined);
    const byIndex = Map.groupBy(
      parts.filter(({ index }) => index !== undefined),
      ({ index }) => index ?? '',
    );
    return {
      TableName: table.name,
      ...units(parts, inTransaction),
      ...(total
        ? {}
        : {
            Table: units(ofTable, inTransaction),
            ...(byIndex.size === 0
              ? {}
              : { GlobalSecondaryIndexes: Object.fromEntries([...byIndex].map(([name, own]) => [name, units(own, inTransaction)])) }),
          }),
    };
  });
}

/** A transaction prepares and commits each item; an index follows once, when it is over. */
function units(parts: readonly Used[], inTransaction: boolean): JsonObject {
  const times = ({ index }: Used) => (inTransaction && index === undefined ? 2 : 1);
  const read = parts.reduce((sum, part) => sum + (part.read ?? 0) * times(part), 0);
  const write = parts.reduce((sum, part) => sum + (part.write ?? 0) * times(part), 0);
  const total = { CapacityUnits: read + write };
  if (!inTransaction) return total;
  return { ...total, ...(read > 0 ? { ReadCapacityUnits: read } : {}), ...(write > 0 ? { WriteCapacityUnits: write } : {}) };
}

function keyPart(index: TableIndex, entry: Attributes): Attributes {
  const { partition, sort } = index.rows.schema;
  return Object.fromEntries([partition, sort].flatMap((key) => (key === undefined ? [] : [[key.name, entry[key.name]]]))) as Attributes;
}
