/** Finds the items of a list inside a JSON body as slices of its bytes, so that each keeps every digit and every space it was sent with. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING: ReadonlySet<number | undefined> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number | undefined> = new Set([0x5d, 0x7d]);

/**
 * The items of the list that is the member `name` of the body's object; of a repeated name the last one counts, as in `JSON.parse`.
 * Only the first `itemsMax` are taken. Undefined where there is no such member or it is no list. The bytes must be valid JSON with an object at the top: every character of JSON's own
 * is one byte of UTF-8 that occurs in no other, so the bytes can be walked as they are.
 */
export function itemSlices(bytes: Uint8Array, name: string, itemsMax = Number.POSITIVE_INFINITY): readonly Uint8Array[] | undefined {
  let found: readonly Uint8Array[] | undefined;
  let at = skipSpace(bytes, skipSpace(bytes, 0) + 1);
  while (at < bytes.length && !CLOSING.has(bytes[at])) {
    const nameEnd = endOfValue(bytes, at);
    const start = skipSpace(bytes, skipSpace(bytes, nameEnd) + 1);
    const end = endOfValue(bytes, start);
    if (textOf(bytes.subarray(at, nameEnd)) === name) found = bytes[start] === 0x5b ? itemsOf(bytes, start, itemsMax) : undefined;
    at = skipComma(bytes, end);
  }
  return found;
}

function itemsOf(bytes: Uint8Array, listStart: number, itemsMax: number): Uint8Array[] {
  const items: Uint8Array[] = [];
  let at = skipSpace(bytes, listStart + 1);
  while (at < bytes.length && !CLOSING.has(bytes[at]) && items.length < itemsMax) {
    const end = endOfValue(bytes, at);
    items.push(bytes.subarray(at, end));
    at = skipComma(bytes, end);
  }
  return items;
}

/** A name may be written with escapes. */
function textOf(token: Uint8Array): unknown {
  return JSON.parse(Buffer.from(token).toString());
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at += 1;
  return at;
}

function skipComma(bytes: Uint8Array, from: number): number {
  const at = skipSpace(bytes, from);
  return bytes[at] === COMMA ? skipSpace(bytes, at + 1) : at;
}

/** The position behind the value that starts here, whatever it is. */
function endOfValue(bytes: Uint8Array, start: number): number {
  if (bytes[start] === QUOTE) return endOfText(bytes, start);
  if (!OPENING.has(bytes[start])) return endOfLiteral(bytes, start);
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    if (bytes[at] === QUOTE) at = endOfText(bytes, at) - 1;
    else if (OPENING.has(bytes[at])) depth += 1;
    else if (CLOSING.has(bytes[at])) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return bytes.length;
}

function endOfText(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** A number, `true`, `false` or `null`. */
function endOfLiteral(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && (bytes[at] ?? 0) > 0x20 && bytes[at] !== COMMA && !CLOSING.has(bytes[at])) at += 1;
  return at;
}
