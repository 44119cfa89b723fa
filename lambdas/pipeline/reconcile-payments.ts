/** The provider's list of payments against ours, in both directions: what only one side has, and what they say differently. */
import { errorCode } from '../core/errors.ts';
import { PAYMENT_SHARDS, RECONCILE_GRACE_SECONDS, RECONCILE_READS_ITEMS_MAX } from '../core/limits.ts';
import { isFinal, MADE_INDEX, madeIn, type Payment, readPayment } from '../core/payment.ts';
import type { Key } from '../core/ports.ts';
import type { ProviderPayment, Window } from '../core/provider-api.ts';
import type { Difference, DifferenceKind } from '../core/reconciliation.ts';
import { isoTime } from '../core/time.ts';
import { allPages, untilKnown } from './all-pages.ts';
import { readItem } from './read-item.ts';
import type { Run } from './reconciliation-run.ts';
import { untilAnswered } from './until-answered.ts';
import { workAll } from './work-all.ts';

const DAY_SECONDS = 24 * 3600;
const PAGE_ITEMS = 500;

/** How many were compared; 0 where nothing is charged through this provider. */
export async function comparePayments(window: Window, run: Run): Promise<number> {
  const { api } = run.settings;
  if (api.charge === undefined) return 0;
  const seen = new Set<string>();
  let compared = 0;
  for await (const { items } of allPages(run.ports, run.deadlineMillis, (after) => run.ports.calls.listPayments(window, after))) {
    const ours = items.filter(isOurs).filter(({ mode }) => mode === run.settings.listedMode);
    for (const { paymentId } of ours) seen.add(paymentId);
    compared += ours.length;
    await workAll(ours, RECONCILE_READS_ITEMS_MAX, (theirs) => compareOne(theirs, run));
  }
  for await (const ids of madeWithin(window, run)) {
    const unseen = ids.filter((id) => !seen.has(id));
    await workAll(unseen, RECONCILE_READS_ITEMS_MAX, (id) => lookFor(id, run));
  }
  return compared;
}

type OurPayment = ProviderPayment & { readonly paymentId: string };

function isOurs(payment: ProviderPayment): payment is OurPayment {
  return payment.paymentId !== undefined;
}

async function compareOne(theirs: OurPayment, run: Run): Promise<void> {
  const id = theirs.paymentId;
  const ours = await paymentOf(id, run);
  if (ours === 'unreadable') return;
  if (ours === undefined) return run.differs({ what: 'payment', id, difference: 'missing here', theirs: shown(theirs) });
  const differences = differencesOf(ours, theirs, run.ports.clock.nowMillis());
  // The list is as old as its page: a payment that has ended since is only known by asking for it once more.
  const mayHaveMoved = !theirs.final && differences.some(({ difference }) => difference === 'status');
  const now = mayHaveMoved ? await untilKnown(run.ports, run.deadlineMillis, () => run.ports.calls.one(theirs.objectId)) : undefined;
  const sure = now === undefined ? differences : differencesOf(ours, now, run.ports.clock.nowMillis());
  for (const difference of sure) await run.differs(difference);
}

function differencesOf(ours: Payment, theirs: ProviderPayment, nowMillis: number): readonly Difference[] {
  const { id, amount, currency } = ours.intent;
  // Of a second object for one payment nothing else is to be expected. One that has not been learned yet is a matter of its state.
  if (ours.objectId !== undefined && ours.objectId !== theirs.objectId)
    return [{ what: 'payment', id, difference: 'object', ours: ours.objectId, theirs: shown(theirs) }];
  const pairs: readonly (readonly [DifferenceKind, unknown, unknown])[] = [
    ['amount', amount, theirs.amount],
    ['currency', currency, theirs.currency],
    ['mode', ours.mode, theirs.mode],
    ['status', isUnderWay(ours, nowMillis) ? theirs.state : ours.state, theirs.state],
  ];
  return pairs
    .filter(([, one, other]) => one !== other)
    .map(([difference, one, other]) => ({ what: 'payment', id, difference, ours: String(one), theirs: String(other) }));
}

/** Somebody will ask for it soon, and it is not late for that. */
function isUnderWay({ state, dueAt }: Payment, nowMillis: number): boolean {
  return !isFinal(state) && dueAt !== undefined && Date.parse(dueAt) + RECONCILE_GRACE_SECONDS * 1000 > nowMillis;
}

function shown({ objectId, state, amount, currency }: ProviderPayment): string {
  return `${objectId} ${state} ${amount} ${currency}`;
}

/** Ours that the list did not have: sent at another time than asked for, or not there at all. */
async function lookFor(id: string, run: Run): Promise<void> {
  const ours = await paymentOf(id, run);
  // What never reached the provider, or was refused there, has left nothing to find.
  if (ours === 'unreadable' || ours?.objectId === undefined) return;
  const { objectId } = ours;
  const theirs = await untilKnown(run.ports, run.deadlineMillis, () => run.ports.calls.one(objectId));
  if (theirs === undefined) return run.differs({ what: 'payment', id, difference: 'missing there', ours: `${objectId} ${ours.state}` });
  for (const difference of differencesOf(ours, theirs, run.ports.clock.nowMillis())) await run.differs(difference);
}

/** One that cannot be read is a difference, and holds up no other. */
async function paymentOf(id: string, run: Run): Promise<Payment | 'unreadable' | undefined> {
  const { settings, ports, deadlineMillis } = run;
  const item = await readItem(ports, { table: settings.tables.payments, key: { pk: id } }, deadlineMillis);
  if (item === undefined) return undefined;
  try {
    return readPayment(item);
  } catch (error) {
    await run.differs({ what: 'payment', id, difference: 'unreadable', ours: errorCode(error) });
    return 'unreadable';
  }
}

/** The ids of our payments of a window, from the index by the time at which they were asked for. */
async function* madeWithin(
  { fromSeconds, toSeconds }: Window,
  { settings, ports, deadlineMillis }: Run,
): AsyncGenerator<readonly string[]> {
  const [from, through] = [isoTime(fromSeconds * 1000), isoTime(toSeconds * 1000 - 1)];
  for (let day = Math.floor(fromSeconds / DAY_SECONDS) * DAY_SECONDS; day < toSeconds; day += DAY_SECONDS) {
    for (let shard = 0; shard < PAYMENT_SHARDS; shard += 1) {
      const partition = madeIn(settings.api.name, isoTime(day * 1000), shard);
      let after: Key | undefined;
      do {
        const start = after;
        const range = { index: MADE_INDEX, partition, from, through, limit: PAGE_ITEMS };
        const page = await untilAnswered(ports, deadlineMillis, () => ports.indexes.page(settings.tables.payments, range, start));
        yield page.entries.map(({ key }) => String(key['pk']));
        after = page.after;
      } while (after !== undefined);
    }
  }
}
