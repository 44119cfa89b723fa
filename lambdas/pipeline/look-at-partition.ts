/** One look of settlement at a part of an outbox partition: what has no marker yet is sent again where that helps, and written down. */
import pLimit from 'p-limit';
import { errorCode } from '../core/errors.ts';
import { TRANSACTIONS_IN_FLIGHT_MAX, UNSETTLED_ALARM_SECONDS } from '../core/limits.ts';
import { type OutboxRecord, readOutboxItem } from '../core/outbox.ts';
import type { Item, Partitions } from '../core/ports.ts';
import { consumerOf, QUARANTINE } from '../core/routes.ts';
import { nextLookMillis, type OpenRow, openRow, slotEndMillis, slotOfPartition, type Unsettled } from '../core/settlement.ts';
import type { CommitPorts } from './commit.ts';
import { existingKeys } from './existing-keys.ts';
import { keepItem } from './keep-item.ts';
import { type Named, partsOf } from './parts-of-row.ts';
import { readItem } from './read-item.ts';
import type { Missing, Resender } from './send-again.ts';

export type LookSettings = {
  /** Consumers that are gone for good, by name or by address: what they lack is no longer missing. */
  readonly retired: readonly string[];
  /** Queues that somebody else reads, by name: what becomes of an event there leaves no marker. */
  readonly delivered: readonly string[];
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
export async function lookAtPartition(row: Omit<OpenRow, 'dueMillis'>, look: Look): Promise<readonly OpenRow[]> {
  const { clock } = look.ports;
  const { partition } = row.range;
  const slot = slotOfPartition(partition);
  const waiting: Unsettled[] = [];
  const roomless: Unsettled[] = [];
  const left: OpenRow[] = [];
  for await (const part of partsOf(row, look)) {
    // What nobody has read, or there was no room for, is due again at once, before anything younger.
    if (part.kind === 'late') left.push({ ...part.rest, dueMillis: clock.nowMillis() });
    else if (part.kind === 'illegible') left.push({ range: part.range, dueMillis: nextLookMillis(slot, clock.nowMillis()) });
    else {
      const ageSeconds = (clock.nowMillis() - slotEndMillis(slot)) / 1000;
      const unsettled = await settlePart(part.named, row, { ...look, ageSeconds });
      waiting.push(...unsettled.waiting);
      roomless.push(...unsettled.roomless);
      if (ageSeconds >= UNSETTLED_ALARM_SECONDS)
        look.ports.telemetry.count('EventsUnsettled', pairs(unsettled.waiting) + pairs(unsettled.roomless));
    }
  }
  const nowMillis = clock.nowMillis();
  const written = [openRow(partition, waiting, nextLookMillis(slot, nowMillis)), openRow(partition, roomless, nowMillis)];
  return [...written.filter((one) => one !== undefined), ...left];
}

type Left = { readonly waiting: readonly Unsettled[]; readonly roomless: readonly Unsettled[] };

type Row = Omit<OpenRow, 'dueMillis'>;

async function settlePart(named: readonly Named[], row: Row, look: Look & { readonly ageSeconds: number }): Promise<Left> {
  const missing = await withoutMarker(named, row, look);
  if (missing.length === 0) return { waiting: [], roomless: [] };
  const inFlight = pLimit(TRANSACTIONS_IN_FLIGHT_MAX);
  const items = await Promise.all(missing.map((one) => inFlight(() => itemOf(one, row.range.partition, look))));
  await Promise.all(items.map((item) => inFlight(async () => item && keepItem(item, look))));
  const sendable = missing.flatMap(({ to }, index): Missing[] => {
    const record = recordOf(items[index], look);
    return record === undefined ? [] : to.map((address) => ({ record, address }));
  });
  const { ageSeconds, deadlineMillis } = look;
  const unsent = await look.resender.send(sendable, { ageSeconds, deadlineMillis });
  const late = new Set(unsent.map(({ record, address }) => `${address}#${record.id}`));
  const split = (isLate: boolean) =>
    missing
      .map(({ id, to }) => ({ id, to: to.filter((address) => late.has(`${address}#${id}`) === isLate) }))
      .filter(({ to }) => to.length > 0);
  return { waiting: split(false), roomless: split(true) };
}

async function withoutMarker(named: readonly Named[], row: Row, look: Look): Promise<Named[]> {
  // A range is written down for some addresses only: what others lack in it stands in rows of their own.
  const wanted = (address: string) => isExpected(address, look.settings) && (row.to === undefined || row.to.includes(address));
  const expected = named.map((one) => ({ ...one, to: one.to.filter(wanted) }));
  const keys = expected.flatMap(({ id, to }) => to.map((address) => `${address}#${id}`));
  const there = await existingKeys(look.ports, { table: look.settings.tables.inbox, keys }, look.deadlineMillis);
  return expected
    .map((one) => ({ ...one, to: one.to.filter((address) => !there.has(`${address}#${one.id}`)) }))
    .filter(({ to }) => to.length > 0);
}

/** Whom an event still has to reach: everybody it is addressed to, but the quarantine, those who leave no markers and those who are gone for good. */
function isExpected(address: string, { retired, delivered }: LookSettings): boolean {
  const consumer = consumerOf(address) ?? '';
  return address !== QUARANTINE && !retired.includes(address) && !retired.includes(consumer) && !delivered.includes(consumer);
}

/** An item that is gone cannot be sent again: it stays open, and the alarm tells. */
async function itemOf(one: Named, partition: string, { settings, ports, deadlineMillis }: Look): Promise<Item | undefined> {
  if (one.item !== undefined) return one.item;
  const item = await readItem(ports, { table: settings.tables.outbox, key: { pk: partition, sk: one.id } }, deadlineMillis);
  if (item !== undefined) return item;
  ports.telemetry.count('SettlementPayloadGone');
  ports.telemetry.log('error', 'unsettled event without its outbox item', { eventId: one.id, partition });
  return undefined;
}

/** What cannot be read cannot be sent; a newer release may read it. */
function recordOf(item: Item | undefined, { ports }: Look): OutboxRecord | undefined {
  if (item === undefined) return undefined;
  try {
    return readOutboxItem(item);
  } catch (error) {
    ports.telemetry.count('SettlementUnreadable');
    ports.telemetry.log('error', 'outbox item not read', { code: errorCode(error), eventId: String(item['sk']) });
    return undefined;
  }
}

function pairs(unsettled: readonly Unsettled[]): number {
  return unsettled.reduce((sum, { to }) => sum + to.length, 0);
}
