/** What our outbox holds of a source's events: it is their record in the order of time, slot by slot. */
import { errorCode } from '../core/errors.ts';
import { OUTBOX_SHARDS, RECONCILE_LATE_SECONDS, RECONCILE_READS_ITEMS_MAX, SLOT_SECONDS } from '../core/limits.ts';
import { readOutboxItem } from '../core/outbox.ts';
import type { Item, Key } from '../core/ports.ts';
import type { Window } from '../core/provider-api.ts';
import { partitionsOfSlot, slotOf } from '../core/time.ts';
import type { OurEvent, Run } from './reconciliation-run.ts';
import { untilAnswered } from './until-answered.ts';
import { workAll } from './work-all.ts';

export type OurEvents = { readonly inTime: readonly OurEvent[]; readonly late: readonly OurEvent[] };

/**
 * Each event belongs to exactly one part of all time: one that came in time to that in which it happened, a late one to that in which it came. An item
 * that cannot be read is a difference and holds up nothing.
 */
export async function eventsOfOurs({ fromSeconds, toSeconds }: Window, run: Run): Promise<OurEvents> {
  // A function's clock may be a little behind the provider's.
  const first = Math.floor(fromSeconds / SLOT_SECONDS) * SLOT_SECONDS - SLOT_SECONDS;
  const end = Math.min(toSeconds + RECONCILE_LATE_SECONDS, run.ports.clock.nowMillis() / 1000);
  await readSlots({ fromSeconds: first, toSeconds: end }, run);
  const inTime: OurEvent[] = [];
  const late: OurEvent[] = [];
  for (const [slotSeconds, events] of run.slots) {
    for (const event of events) {
      const isLate = slotSeconds >= event.occurredSeconds + RECONCILE_LATE_SECONDS;
      const seconds = isLate ? slotSeconds : event.occurredSeconds;
      if (seconds < fromSeconds || seconds >= toSeconds) continue;
      if (event.isElsewhere) run.counts('elsewhere');
      else (isLate ? late : inTime).push(event);
    }
  }
  return { inTime, late };
}

/** Leaves exactly the slots of these seconds in `run.slots`. */
async function readSlots({ fromSeconds, toSeconds }: Window, run: Run): Promise<void> {
  for (const slotSeconds of run.slots.keys()) if (slotSeconds < fromSeconds || slotSeconds >= toSeconds) run.slots.delete(slotSeconds);
  const read = new Map<number, OurEvent[]>();
  for (let slotSeconds = fromSeconds; slotSeconds < toSeconds; slotSeconds += SLOT_SECONDS)
    if (!run.slots.has(slotSeconds)) read.set(slotSeconds, []);
  const parts = [...read].flatMap(([slotSeconds, events]) =>
    partitionsOfSlot(slotOf(slotSeconds * 1000), OUTBOX_SHARDS).map((partition) => ({ partition, events })),
  );
  await workAll(parts, RECONCILE_READS_ITEMS_MAX, ({ partition, events }) => readPartition(partition, events, run));
  for (const [slotSeconds, events] of read) run.slots.set(slotSeconds, events);
}

async function readPartition(partition: string, into: OurEvent[], run: Run): Promise<void> {
  const { settings, ports, deadlineMillis } = run;
  let after: Key | undefined;
  do {
    const start = after;
    const page = await untilAnswered(ports, deadlineMillis, () => ports.partitions.page(settings.tables.outbox, { partition }, start));
    for (const item of page.items.filter(({ source }) => source === settings.source)) {
      const event = await readEvent(item, run);
      if (event !== undefined) into.push(event);
    }
    after = page.after;
  } while (after !== undefined);
}

/** Undefined for what is in quarantine, for what a consumer published, and for what cannot be read. */
async function readEvent(item: Item, run: Run): Promise<OurEvent | undefined> {
  const { settings } = run;
  try {
    const { id, provider, mode, account, type, subject, to, occurredAt } = readOutboxItem(item);
    if (mode === '-' || provider !== settings.provider.name) return undefined;
    // A list is that of one account in one mode; events of connected accounts and of the other mode may come to the same endpoint.
    const isElsewhere = mode !== settings.listedMode || (account !== undefined && account !== settings.account);
    return { id, type, subject, to, occurredSeconds: Math.floor(Date.parse(occurredAt) / 1000), isElsewhere };
  } catch (error) {
    await run.differs({ what: 'event', id: String(item['sk']), difference: 'unreadable', ours: errorCode(error) });
    return undefined;
  }
}
