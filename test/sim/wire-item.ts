/** Items between the pipeline's own form and DynamoDB's wire form, as the SDK's document client makes them. */
import { exactNumber } from '../../lambdas/aws/exact-number.ts';
import type { Item, Value } from '../../lambdas/core/ports.ts';
import type { WireItem, WireValue } from './sighting.ts';

/** Members that are undefined are left out. Throws a bare `Error` for a value that DynamoDB has no form for. */
export function toWire(item: Item): WireItem {
  const wire: Record<string, WireValue> = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) wire[name] = toWireValue(value);
  }
  return wire;
}

export function fromWire(wire: WireItem): Item {
  const item: Record<string, Value> = {};
  for (const name of Object.keys(wire)) item[name] = fromWireValue(wire[name] as WireValue);
  return item;
}

export function toWireValue(value: Value): WireValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: numberText(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'bigint') return { N: value.toString() };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (Array.isArray(value)) return { L: value.map(toWireValue) };
  if (typeof value === 'object') return { M: toWire(value as Item) };
  throw new Error(`There is no form for a ${typeof value}.`);
}

function numberText(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new Error('There is no exact form for this number.');
  return String(value);
}

function fromWireValue(wire: WireValue): Value {
  if (wire.S !== undefined) return wire.S;
  if (wire.N !== undefined) return exactNumber(wire.N);
  if (wire.B !== undefined) return Buffer.from(wire.B, 'base64');
  if (wire.L !== undefined) return wire.L.map(fromWireValue);
  if (wire['M'] !== undefined) return fromWire(wire['M'] as WireItem);
  if (wire['BOOL'] !== undefined) return wire['BOOL'] as boolean;
  return null;
}
