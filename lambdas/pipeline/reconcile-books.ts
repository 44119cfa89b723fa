/** What moved on the provider's balance against the books that consumers keep, in both directions. */
import pLimit from 'p-limit';
import type { BookEntry } from '../core/contracts.ts';
import { RECONCILE_READS_ITEMS_MAX, TRANSACTION_MARGIN_SECONDS } from '../core/limits.ts';
import type { OutboxRecord } from '../core/outbox.ts';
import type { ProviderTransaction, Window } from '../core/provider-api.ts';
import { allPages } from './all-pages.ts';
import { readItem } from './read-item.ts';
import type { BookedBy, ComparedEvents, Run } from './reconciliation-run.ts';
import { untilAnswered } from './until-answered.ts';

/** Movements of one kind and one object, added up: a charge may be refunded in several steps. */
type Moved = Pick<ProviderTransaction, 'id' | 'kind' | 'objectId' | 'amount' | 'currency'>;

type Part = Omit<ComparedEvents, 'compared'> & { readonly window: Window };

/** How many movements were compared. Our own events of the window say what should have moved. */
export async function compareBooks(part: Part, run: Run): Promise<number> {
  const { api, books } = run.settings;
  if (api.transactions === undefined || books.length === 0) return 0;
  const { fromSeconds, toSeconds } = part.window;
  // The event and its movement may stand on the two sides of an edge.
  const wider = { fromSeconds: fromSeconds - TRANSACTION_MARGIN_SECONDS, toSeconds: toSeconds + TRANSACTION_MARGIN_SECONDS };
  const listed: ProviderTransaction[] = [];
  for await (const { items } of allPages(run.ports, run.deadlineMillis, (after) => run.ports.calls.transactions(wider, after)))
    listed.push(...items);
  const within = listed.filter(({ createdSeconds }) => createdSeconds >= fromSeconds && createdSeconds < toSeconds);
  const inFlight = pLimit(RECONCILE_READS_ITEMS_MAX);
  await Promise.all(addedUp(within).flatMap((moved) => books.map((one) => inFlight(() => compareOne(moved, { one, part }, run)))));
  for (const one of books) await reportUnmoved(part.ours, { one, moved: new Set(listed.map(nameOf)) }, run);
  return within.length;
}

function nameOf({ kind, objectId }: Pick<Moved, 'kind' | 'objectId'>): string {
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

async function compareOne(theirs: Moved, { one, part }: { readonly one: BookedBy; readonly part: Part }, run: Run): Promise<void> {
  const { address, books } = one;
  const { settings, ports, deadlineMillis } = run;
  const entry = books.entryOf(theirs, { address, mode: settings.mode ?? 'live' });
  if (entry === undefined) return;
  const item = await readItem(ports, { table: settings.tables.books[entry.table] as string, key: entry.key }, deadlineMillis);
  const id = theirs.objectId ?? theirs.id;
  const shown = `${theirs.kind} ${theirs.amount} ${theirs.currency}`;
  if (item === undefined) {
    if (await isOnItsWay(theirs, { one, part }, run)) return;
    return run.differs({ what: 'transaction', id, difference: 'missing here', theirs: shown });
  }
  const ours = entry.amountOf(item);
  const difference = ours.currency !== theirs.currency ? 'currency' : isOther(ours.amount, theirs.amount, entry) ? 'amount' : undefined;
  if (difference !== undefined)
    await run.differs({ what: 'transaction', id, difference, ours: `${ours.amount} ${ours.currency}`, theirs: shown });
}

/** Its event has come, and the consumer has not settled it yet: that is for settlement to see to. */
async function isOnItsWay(
  theirs: Moved,
  { one, part }: { readonly one: BookedBy; readonly part: Part },
  { settings, ports, deadlineMillis }: Run,
): Promise<boolean> {
  const says = (event: Pick<OutboxRecord, 'type' | 'subject'>) => {
    const movement = one.books.movementOf({ type: event.type, subject: event.subject });
    return movement !== undefined && nameOf(movement) === nameOf(theirs);
  };
  if (part.injected.some(says)) return true;
  const markers = part.ours.filter((event) => event.to.includes(one.address) && says(event)).map(({ id }) => `${one.address}#${id}`);
  for (const pk of markers) {
    const marker = await untilAnswered(ports, deadlineMillis, () => ports.partitions.existing(settings.tables.inbox, [pk]));
    if (marker.found.length === 0) return true;
  }
  return false;
}

/** What sums up several movements may know of some outside the window, and never of fewer. */
function isOther(ours: number, theirs: number, { cumulative }: BookEntry): boolean {
  return cumulative === true ? Math.abs(ours) < Math.abs(theirs) : ours !== theirs;
}

type Side = { readonly one: BookedBy; readonly moved: ReadonlySet<string> };

async function reportUnmoved(ours: readonly OutboxRecord[], { one, moved }: Side, run: Run): Promise<void> {
  for (const { type, subject, to } of ours) {
    const movement = to.includes(one.address) ? one.books.movementOf({ type, subject }) : undefined;
    if (movement === undefined || moved.has(nameOf(movement))) continue;
    await run.differs({
      what: 'transaction',
      id: movement.objectId ?? '',
      difference: 'missing there',
      ours: `${movement.kind}, by ${type}`,
    });
  }
}
