/** What moved on the provider's balance against the books that consumers keep, in both directions. */
import type { BookEntry, Movement } from '../core/contracts.ts';
import { errorCode, RetryableError } from '../core/errors.ts';
import { RECONCILE_READS_ITEMS_MAX, TRANSACTION_MARGIN_SECONDS } from '../core/limits.ts';
import type { Item } from '../core/ports.ts';
import type { ProviderTransaction, Window } from '../core/provider-api.ts';
import type { DifferenceKind } from '../core/reconciliation.ts';
import { allPages } from './all-pages.ts';
import { existingKeys } from './existing-keys.ts';
import { together } from './late-events.ts';
import { readItem } from './read-item.ts';
import { saidWithin } from './reconcile-events.ts';
import type { BookedBy, ComparedEvents, OurEvent, Run, SaidEvent } from './reconciliation-run.ts';
import { workAll } from './work-all.ts';

/** Movements of one kind and one object, added up: a charge may be refunded in several steps. */
type Moved = Pick<ProviderTransaction, 'id' | 'kind' | 'objectId' | 'amount' | 'currency'>;

type Part = Omit<ComparedEvents, 'compared'> & { readonly window: Window };

/** How many movements were compared. Our own events say what should have moved. */
export async function compareBooks(part: Part, run: Run): Promise<number> {
  const { api, books } = run.settings;
  if (api.transactions === undefined || books.length === 0) return 0;
  const { fromSeconds, toSeconds } = part.window;
  const listed = await transactionsAround(part.window, run);
  const within = listed.filter(({ createdSeconds }) => createdSeconds >= fromSeconds && createdSeconds < toSeconds);
  const pairs = addedUp(within).flatMap((theirs) => books.map((one) => ({ theirs, one })));
  const around = onceAsked(() => saidAround(part.window, run));
  await workAll(pairs, RECONCILE_READS_ITEMS_MAX, ({ theirs, one }) => compareOne(theirs, { one, part, around }, run));
  await reportUnmoved(part.ours, listed, run);
  const isOfBooks = (event: OurEvent) => books.some((one) => movementSaid(event, one) !== undefined);
  for (const { window, events } of together(part.late.filter(isOfBooks)))
    await reportUnmoved(events, await transactionsAround(window, run), run);
  return within.length;
}

/** An event and its movement may stand on the two sides of an edge. */
async function transactionsAround({ fromSeconds, toSeconds }: Window, run: Run): Promise<readonly ProviderTransaction[]> {
  const wider = { fromSeconds: fromSeconds - TRANSACTION_MARGIN_SECONDS, toSeconds: toSeconds + TRANSACTION_MARGIN_SECONDS };
  const listed: ProviderTransaction[] = [];
  for await (const { items } of allPages(run.ports, run.deadlineMillis, (after) => run.ports.calls.transactions(wider, after)))
    listed.push(...items);
  return listed;
}

/** The events on the other side of the edges: a movement's own may be among them. */
async function saidAround({ fromSeconds, toSeconds }: Window, run: Run): Promise<readonly SaidEvent[]> {
  const before = await saidWithin({ fromSeconds: fromSeconds - TRANSACTION_MARGIN_SECONDS, toSeconds: fromSeconds }, run);
  return [...before, ...(await saidWithin({ fromSeconds: toSeconds, toSeconds: toSeconds + TRANSACTION_MARGIN_SECONDS }, run))];
}

function onceAsked<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

function nameOf({ kind, objectId }: Movement): string {
  return `${kind}#${objectId ?? ''}`;
}

function addedUp(transactions: readonly ProviderTransaction[]): readonly Moved[] {
  const byName = new Map<string, Moved>();
  for (const transaction of transactions) {
    const { id, kind, objectId } = transaction;
    const { amount, currency } = transaction.presented ?? transaction;
    // What belongs to no object is nobody's but its own.
    const name = objectId === undefined ? id : `${nameOf(transaction)}#${currency}`;
    byName.set(name, { id, kind, objectId, currency, amount: amount + (byName.get(name)?.amount ?? 0) });
  }
  return [...byName.values()];
}

type Compared = { readonly one: BookedBy; readonly part: Part; readonly around: () => Promise<readonly SaidEvent[]> };

