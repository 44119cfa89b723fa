/** Bytes of values and items (developer guide, "DynamoDB item sizes and formats"). */
import { type Attributes, type AttributeValue, typeOf } from './attribute-value.ts';
import { significantDigits } from './exact-decimal.ts';
import { validation } from './service-error.ts';

/** 400 KB, attribute names included (developer guide, "Quotas"). */
export const ITEM_BYTES_MAX = 400 * 1024;

const CONTAINER_BYTES = 3;
const MEMBER_BYTES = 1;

export function attributesBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const name of Object.keys(attributes)) bytes += textBytes(name) + valueBytes(attributes[name] as AttributeValue);
  return bytes;
}

/** Throws where an item is larger than any item may be. */
export function itemBytes(item: Attributes, message = 'Item size has exceeded the maximum allowed size'): number {
  const bytes = attributesBytes(item);
  if (bytes > ITEM_BYTES_MAX) throw validation(message);
  return bytes;
}

export function valueBytes(value: AttributeValue): number {
  switch (typeOf(value)) {
    case 'S':
      return textBytes(value.S ?? '');
    case 'N':
      return numberBytes(value.N ?? '');
    case 'B':
      return binaryBytes(value.B ?? '');
    case 'BOOL':
    case 'NULL':
      return 1;
    case 'SS':
      return total(value.SS ?? [], textBytes);
    case 'NS':
      return total(value.NS ?? [], numberBytes);
    case 'BS':
      return total(value.BS ?? [], binaryBytes);
    case 'L':
      return CONTAINER_BYTES + total(value.L ?? [], (member) => MEMBER_BYTES + valueBytes(member));
    case 'M':
      return CONTAINER_BYTES + Object.keys(value.M ?? {}).length * MEMBER_BYTES + attributesBytes(value.M ?? {});
  }
}

function textBytes(text: string): number {
  return Buffer.byteLength(text);
}

function numberBytes(normal: string): number {
  return Math.ceil(significantDigits(normal) / 2) + 1;
}

function binaryBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

function total<Member>(members: readonly Member[], bytes: (member: Member) => number): number {
  let sum = 0;
  for (const member of members) sum += bytes(member);
  return sum;
}
