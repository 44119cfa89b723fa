/** One look of settlement at a part of an outbox partition: what has no marker yet is sent again where that helps, and written down. */
import pLimit from 'p-limit';
import { isPermanentFailure } from '../core/cancellation.ts';
import { errorCode, RetryableError } from '../core/errors.ts';
import { MARKERS_ENTRIES_MAX, REQUEST_TIMEOUT_MILLIS, TRANSACTIONS_IN_FLIGHT_MAX, UNSETTLED_ALARM_SECONDS } from '../core/limits.ts';
import { type OutboxRecord, readOutboxItem } from '../core/outbox.ts';
import type { Item, Key, Page, Partitions, Range } from '../core/ports.ts';
import { consumerOf, QUARANTINE } from '../core/routes.ts';
import {
  firstLookMillis,
  nextLookMillis,
  type OpenRow,
  openRow,
  slotEndMillis,
  slotOfPartition,
  type Unsettled,
} from '../core/settlement.ts';
import type { CommitPorts } from './commit.ts';
import { keepItem } from './keep-item.ts';
import { readItem } from './read-item.ts';
import { retryUntil } from './retry-until.ts';
import type { Missing, Resender } from './send-again.ts';

export type LookSettings = {
  /** Consumers that are gone for good, by name or by address: what they lack is no longer missing. */
  readonly retired: readonly string[];
  readonly tables: { readonly outbox: string; readonly inbox: string };
};

export type LookPorts = CommitPorts & { readonly partitions: Partitions };

export type Look = {
  readonly settings: LookSettings;
  readonly ports: LookPorts;
  readonly resender: Resender;
  readonly deadlineMillis: number;
};

/** The rows that this part of the partition leaves open; none where everything of it has settled. Throws where the store does not answer. */
export async function lookAtPartition(row: Pick<OpenRow, 'range' | 'unsettled'>, look: Look): Promise<readonly OpenRow[]> {
  const { clock, telemetry } = look.ports;
  const { partition } = row.range;
  const slot = slotOfPartition(partition);
  const waiting: Unsettled[] = [];
  const roomless: Unsettled[] = [];
  let rest: OpenRow | undefined;
  for await (const part of partsOf(row, look)) {
    if (part.kind === 'late') rest = { range: part.rest, dueMillis: firstLookMillis(slot) };
    else {
      const ageSeconds = (clock.nowMillis() - slotEndMillis(slot)) / 1000;
      const left = await settlePart(part.named, partition, { ...look, ageSeconds });
      waiting.push(...left.waiting);
      roomless.push(...left.roomless);
      if (ageSeconds >= UNSETTLED_ALARM_SECONDS) telemetry.count('EventsUnsettled', pairs(left.waiting) + pairs(left.roomless));
    }
  }
  const nowMillis = clock.nowMillis();
  // What there was no room for is due at once, before anything younger.
  return [openRow(partition, waiting, nextLookMillis(slot, nowMillis)), openRow(partition, roomless, firstLookMillis(slot)), rest].filter(
    (left) => left !== undefined,
  );
}

/** An event by its key; its record where it was read already. */
type Named = Unsettled & { readonly record?: OutboxRecord };

type Part = { readonly kind: 'part'; readonly named: readonly Named[] } | { readonly kind: 'late'; readonly rest: Range };

async function* partsOf(row: Pick<OpenRow, 'range' | 'unsettled'>, look: Look): AsyncGenerator<Part> {
  if (row.unsettled !== undefined) {
    yield { kind: 'part', named: row.unsettled };
    return;
  }
  let after: Key | undefined;
  do {
    if (look.ports.clock.nowMillis() >= look.deadlineMillis) {
      yield { kind: 'late', rest: { ...row.range, ...(after === undefined ? {} : { from: after['sk'] as string }) } };
      return;
    }
    const page = await readPage(row.range, after, look);
    yield { kind: 'part', named: page.items.flatMap((item) => namedOf(item, look)) };
    after = page.after;
  } while (after !== undefined);
}

/** An item that cannot be read is counted and passed by: nobody could send it. Its partition is read again where a newer release wrote it. */
function namedOf(item: Item, { ports }: Look): Named[] {
  try {
    const record = readOutboxItem(item);
    return [{ id: record.id, to: record.to, record }];
  } catch (error) {
    const { sk, to } = item;
    ports.telemetry.count('SettlementUnreadable');
    ports.telemetry.log('error', 'outbox item not read', { code: errorCode(error), eventId: String(sk) });
    const newer = errorCode(error) === 'UNKNOWN_VERSION' && typeof sk === 'string' && Array.isArray(to);
    return newer ? [{ id: sk as string, to: to.map(String) }] : [];
  }
}

type Left = { readonly waiting: readonly Unsettled[]; readonly roomless: readonly Unsettled[] };

