/** Reads the bytes of a JSON body without trusting their shape: UTF-8, nesting and top level are checked, and nothing is inherited. */
import { JSON_DEPTH_MAX } from './limits.ts';

export type JsonObject = { readonly [name: string]: unknown };

export type JsonFault = 'not-utf8' | 'too-deep' | 'not-json' | 'not-an-object';

/** `text` is the whole body as it was parsed. Of a repeated name the last value counts, in `object` and wherever `text` is read. */
export type JsonBody = { readonly object: JsonObject; readonly text: string };

export type JsonResult = { readonly ok: true; readonly body: JsonBody } | { readonly ok: false; readonly fault: JsonFault };

/** Never throws. A byte order mark is not JSON and is not skipped. */
export function readJsonObject(bytes: Uint8Array): JsonResult {
  if (nestsDeeperThan(JSON_DEPTH_MAX, bytes)) return { ok: false, fault: 'too-deep' };
  const text = utf8Text(bytes);
  if (text === undefined) return { ok: false, fault: 'not-utf8' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, fault: 'not-json' };
  }
  return isObject(value) ? { ok: true, body: { object: value, text } } : { ok: false, fault: 'not-an-object' };
}

/** A member that the value itself has; undefined for everything that is no object or only inherits it. */
export function own(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Walks the bytes, not a tree: exact for valid JSON, and for anything else the parser has the last word. */
function nestsDeeperThan(limit: number, bytes: Uint8Array): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) inText = !inText;
    else if (inText) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === 0x5b || byte === 0x7b) depth += 1;
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
