/** The provider's list of events against ours: what never came goes the way of a webhook, and what it no longer knows is reported. */
import { RECONCILE_PAGES_A_STEP_MAX, TRANSACTIONS_IN_FLIGHT_MAX } from '../core/limits.ts';
import type { Reading } from '../core/provider.ts';
import type { ListedEvent, Window } from '../core/provider-api.ts';
import { listedFromSeconds, newestPart } from '../core/reconciliation.ts';
import { addressesFor } from '../core/routes.ts';
import { allPages } from './all-pages.ts';
import { eventsOfOurs } from './events-of-ours.ts';
import { existingKeys } from './existing-keys.ts';
import { expectedEvent } from './expected-event.ts';
import { together } from './late-events.ts';
import type { ComparedEvents, EventsPart, OurEvent, Run, SaidEvent } from './reconciliation-run.ts';
import { eventKeyOf, storeEvent } from './store-event.ts';
import { workAll } from './work-all.ts';

/**
 * The newest part of a window. Where a list gives the newest first, after some pages everything younger than the last event is known: that much is one
 * step. Of the second in which a page ends more may follow, so it is left to the next step. A list in any other order is read to its end.
 */
export async function eventsPart(window: Window, { settings, ports, deadlineMillis }: Run): Promise<EventsPart> {
  const { isListed, ...whole } = newestPart(window, listedFromSeconds(settings.api.events?.keptSeconds, ports.clock.nowMillis()));
  const events: ListedEvent[] = [];
  if (!isListed) return { window: whole, isListed, events };
  let pages = 0;
  let oldest = Number.POSITIVE_INFINITY;
  let isInOrder = true;
  for await (const page of allPages(ports, deadlineMillis, (after) => ports.calls.events(whole, after))) {
    for (const { createdSeconds } of page.items) {
      isInOrder &&= createdSeconds <= oldest;
      oldest = Math.min(oldest, createdSeconds);
    }
    events.push(...page.items);
    pages += 1;
    // A list that has not gone back by a second yet may still turn out to go forward.
    const goesBack = isInOrder && oldest < (events[0]?.createdSeconds ?? oldest);
    if (page.after === undefined || !goesBack || pages < RECONCILE_PAGES_A_STEP_MAX) continue;
    const part = { fromSeconds: oldest + 1, toSeconds: whole.toSeconds };
    return { window: part, isListed, events: events.filter(({ createdSeconds }) => createdSeconds > oldest) };
  }
  return { window: whole, isListed, events };
}

export async function compareEvents({ window, isListed, events }: EventsPart, run: Run): Promise<ComparedEvents> {
  const { settings, ports, deadlineMillis } = run;
  const listed = readingsOf(events, run);
  const wanted = listed.filter(isWanted(run));
  const known = await existingKeys(ports, { table: settings.tables.events, keys: wanted.map(({ key }) => key) }, deadlineMillis);
  const missing = wanted.filter(({ key }) => !known.has(key));
  await workAll(missing, TRANSACTIONS_IN_FLIGHT_MAX, (one) => inject(one, run));
  for (const one of listed) await reportOdd(one, run);
  const { inTime, late } = await eventsOfOurs(window, run);
  if (isListed) await reportUnlisted(inTime, new Set(listed.map(({ key }) => key)), run);
  await lookForLate(late, run);
  return { compared: wanted.length, ours: inTime, late, said: wanted.map(saidBy) };
}

/** What the provider's list says of a time that is compared elsewhere. */
export async function saidWithin(window: Window, run: Run): Promise<readonly SaidEvent[]> {
  return (await listedWithin(window, run)).filter(isWanted(run)).map(saidBy);
}

async function listedWithin(window: Window, run: Run): Promise<readonly Listed[]> {
  const { settings, ports, deadlineMillis } = run;
  if (settings.api.events === undefined) return [];
  const listed: Listed[] = [];
  for await (const { items } of allPages(ports, deadlineMillis, (after) => ports.calls.events(window, after)))
    listed.push(...readingsOf(items, run));
  return listed;
}

function saidBy({ key, reading: { type, subject } }: Wanted): SaidEvent {
  return { id: key, type, subject };
}

type Listed = { readonly listedId: string; readonly reading: Reading; readonly key: string };
type Wanted = Listed & { readonly reading: Extract<Reading, { kind: 'event' }> };

/** Read as a webhook's body is, so that identity, key and fingerprint are the same. */
function readingsOf(events: readonly ListedEvent[], { settings }: Run): readonly Listed[] {
  return events.flatMap(({ id, bytes }) =>
    settings.provider
      .events({ headers: {}, body: bytes })
      .map((reading) => expectedEvent(reading, settings))
      .map((reading) => ({ listedId: id, reading, key: eventKeyOf(settings, reading) })),
  );
}

/** An account's list has every event of it; a webhook only those that it is set up for, which are those that somebody here subscribes to. */
function isWanted({ settings }: Run): (listed: Listed) => listed is Wanted {
  return (listed): listed is Wanted =>
    listed.reading.kind === 'event' && addressesFor(settings.routes, settings.provider.name, listed.reading.type).length > 0;
}

async function inject({ reading, key }: Wanted, run: Run): Promise<void> {
  const { settings, ports, deadlineMillis, dryRun } = run;
  // The condition decides, as for a webhook: one that has come meanwhile makes this a duplicate.
  const stored = dryRun ? 'stored' : await storeEvent({ ...settings, via: 'reconcile' }, ports, { reading, deadlineMillis });
  if (stored === 'known') return;
  await run.differs({ what: 'event', id: key, difference: 'missing here', theirs: reading.type, injected: true });
}

/** Nobody knows the key under which its webhook was or would be stored, so it is not brought in (DESIGN rule 6); a person has to look. */
async function reportOdd({ reading, listedId }: Listed, run: Run): Promise<void> {
  if (reading.kind !== 'odd') return;
  if (reading.reason === 'other-mode' || reading.reason === 'other-account') run.counts('elsewhere');
  else await run.differs({ what: 'event', id: listedId, difference: 'unreadable', theirs: reading.reason });
}

async function reportUnlisted(ours: readonly OurEvent[], listed: ReadonlySet<string>, run: Run): Promise<void> {
  for (const { id, type } of ours) if (!listed.has(id)) await run.differs({ what: 'event', id, difference: 'missing there', ours: type });
}

/** The seconds in which they happened are of other steps, or of other runs. */
async function lookForLate(late: readonly OurEvent[], run: Run): Promise<void> {
  const { settings, ports } = run;
  const listedFrom = listedFromSeconds(settings.api.events?.keptSeconds, ports.clock.nowMillis());
  for (const { window, events } of together(late.filter(({ occurredSeconds }) => occurredSeconds >= listedFrom))) {
    const listed = new Set((await listedWithin(window, run)).map(({ key }) => key));
    await reportUnlisted(events, listed, run);
  }
}
