/** The provider's list of events against ours: what never came goes the way of a webhook, and what it no longer knows is reported. */
import pLimit from 'p-limit';
import {
  MARKERS_ENTRIES_MAX,
  OUTBOX_SHARDS,
  RECONCILE_PAGES_A_STEP_MAX,
  SLOT_SECONDS,
  TRANSACTIONS_IN_FLIGHT_MAX,
} from '../core/limits.ts';
import { type OutboxRecord, readOutboxItem } from '../core/outbox.ts';
import type { Item, Key } from '../core/ports.ts';
import type { Reading } from '../core/provider.ts';
import type { ListedEvent, Window } from '../core/provider-api.ts';
import { addressesFor } from '../core/routes.ts';
import { partitionsOfSlot, slotOf } from '../core/time.ts';
import { allPages } from './all-pages.ts';
import { expectedEvent } from './expected-event.ts';
import type { ComparedEvents, EventsPart, Run } from './reconciliation-run.ts';
import { eventKeyOf, storeEvent } from './store-event.ts';
import { untilAnswered } from './until-answered.ts';

/** Without a list of events a window is taken hour by hour. */
const STEP_SECONDS = 3600;
/** Most webhooks come within seconds of their event; those that came later are compared by a longer run, from the slots in which they came. */
const LATE_SECONDS = 3600;

/**
 * The newest part of a window. Lists give the newest first, so after some pages everything younger than the last event is known: that much is one
 * step. Of the second in which a page ends more may follow, so it is left to the next step.
 */
export async function eventsPart(window: Window, { settings, ports, deadlineMillis }: Run): Promise<EventsPart> {
  const { api } = settings;
  const kept = api.events === undefined ? Number.POSITIVE_INFINITY : ports.clock.nowMillis() / 1000 - api.events.keptSeconds;
  if (window.toSeconds <= kept)
    return { window: { ...window, fromSeconds: Math.max(window.fromSeconds, window.toSeconds - STEP_SECONDS) }, events: [] };
  const events: ListedEvent[] = [];
  let pages = 0;
  for await (const page of allPages(ports, deadlineMillis, (after) => ports.calls.events(window, after))) {
    events.push(...page.items);
    pages += 1;
    const oldest = page.items.at(-1)?.createdSeconds;
    if (page.after === undefined) break;
    if (pages >= RECONCILE_PAGES_A_STEP_MAX && oldest !== undefined && oldest + 1 < window.toSeconds)
      return {
        window: { fromSeconds: oldest + 1, toSeconds: window.toSeconds },
        events: events.filter((event) => event.createdSeconds > oldest),
      };
  }
  return { window, events };
}

export async function compareEvents({ window, events }: EventsPart, run: Run): Promise<ComparedEvents> {
  const listed = readingsOf(events, run);
  const wanted = listed.filter(({ reading }) => isWanted(reading, run));
  const known = await existing(
    wanted.map(({ key }) => key),
    run,
  );
  const inFlight = pLimit(TRANSACTIONS_IN_FLIGHT_MAX);
  const missing = wanted.filter(({ key }) => !known.has(key));
  await Promise.all(missing.map((one) => inFlight(() => inject(one, run))));
  const ours = await eventsOfOurs(window, run);
  if (isListed(window, run)) await reportUnlisted(ours, new Set(listed.map(({ key }) => key)), run);
  const injected = missing.flatMap(({ reading }) => (reading.kind === 'event' ? [reading] : []));
  return { compared: wanted.length, ours, injected };
}

type Listed = { readonly reading: Reading; readonly key: string };

/** Read as a webhook's body is, so that identity, key and fingerprint are the same. */
function readingsOf(events: readonly ListedEvent[], { settings }: Run): readonly Listed[] {
  return events
    .flatMap(({ bytes }) => settings.provider.events({ headers: {}, body: bytes }))
    .map((reading) => expectedEvent(reading, settings))
    .map((reading) => ({ reading, key: eventKeyOf(settings, reading) }));
}

/** An account's list has every event of it; a webhook only those that it is set up for, which are those that somebody here subscribes to. */
function isWanted(reading: Reading, { settings }: Run): boolean {
  return reading.kind === 'event' && addressesFor(settings.routes, settings.provider.name, reading.type).length > 0;
}

async function existing(keys: readonly string[], { settings, ports, deadlineMillis }: Run): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let start = 0; start < keys.length; start += MARKERS_ENTRIES_MAX) {
    let open: readonly string[] = [...new Set(keys.slice(start, start + MARKERS_ENTRIES_MAX))];
    while (open.length > 0) {
      const answer = await untilAnswered(ports, deadlineMillis, () => ports.partitions.existing(settings.tables.events, open));
      for (const key of answer.found) found.add(key);
      open = answer.unanswered;
    }
  }
  return found;
}

async function inject({ reading, key }: Listed, run: Run): Promise<void> {
  const { settings, ports, deadlineMillis, dryRun } = run;
  // The condition decides, as for a webhook: one that has come meanwhile makes this a duplicate.
  const stored = dryRun ? 'stored' : await storeEvent({ ...settings, via: 'reconcile' }, ports, { reading, deadlineMillis });
  if (stored === 'known') return;
  const type = reading.kind === 'event' ? reading.type : reading.reason;
  await run.differs({ what: 'event', id: key, difference: 'missing here', theirs: type, injected: true });
}

/** Whether the provider still lists the events of all of it. */
function isListed({ fromSeconds }: Window, { settings: { api }, ports }: Run): boolean {
  return api.events !== undefined && fromSeconds >= ports.clock.nowMillis() / 1000 - api.events.keptSeconds;
}

async function reportUnlisted(ours: readonly OutboxRecord[], listed: ReadonlySet<string>, run: Run): Promise<void> {
  for (const { id, type, mode } of ours)
    if (mode !== '-' && !listed.has(id)) await run.differs({ what: 'event', id, difference: 'missing there', ours: type });
}

/** Our outbox is the record of events in the order of time. */
async function eventsOfOurs(window: Window, run: Run): Promise<readonly OutboxRecord[]> {
  const { settings, ports } = run;
  const from = Math.floor(window.fromSeconds / SLOT_SECONDS) * SLOT_SECONDS - SLOT_SECONDS;
  const to = Math.min(window.toSeconds + LATE_SECONDS, ports.clock.nowMillis() / 1000);
  const found: OutboxRecord[] = [];
  for (let second = from; second < to; second += SLOT_SECONDS) {
    const pages = await Promise.all(partitionsOfSlot(slotOf(second * 1000), OUTBOX_SHARDS).map((partition) => itemsOf(partition, run)));
    for (const record of pages.flat().map(readOutboxItem)) {
      const seconds = Date.parse(record.occurredAt) / 1000;
      if (record.provider === settings.provider.name && seconds >= window.fromSeconds && seconds < window.toSeconds) found.push(record);
    }
  }
  return found;
}

async function itemsOf(partition: string, { settings, ports, deadlineMillis }: Run): Promise<readonly Item[]> {
  const items: Item[] = [];
  let after: Key | undefined;
  do {
    const page = await untilAnswered(ports, deadlineMillis, () => ports.partitions.page(settings.tables.outbox, { partition }, after));
    items.push(...page.items.filter(({ source }) => source === settings.source));
    after = page.after;
  } while (after !== undefined);
  return items;
}
