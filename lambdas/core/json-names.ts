/** Finds JSON bodies that two readers could understand differently: for providers that sign what a body says and not its bytes. */
import { JSON_DEPTH_MAX } from './limits.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * False where an object has two members of one name, of which some readers take the first and some the last, or where a plain name is written with
 * escapes. No serialiser does the latter, and V8 has been seen to read such a name as another one, depending on what it parsed before
 * (nodejs/node#63785): so it must be asked before any `JSON.parse` of a body that nobody has vouched for. For what is no JSON the answer means
 * nothing, since nobody reads it.
 */
export function hasPlainNames(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The names of each open object, and undefined for each open list.
  const open: (Set<string> | undefined)[] = [];
  let nameNext = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = endOfText(bytes, at);
      if (nameNext && !isNew(text.toString('latin1', at, end), open.at(-1))) return false;
      nameNext = false;
      at = end - 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      open.push(byte === OPEN_OBJECT ? new Set() : undefined);
      nameNext = byte === OPEN_OBJECT;
      // What nests deeper is refused by whoever reads it.
      if (open.length > JSON_DEPTH_MAX) return true;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      open.pop();
      nameNext = false;
    } else if (byte === COMMA) {
      nameNext = open.at(-1) !== undefined;
    }
  }
  return true;
}

/** Two names are one where they are written alike: what could be written in two ways is plain, and refused with escapes. */
function isNew(token: string, names: Set<string> | undefined): boolean {
  if (names === undefined) return true;
  if (names.has(token) || (token.includes('\\') && isPlain(token))) return false;
  names.add(token);
  return true;
}

function isPlain(token: string): boolean {
  try {
    return /^[\w.-]*$/.test(String(JSON.parse(token)));
  } catch {
    return false;
  }
}

function endOfText(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}