async function compareOne(moved: Moved, compared: Compared, run: Run): Promise<void> {
  const { one } = compared;
  const id = moved.objectId ?? moved.id;
  try {
    const entry = one.books.entryOf(moved, { address: one.address, mode: run.settings.listedMode });
    if (entry === undefined) return;
    const theirs = entry.cumulative === true ? summed(moved, one, run) : moved;
    const shown = `${theirs.kind} ${theirs.amount} ${theirs.currency}`;
    const readOurs = async () => {
      const item = await bookedItem(entry, run);
      const ours = item === undefined ? undefined : entry.amountOf(item);
      return { ours, difference: differenceOf(ours, theirs, entry) };
    };
    const first = await readOurs();
    if (first.difference === undefined) return;
    const mayCome = isTooLittle(first.difference, entry);
    if (mayCome && (await isExplained(theirs, compared, run))) return;
    // What was still to be applied at the first reading may have been applied by the time its marker was asked for; it then is in the books as well.
    const { ours, difference } = mayCome ? await readOurs() : first;
    if (difference === undefined) return;
    await run.differs({
      what: 'transaction',
      id,
      difference,
      ...(ours === undefined ? {} : { ours: `${ours.amount} ${ours.currency}` }),
      theirs: shown,
    });
  } catch (error) {
    // What reads the books is the consumer's own code: where it fails, the other movements are compared all the same.
    if (error instanceof RetryableError) throw error;
    await run.differs({ what: 'transaction', id, difference: 'unreadable', ours: errorCode(error) });
  }
}

/** With what earlier steps of this run saw move of the same object. */
function summed(moved: Moved, { address }: BookedBy, { sums }: Run): Moved {
  const name = `${address}#${nameOf(moved)}#${moved.currency}`;
  const amount = moved.amount + (sums.get(name) ?? 0);
  sums.set(name, amount);
  return { ...moved, amount };
}

async function bookedItem({ table, key }: BookEntry, { settings, ports, deadlineMillis }: Run): Promise<Item | undefined> {
  const physical = settings.tables.books[table];
  if (physical === undefined)
    throw Object.assign(new Error(`The books name a table ${table} that their consumer does not declare.`), { code: 'UNDECLARED_TABLE' });
  return readItem(ports, { table: physical, key }, deadlineMillis);
}

function movementSaid({ type, subject }: SaidEvent, { books }: BookedBy): Movement | undefined {
  return books.movementOf({ type, subject });
}

type Booked = ReturnType<BookEntry['amountOf']>;

function differenceOf(ours: Booked | undefined, theirs: Moved, { cumulative }: BookEntry): DifferenceKind | undefined {
  if (ours === undefined) return 'missing here';
  if (ours.currency !== theirs.currency) return 'currency';
  // What sums up several movements may know of some outside the window, and never of fewer. No number agrees with nothing.
  const agrees = cumulative === true ? Math.abs(ours.amount) >= Math.abs(theirs.amount) : ours.amount === theirs.amount;
  return agrees ? undefined : 'amount';
}

/** An event that is still to be applied would mend it. */
function isTooLittle(difference: DifferenceKind, { cumulative }: BookEntry): boolean {
  return difference === 'missing here' || (difference === 'amount' && cumulative === true);
}

/**
 * Its event is known, and the consumer has not settled it yet: that is for settlement to see to. Or the event came before the consumer was there, and was
 * never sent to it.
 */
async function isExplained(theirs: Moved, { one, part, around }: Compared, run: Run): Promise<boolean> {
  const says = (event: SaidEvent) => {
    const movement = movementSaid(event, one);
    return movement !== undefined && nameOf(movement) === nameOf(theirs);
  };
  const ours = part.ours.filter(says);
  if (ours.length > 0 && !ours.some(({ to }) => to.includes(one.address))) return true;
  const isAnyOpen = (events: readonly SaidEvent[]) => isOpen(events.filter(says), one, run);
  return (await isAnyOpen([...ours, ...part.said])) || (await isAnyOpen(await around()));
}

/** Whether one of these has no marker at this address. */
async function isOpen(events: readonly SaidEvent[], { address }: BookedBy, { settings, ports, deadlineMillis }: Run): Promise<boolean> {
  const keys = events.map(({ id }) => `${address}#${id}`);
  const markers = await existingKeys(ports, { table: settings.tables.inbox, keys }, deadlineMillis);
  return keys.some((key) => !markers.has(key));
}

async function reportUnmoved(ours: readonly OurEvent[], listed: readonly ProviderTransaction[], run: Run): Promise<void> {
  const moved = new Set(listed.map(nameOf));
  for (const one of run.settings.books) {
    for (const event of ours.filter(({ to }) => to.includes(one.address))) {
      const movement = movementSaid(event, one);
      if (movement === undefined || moved.has(nameOf(movement))) continue;
      const id = movement.objectId ?? '';
      await run.differs({ what: 'transaction', id, difference: 'missing there', ours: `${movement.kind}, by ${event.type}` });
    }
  }
}
