/** The size of an item and what writing it costs, by DynamoDB's documented rules; DynamoDB Local does not double transactions. */
import type { Item, Value } from '../../lambdas/core/ports.ts';

/** Bytes (developer guide, "DynamoDB item sizes and formats"). */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

/** Write units of one item inside a transaction: two for each started KB. */
export function transactionalWriteUnits(item: Item): number {
  return 2 * Math.ceil(itemBytes(item) / 1024);
}

function valueBytes(value: Value): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number' || typeof value === 'bigint') return Math.ceil(String(value).replace(/\D|0+$/g, '').length / 2) + 1;
  if (value instanceof Uint8Array) return value.byteLength;
  // A list or map has 3 bytes of its own and 1 for each member.
  if (Array.isArray(value)) return value.reduce((sum: number, member) => sum + 1 + valueBytes(member), 3);
  return Object.entries(value as Item).reduce((sum, [name, member]) => sum + 1 + Buffer.byteLength(name) + valueBytes(member), 3);
}