async function settlePart(named: readonly Named[], partition: string, look: Look & { readonly ageSeconds: number }): Promise<Left> {
  const missing = await withoutMarker(named, look);
  if (missing.length === 0) return { waiting: [], roomless: [] };
  const inFlight = pLimit(TRANSACTIONS_IN_FLIGHT_MAX);
  const records = await Promise.all(missing.map((one) => inFlight(() => recordOf(one, partition, look))));
  await Promise.all(records.map((record) => inFlight(async () => record && keepItem(record, look))));
  const sendable = missing.flatMap(({ to }, index): Missing[] => {
    const record = records[index];
    return record === undefined ? [] : to.map((address) => ({ record, address }));
  });
  const { ageSeconds, deadlineMillis } = look;
  const late = new Set(
    (await look.resender.send(sendable, { ageSeconds, deadlineMillis })).map(({ record, address }) => `${address}#${record.id}`),
  );
  const split = (isLate: boolean) =>
    missing
      .map(({ id, to }) => ({ id, to: to.filter((address) => late.has(`${address}#${id}`) === isLate) }))
      .filter(({ to }) => to.length > 0);
  return { waiting: split(false), roomless: split(true) };
}

/** Whom an event still has to reach: everybody it is addressed to, but the quarantine and those who are gone for good. */
function expected(address: string, { retired }: LookSettings): boolean {
  return address !== QUARANTINE && !retired.includes(address) && !retired.includes(consumerOf(address) ?? '');
}

async function withoutMarker(named: readonly Named[], look: Look): Promise<Named[]> {
  const markers = named.flatMap(({ id, to }) =>
    to.filter((address) => expected(address, look.settings)).map((address) => `${address}#${id}`),
  );
  const there = await existing(markers, look);
  return named
    .map((one) => ({ ...one, to: one.to.filter((address) => expected(address, look.settings) && !there.has(`${address}#${one.id}`)) }))
    .filter(({ to }) => to.length > 0);
}

async function existing(markers: readonly string[], { settings, ports, deadlineMillis }: Look): Promise<ReadonlySet<string>> {
  const there = new Set<string>();
  for (let start = 0; start < markers.length; start += MARKERS_ENTRIES_MAX) {
    let open = markers.slice(start, start + MARKERS_ENTRIES_MAX);
    await untilAnswered(ports, deadlineMillis, async () => {
      const { found, unanswered } = await ports.partitions.existing(settings.tables.inbox, open);
      for (const marker of found) there.add(marker);
      open = [...unanswered];
      return { done: open.length === 0, value: undefined };
    });
  }
  return there;
}

function readPage(range: Range, after: Key | undefined, { settings, ports, deadlineMillis }: Look): Promise<Page> {
  return untilAnswered(ports, deadlineMillis, async () => ({
    done: true,
    value: await ports.partitions.page(settings.tables.outbox, range, after),
  }));
}

/** The one retry loop around reads that throw; what is refused for good is thrown at once. */
export async function untilAnswered<T>(
  ports: CommitPorts,
  deadlineMillis: number,
  ask: () => Promise<{ readonly done: boolean; readonly value: T }>,
): Promise<T> {
  const result = await retryUntil(ports, deadlineMillis - REQUEST_TIMEOUT_MILLIS, async () => {
    try {
      const { done, value } = await ask();
      return done ? { again: false as const, value } : { again: true as const, code: 'UNANSWERED' };
    } catch (error) {
      if (isPermanentFailure(errorCode(error))) throw error;
      return { again: true as const, code: errorCode(error) };
    }
  });
  if (result.kind === 'decided') return result.value;
  throw new RetryableError(
    'READ_UNAVAILABLE',
    `Settlement could not read before its deadline (${result.tries} tries, last answer ${result.code}). DynamoDB throttles or is unreachable; the next run goes on where this one stopped.`,
  );
}

/** An item that is gone cannot be sent again: it stays open, and the alarm tells. */
async function recordOf(one: Named, partition: string, { settings, ports, deadlineMillis }: Look): Promise<OutboxRecord | undefined> {
  if (one.record !== undefined) return one.record;
  const item = await readItem(ports, { table: settings.tables.outbox, key: { pk: partition, sk: one.id } }, deadlineMillis);
  if (item === undefined) {
    ports.telemetry.count('SettlementPayloadGone');
    ports.telemetry.log('error', 'unsettled event without its outbox item', { eventId: one.id, partition });
    return undefined;
  }
  try {
    return readOutboxItem(item);
  } catch (error) {
    ports.telemetry.count('SettlementUnreadable');
    ports.telemetry.log('error', 'outbox item not read', { code: errorCode(error), eventId: one.id });
    return undefined;
  }
}

function pairs(unsettled: readonly Unsettled[]): number {
  return unsettled.reduce((sum, { to }) => sum + to.length, 0);
}
