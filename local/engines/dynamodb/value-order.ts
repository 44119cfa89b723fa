/** When two values are equal, and which of two comes first: by UTF-8 bytes, by number, by unsigned bytes. */
import { type Attributes, type AttributeValue, typeOf } from './attribute-value.ts';
import { compareNumbers } from './exact-decimal.ts';

export function sameValue(left: AttributeValue, right: AttributeValue): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  switch (type) {
    case 'SS':
    case 'NS':
    case 'BS':
      return sameMembers(left[type] ?? [], right[type] ?? []);
    case 'L':
      return left.L?.length === right.L?.length && (left.L ?? []).every((member, index) => sameValue(member, right.L?.[index] ?? {}));
    case 'M':
      return sameAttributes(left.M ?? {}, right.M ?? {});
    default:
      // Numbers and binaries have one spelling each.
      return left[type] === right[type];
  }
}

export function sameAttributes(left: Attributes, right: Attributes): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => {
    const other = right[name];
    return Object.hasOwn(right, name) && other !== undefined && sameValue(left[name] as AttributeValue, other);
  });
}

/** Negative where `left` comes first. Undefined where the two cannot be ordered: other types than S, N, B, or two different ones. */
export function compareValues(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.S !== undefined && right.S !== undefined) return compareText(left.S, right.S);
  if (left.N !== undefined && right.N !== undefined) return compareNumbers(left.N, right.N);
  if (left.B !== undefined && right.B !== undefined) return Buffer.compare(Buffer.from(left.B, 'base64'), Buffer.from(right.B, 'base64'));
  return undefined;
}

/** In the order of the UTF-8 bytes, which is that of the code points; JavaScript's own order puts the highest planes before the end of the lowest. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const [one, other] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (one !== other) return byCodePoint(one) - byCodePoint(other);
  }
  return left.length - right.length;
}

function byCodePoint(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  const members = new Set(right);
  return left.every((member) => members.has(member));
}
