/** Takes an event's names out of a verified JSON body. What does not fit makes the event odd: it is kept, but never guessed at. */

import { type JsonBody, type JsonObject, readJsonObject } from './json-shape.ts';
import { itemSlices } from './json-slices.ts';
import { EVENTS_PER_REQUEST_MAX, IDENTITY_CHARACTERS_MAX, TYPE_CHARACTERS_MAX } from './limits.ts';
import { isPrintable } from './printable.ts';
import type { ProviderEvent, Reading, WebhookRequest } from './provider.ts';
import { isoTime } from './time.ts';

/** Thrown by the functions of this file and caught by `readEvent`; the reason is one of a few words, for the metric. */
export class Oddity extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(`The event is kept in quarantine: ${reason}.`);
    this.name = 'Oddity';
    this.reason = reason;
  }
}

/** What a provider says of its event; `readEvent` adds the bytes. */
export type EventFacts = Omit<ProviderEvent, 'kind' | 'bytes' | 'contentType'>;

/** Reads a body that holds one JSON event. Throws nothing but what `facts` throws besides `Oddity`. */
export function readEvent(bytes: Uint8Array, facts: (body: JsonBody) => EventFacts): Reading {
  const result = readJsonObject(bytes);
  // The header's content type is not signed, so what is not JSON is called bytes and nothing more.
  if (!result.ok) return { kind: 'odd', reason: result.fault, bytes, contentType: 'application/octet-stream' };
  const contentType = 'application/json';
  try {
    return { kind: 'event', ...facts(result.body), bytes, contentType };
  } catch (error) {
    if (error instanceof Oddity) return { kind: 'odd', reason: error.reason, bytes, contentType };
    throw error;
  }
}

/**
 * Reads a body that holds its events in a list. `facts` gets one item and the whole body around it. A body without that list is one odd event;
 * an empty list is none.
 */
export function readEvents(bytes: Uint8Array, list: string, facts: (item: JsonBody, whole: JsonObject) => EventFacts): readonly Reading[] {
  const result = readJsonObject(bytes);
  if (!result.ok) return [{ kind: 'odd', reason: result.fault, bytes, contentType: 'application/octet-stream' }];
  // One more than ingest takes is enough to be refused.
  const items = itemSlices(bytes, list, EVENTS_PER_REQUEST_MAX + 1);
  if (items === undefined) return [{ kind: 'odd', reason: 'no-events', bytes, contentType: 'application/json' }];
  return items.map((item) => readEvent(item, (body) => facts(body, result.body.object)));
}

/** The identity of an event whose only authentic name is what it says (DESIGN rule 6). */
export function contentIdentity(fingerprint: string): string {
  return `sha256:${fingerprint}`;
}

/** Ids that are whole numbers as text; anything else as it is, for the field's own check. Beyond 2^53 the number has lost digits and names nothing. */
export function idText(value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
}

/**
 * An id that only people look at, from a header that is not signed. Anybody can change it, so an odd one is left out instead of making the event
 * odd: null.
 */
export function unsignedId(headers: WebhookRequest['headers'], name: string): string | null {
  const id = Object.hasOwn(headers, name) ? (headers[name] ?? '') : '';
  return id.length <= IDENTITY_CHARACTERS_MAX && isPrintable(id) ? id : null;
}

/** An id that can be part of an item's key: letters, digits and `_-:.`, since `#` separates the parts. `no-id`, `bad-id`. */
export function identityField(value: unknown): string {
  if (isAbsent(value)) throw new Oddity('no-id');
  if (typeof value === 'string' && value.length <= IDENTITY_CHARACTERS_MAX && /^[A-Za-z0-9_\-:.]+$/.test(value)) return value;
  throw new Oddity('bad-id');
}

/** An event type. `no-type`, `bad-type`. */
export function typeField(value: unknown): string {
  if (isAbsent(value)) throw new Oddity('no-type');
  if (typeof value === 'string' && value.length <= TYPE_CHARACTERS_MAX && isPrintable(value)) return value;
  throw new Oddity('bad-type');
}

/** The id of the payment object; undefined where it has none. Consumers name facts by it, so it is never cut or cleaned. `bad-subject`. */
export function subjectField(value: unknown): string | undefined {
  if (isAbsent(value) || value === '') return undefined;
  if (typeof value === 'string' && value.length <= IDENTITY_CHARACTERS_MAX && isPrintable(value)) return value;
  throw new Oddity('bad-subject');
}

/** A connected account, also a path of several (`acct_1/acct_2`). It starts with a letter or digit, as `-` stands for none. `bad-account`. */
export function accountField(value: unknown): string | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value === 'string' && value.length <= IDENTITY_CHARACTERS_MAX && /^[A-Za-z0-9][A-Za-z0-9_\-:./]*$/.test(value)) return value;
  throw new Oddity('bad-account');
}

/** A time as `timeText` reads it. `bad-time`. */
export function timeField(value: unknown): string | undefined {
  if (isAbsent(value)) return undefined;
  const text = timeText(value);
  if (text === undefined) throw new Oddity('bad-time');
  return text;
}

/** Whole Unix seconds, or ISO 8601 with a zone, as ISO 8601 in UTC with milliseconds; undefined for anything else. */
export function timeText(value: unknown): string | undefined {
  const millis = typeof value === 'string' ? instantMillis(value) : Number.isInteger(value) ? Number(value) * 1000 : Number.NaN;
  return millis >= 0 && millis <= MILLIS_MAX ? isoTime(millis) : undefined;
}

/** The end of the year 9999: from then on ISO texts no longer sort as their times do. */
const MILLIS_MAX = 253_402_300_799_999;

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** `Date.parse` also takes local times and dates that do not exist, so both are ruled out here. */
function instantMillis(text: string): number {
  const date = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.exec(text)?.[1];
  if (date === undefined) return Number.NaN;
  const midnight = Date.parse(date);
  return Number.isNaN(midnight) || !isoTime(midnight).startsWith(date) ? Number.NaN : Date.parse(text);
}
