/** Reads an answer of a provider's API without trusting it: its JSON, its items, how long to wait, and codes that may stand in a log. */
import { type JsonBody, type JsonObject, readJsonObject } from './json-shape.ts';
import { itemSlices } from './json-slices.ts';
import { PROVIDER_WAIT_SECONDS_MAX } from './limits.ts';
import type { Answered, ApiAnswer } from './provider-api.ts';

export function isGood({ status }: ApiAnswer): boolean {
  return status >= 200 && status < 300;
}

export type AnswerReaders<T> = {
  /** Undefined for what cannot be believed. */
  value(body: JsonObject): T | undefined;
  /** The provider's code in a body that is an error of its own making; undefined for any other body, which may come from anybody on the way. */
  error(body: JsonObject): string | undefined;
};

/** What came of a read-only request. Nothing can be lost by asking again, so that is what an answer means that decides nothing. */
export function readAnswer<T>(answer: ApiAnswer, readers: AnswerReaders<T>): Answered<T> {
  const { status } = answer;
  const body = answeredJson(answer)?.object;
  const value = isGood(answer) && body !== undefined ? readers.value(body) : undefined;
  if (value !== undefined) return { kind: 'answered', value };
  const code = body === undefined ? undefined : readers.error(body);
  if (code !== undefined && status === 404) return { kind: 'absent' };
  if (code !== undefined && (status === 401 || status === 403)) return { kind: 'unauthorized', code };
  return { kind: 'again', code: code ?? answerCode(answer), retryAfterSeconds: retryAfterSeconds(answer) };
}

/** The object in the body; undefined where there is none. */
export function answeredJson({ body }: ApiAnswer): JsonBody | undefined {
  const result = readJsonObject(Buffer.from(body));
  return result.ok ? result.body : undefined;
}

/** An item of a list, with the slice of the answer that it is. */
export type AnsweredItem = { readonly object: JsonObject; readonly bytes: Uint8Array };

/**
 * The items of the list that is the member `name` of a body that is a JSON object. Undefined where there is no such list or where one of its items is no object: a
 * page with a gap would prove an absence that is not there.
 */
export function answeredItems({ body }: ApiAnswer, name: string): readonly AnsweredItem[] | undefined {
  const slices = itemSlices(Buffer.from(body), name);
  const items = slices?.flatMap((bytes) => {
    const result = readJsonObject(bytes);
    return result.ok ? [{ object: result.body.object, bytes }] : [];
  });
  return items?.length === slices?.length ? items : undefined;
}

/** Whole seconds of `Retry-After`, bounded; undefined where the provider names none. A date counts as none: it would be read by our clock. */
export function retryAfterSeconds({ headers }: ApiAnswer): number | undefined {
  const text = headers['retry-after'];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Math.min(Number(text), PROVIDER_WAIT_SECONDS_MAX) : undefined;
}

/** One of the provider's code words; anything else is no code, since it goes into logs and records. */
export function codeWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(value) ? value : undefined;
}

/** Names an answer that brings no code of its own. */
export function answerCode(answer: ApiAnswer): string {
  return isGood(answer) ? 'BAD_ANSWER' : `HTTP_${answer.status}`;
}

/** An id of the provider's that begins like this; undefined for anything else. */
export function idWord(value: unknown, prefix: string): string | undefined {
  return typeof value === 'string' && value.startsWith(prefix) && /^[\w-]{5,255}$/.test(value) ? value : undefined;
}

/** ISO 4217 in lower case; undefined for anything else. */
export function currencyWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z]{3}$/.test(value) ? value : undefined;
}

/** A whole number from 0 on that has lost no digits. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
