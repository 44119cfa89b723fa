/** The entries of a source's secret: what a new one makes of those that are there, decided without touching anything. */
import { ACTIVE_SECRETS_MAX } from '../lambdas/core/limits.ts';
import { isPrintable } from '../lambdas/core/printable.ts';
import type { ActiveSecret } from '../lambdas/core/provider.ts';
import { isoTime, millisOf } from '../lambdas/core/time.ts';
import { OperatorError } from './operator-error.ts';

/** Ids stand in a metric's dimension. */
export const ENTRY_ID = /^[\w.:-]{1,64}$/;
const ENTRY_ID_CHARACTERS_MAX = 64;
/** Public keys in PEM are the longest secrets there are; eight of them fit into Secrets Manager's 64 KiB. */
const SECRET_CHARACTERS_MAX = 4_096;

export type NewSecret = {
  readonly secret: string;
  /** Made from the time where it is left out. */
  readonly id?: string | undefined;
  /** How long the entries that are there go on counting; 0 drops them. */
  readonly keepOldSeconds: number;
  readonly nowMillis: number;
};

export function isInForce({ notAfter }: ActiveSecret, nowMillis: number): boolean {
  return notAfter === undefined || (millisOf(notAfter) ?? 0) > nowMillis;
}

/** The new secret first, then what still counts. Throws an `OperatorError` where that is more than the functions read. */
export function entriesWith(
  stored: readonly ActiveSecret[],
  { secret, id, keepOldSeconds, nowMillis }: NewSecret,
): readonly ActiveSecret[] {
  const inForce = stored.filter((entry) => isInForce(entry, nowMillis));
  const same = inForce.find((entry) => entry.secret === secret);
  const old = inForce.filter((entry) => entry.secret !== secret);
  const kept = keepOldSeconds === 0 ? [] : old.map((entry) => endedBy(entry, nowMillis + keepOldSeconds * 1000));
  if (kept.length >= ACTIVE_SECRETS_MAX) throw tooMany(old);
  const wanted = id ?? same?.id ?? idOf(nowMillis);
  return [{ id: uniqueId(wanted, kept), secret }, ...kept];
}

/** The text of the secret that the functions read. */
export function secretText(active: readonly ActiveSecret[]): string {
  return JSON.stringify({ active });
}

/** Why a text can be no provider's secret, as the end of a sentence; undefined where nothing is wrong with it. It never quotes the text. */
export function secretFault(text: string): string | undefined {
  if (text.trim() === '') return 'is blank';
  if (/^\s*\{\s*"active"/.test(text)) return 'is the JSON that is stored; give the secret alone';
  if (text.trim() !== text) return 'begins or ends with white space, which no secret does';
  if (text.length > SECRET_CHARACTERS_MAX) return `has ${text.length} characters; allowed are ${SECRET_CHARACTERS_MAX}`;
  const line = text.startsWith('-----BEGIN ') ? text.replace(/\r?\n/g, '') : text;
  if (isPrintable(line)) return undefined;
  return 'holds a line break, or a control or an invisible character; give one secret only, copied without what stands around it';
}

function endedBy(entry: ActiveSecret, endMillis: number): ActiveSecret {
  const ends = entry.notAfter === undefined ? Number.POSITIVE_INFINITY : (millisOf(entry.notAfter) ?? 0);
  return ends <= endMillis ? entry : { ...entry, notAfter: isoTime(endMillis) };
}

/** `2026-11-24T22-15-00Z`. */
function idOf(nowMillis: number): string {
  return `${isoTime(nowMillis).slice(0, 19).replaceAll(':', '-')}Z`;
}

function uniqueId(wanted: string, entries: readonly ActiveSecret[]): string {
  const isTaken = (candidate: string) => entries.some(({ id }) => id === candidate);
  let candidate = wanted;
  for (let count = 2; isTaken(candidate); count += 1) {
    const suffix = `-${count}`;
    candidate = `${wanted.slice(0, ENTRY_ID_CHARACTERS_MAX - suffix.length)}${suffix}`;
  }
  return candidate;
}

function tooMany(old: readonly ActiveSecret[]): OperatorError {
  const ending = old.filter(({ notAfter }) => notAfter !== undefined);
  const [next] = ending.sort((a, b) => (millisOf(a.notAfter ?? '') ?? 0) - (millisOf(b.notAfter ?? '') ?? 0));
  const way =
    next === undefined
      ? 'Drop all that are there with --keep-old 0.'
      : `Wait until the entry ${next.id} expires, at ${next.notAfter}, or drop all that are there with --keep-old 0.`;
  return new OperatorError(
    'TOO_MANY_SECRETS',
    `The source has ${old.length} other secrets that still count, and with the new one there may be ${ACTIVE_SECRETS_MAX}. ${way}`,
  );
}
