/** When settlement looks at an outbox partition, what it writes down of it, and whether a missing event may be sent again. */
import { RetryableError } from './errors.ts';
import {
  BACKLOG_ENTRIES_MAX,
  DEAD_LETTER_AGE_SECONDS_MIN,
  RELAY_DELAY_SECONDS_MAX,
  SETTLEMENT_AGES_SECONDS,
  SETTLEMENT_REPEAT_SECONDS,
  SLOT_SECONDS,
  UNSETTLED_KEYS_BYTES_MAX,
  UNSETTLED_KEYS_ENTRIES_MAX,
} from './limits.ts';
import type { Backlog, Item, Range } from './ports.ts';
import { isoTime } from './time.ts';

/** An event and the addresses at which it has no marker. */
export type Unsettled = { readonly id: string; readonly to: readonly string[] };

/**
 * A row of the settlement table: a part of an outbox partition that is to be looked at again. Without `unsettled` its whole range is read.
 * `to` are the addresses that lacked something; undefined where nobody has looked yet.
 */
export type OpenRow = {
  readonly range: Range;
  readonly dueMillis: number;
  readonly unsettled?: readonly Unsettled[] | undefined;
  readonly to?: readonly string[] | undefined;
};

/** The partition of the rows that are open, ordered by when they are due. */
export const OPEN = 'open';
/** The item that says which slot is looked at next for the first time. */
export const CURSOR = { pk: 'cursor', sk: 'slot' } as const;

/** `2026-11-23T22:25Z`, the five minutes from then on. */
export type Slot = string;

export function slotEndMillis(slot: Slot): number {
  return Date.parse(slot) + SLOT_SECONDS * 1000;
}

/** The slot of an outbox partition. */
export function slotOfPartition(partition: string): Slot {
  return partition.slice(0, partition.indexOf('#'));
}

/** The first time at which every item of the slot is old enough for its first look. */
export function firstLookMillis(slot: Slot): number {
  return slotEndMillis(slot) + SETTLEMENT_AGES_SECONDS[0] * 1000;
}

/** The next of the slot's looks after this instant: those that were missed meanwhile are made up for by the one just done. */
export function nextLookMillis(slot: Slot, nowMillis: number): number {
  const ageSeconds = (nowMillis - slotEndMillis(slot)) / 1000;
  const next = SETTLEMENT_AGES_SECONDS.find((age) => age > ageSeconds);
  if (next !== undefined) return slotEndMillis(slot) + next * 1000;
  const last = SETTLEMENT_AGES_SECONDS.at(-1) as number;
  const repeats = Math.floor((ageSeconds - last) / SETTLEMENT_REPEAT_SECONDS) + 1;
  return slotEndMillis(slot) + (last + repeats * SETTLEMENT_REPEAT_SECONDS) * 1000;
}

/** `id` makes the key unlike that of any other row: none is ever overwritten. */
export function openItem({ range, dueMillis, unsettled, to }: OpenRow, id: string): Item {
  return {
    pk: OPEN,
    sk: `${isoTime(dueMillis)}#${range.partition}#${id}`,
    ...range,
    ...(to === undefined ? {} : { to }),
    ...(unsettled === undefined ? {} : { unsettled: unsettled.map((one) => ({ id: one.id, to: one.to })) }),
  };
}

/** The last sort key of the rows that are due by then. */
export function dueThrough(nowMillis: number): string {
  return `${isoTime(nowMillis)}#~`;
}

/** Throws a retryable `BAD_SETTLEMENT_ROW` for an item that is no such row. */
export function readOpenItem(item: Item): OpenRow {
  const { sk, partition, from, through, unsettled, to } = item;
  const dueMillis = typeof sk === 'string' ? Date.parse(sk.slice(0, sk.indexOf('#'))) : Number.NaN;
  if (typeof partition !== 'string' || Number.isNaN(dueMillis) || !(unsettled === undefined || isUnsettled(unsettled))) {
    throw new RetryableError(
      'BAD_SETTLEMENT_ROW',
      'A row of the settlement table is none of this release; a newer one wrote it, or something else.',
    );
  }
  const range = {
    partition,
    ...(typeof from === 'string' ? { from } : {}),
    ...(typeof through === 'string' ? { through } : {}),
  };
  return { range, dueMillis, unsettled, to: isTexts(to) ? to : undefined };
}

function isUnsettled(value: unknown): value is readonly Unsettled[] {
  return Array.isArray(value) && value.every((entry) => typeof entry?.id === 'string' && isTexts(entry.to));
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** What an entry of a list and its attribute names add to an item. */
const ENTRY_BYTES = 16;

/** What a look leaves of a partition: by name while they are few, otherwise as the range to read anew. Undefined where nothing is left. */
export function openRow(partition: string, left: readonly Unsettled[], dueMillis: number): OpenRow | undefined {
  const [first, last] = [left[0], left.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const to = [...new Set(left.flatMap((one) => one.to))];
  const names = left.reduce((sum, one) => sum + one.to.length, 0);
  const bytes = left.reduce((sum, { id, to: at }) => sum + Buffer.byteLength(id + at.join()) + ENTRY_BYTES * (1 + at.length), 0);
  if (names <= UNSETTLED_KEYS_ENTRIES_MAX && bytes <= UNSETTLED_KEYS_BYTES_MAX)
    return { range: { partition }, dueMillis, unsettled: left, to };
  return { range: { partition, from: first.id, through: last.id }, dueMillis, to };
}

/** A queue that has enough to do is sent nothing at all: what is missing is most likely in it, and more would only make it wait longer. */
export function isBusy({ waiting }: Backlog): boolean {
  return waiting >= BACKLOG_ENTRIES_MAX;
}

/** Why an event that has no marker is not sent again: it most likely still waits where it was sent. */
export type Held = 'backlog' | 'dead-letters';

/**
 * `missing` is how many events this consumer lacks, as far as the run has come. A dead letter counts as waiting: moving it back is an operator's
 * decision, and a copy would only die beside it. At its first look no event can be one yet, so that a dead-letter queue that nobody empties does
 * not keep everything from being sent.
 */
export function heldBecause(
  backlog: Backlog,
  { ageSeconds, missing }: { readonly ageSeconds: number; readonly missing: number },
): Held | undefined {
  if (ageSeconds >= DEAD_LETTER_AGE_SECONDS_MIN && backlog.deadLetters >= missing) return 'dead-letters';
  if (backlog.waiting === 0) return undefined;
  const { oldestSeconds } = backlog;
  return oldestSeconds === undefined || oldestSeconds >= ageSeconds - RELAY_DELAY_SECONDS_MAX ? 'backlog' : undefined;
}
