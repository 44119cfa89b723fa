/**
 * The black-box check: what the sender saw against what stands in the tables when all is quiet. An event that was acknowledged has taken
 * effect, one that was never sent has not, and one whose answer was lost has either, but wholly: event, marker, entry, balances, receipt.
 *
 * It does not look at what happened on the way, and it takes the tables' word for when all is quiet.
 */
import type { FinalState, LedgerEntry } from './final-state.ts';
import type { HistoryLine, Meaning } from './history.ts';

/** The sentences of what is wrong, each with the event or the account it is about; empty where all is as it must be. */
export function checkHistory(history: readonly HistoryLine[], state: FinalState): readonly string[] {
  const sender = readSender(history);
  return [
    ...sender.refused.map(({ event, why }) => `${event} was refused with ${why}, though it was signed soundly`),
    ...storedEvents(sender, state),
    ...markers(sender, state),
    ...payments(sender, state),
    ...refunds(sender, state),
    ...entriesOfEvents(sender, state),
    ...balances(state),
    ...receipts(state),
    ...queues(state),
  ];
}

export type Sender = {
  readonly attempted: ReadonlyMap<string, Meaning>;
  readonly acked: ReadonlySet<string>;
  readonly refused: readonly { readonly event: string; readonly why: string }[];
};

export function readSender(history: readonly HistoryLine[]): Sender {
  const attempted = new Map<string, Meaning>();
  const acked = new Set<string>();
  const refused: { event: string; why: string }[] = [];
  for (const line of history) {
    if (line.what === 'invoke') attempted.set(line.event, line.means);
    if (line.what === 'ok') acked.add(line.event);
    if (line.what === 'fail') refused.push({ event: line.event, why: line.why });
  }
  return { attempted, acked, refused };
}

function storedEvents({ attempted, acked }: Sender, { events }: FinalState): string[] {
  return [
    ...[...acked].filter((event) => !events.has(event)).map((event) => `${event} was acknowledged and is not stored`),
    ...[...events].filter((event) => !attempted.has(event)).map((event) => `${event} is stored and was never sent`),
  ];
}

const SUBSCRIBED = new Set<Meaning['kind']>(['payment', 'refund']);
/** The words of a marker after which the effect stands elsewhere already: under a twin's id, or in a later sum. */
const COVERED: Readonly<Record<'payment' | 'refund', string>> = { payment: 'duplicate', refund: 'stale' };

function markers({ attempted }: Sender, { events, markers: outcomes }: FinalState): string[] {
  const missing = [...events].filter((event) => {
    const kind = attempted.get(event)?.kind;
    return kind !== undefined && SUBSCRIBED.has(kind) && !outcomes.has(event);
  });
  const wrong = [...outcomes].flatMap(([event, outcome]) => {
    const meaning = attempted.get(event);
    if (meaning === undefined) return [`${event} has a marker and was never sent`];
    if (!events.has(event)) return [`${event} has a marker and is not stored`];
    if (meaning.kind !== 'payment' && meaning.kind !== 'refund') return [`${event} has a marker, and nobody subscribes to it`];
    return outcome === 'applied' || outcome === COVERED[meaning.kind] ? [] : [`${event} ended as ${outcome}`];
  });
  return [...missing.map((event) => `${event} is stored and was never applied: only settlement would bring it to its consumer`), ...wrong];
}

/** Events of this kind that are stored, by the object they are about. */
function storedByObject({ attempted }: Sender, { events }: FinalState, kind: 'payment' | 'refund'): Map<string, Told[]> {
  const byObject = new Map<string, Told[]>();
  for (const event of events) {
    const meaning = attempted.get(event);
    if (meaning?.kind !== kind) continue;
    const told = byObject.get(meaning.object) ?? [];
    told.push({ event, amount: meaning.amount, customer: meaning.customer });
    byObject.set(meaning.object, told);
  }
  return byObject;
}

type Told = { readonly event: string; readonly amount: number; readonly customer: string };

/** One entry for each payment, whatever number of events told of it. */
function payments(sender: Sender, state: FinalState): string[] {
  const told = storedByObject(sender, state, 'payment');
  const entries = entriesByObject(state, 'payment');
  return [...new Set([...told.keys(), ...entries.keys()])].flatMap((object) => {
    const [first, ...others] = told.get(object) ?? [];
    const posted = entries.get(object) ?? [];
    if (first === undefined) return posted.map(({ event }) => `${object} is booked by ${event} and no stored event tells of it`);
    const names = [first, ...others].map(({ event }) => event).join(' and ');
    if (posted.length !== 1) return [`${object} of ${names} is booked ${posted.length} times`];
    return posted.flatMap(({ amount, customer }) =>
      amount === first.amount && customer === first.customer
        ? []
        : [`${object} of ${names} is booked with ${amount} of ${customer}; ${first.amount} of ${first.customer} was paid`],
    );
  });
}

/** The entries of a charge add up to the highest sum that a stored event told of. */
function refunds(sender: Sender, state: FinalState): string[] {
  const told = storedByObject(sender, state, 'refund');
  const entries = entriesByObject(state, 'refund');
  return [...new Set([...told.keys(), ...entries.keys()])].flatMap((object) => {
    const events = told.get(object) ?? [];
    const posted = sum((entries.get(object) ?? []).map(({ amount }) => -amount));
    const refunded = Math.max(0, ...events.map(({ amount }) => amount));
    const names = events.map(({ event }) => event).join(' and ') || 'no stored event';
    return posted === refunded ? [] : [`${posted} of ${object} is booked as refunded; ${refunded} was, by ${names}`];
  });
}

/** All or nothing: an event that was applied has its one entry, and no other event has any. */
function entriesOfEvents({ attempted }: Sender, { entries, markers: outcomes }: FinalState): string[] {
  const counts = new Map<string, number>();
  for (const { event } of entries) counts.set(event, (counts.get(event) ?? 0) + 1);
  const applied = [...outcomes].filter(([, outcome]) => outcome === 'applied').map(([event]) => event);
  return [
    ...applied.filter((event) => !counts.has(event)).map((event) => `${event} is marked as applied and has no entry`),
    ...[...counts].flatMap(([event, count]) => {
      if (!attempted.has(event)) return [`${event} has an entry and was never sent`];
      if (count > 1) return [`${event} took effect ${count} times`];
      const outcome = outcomes.get(event);
      return outcome === 'applied' ? [] : [`${event} has an entry, and its marker says ${outcome ?? 'nothing'}`];
    }),
  ];
}

/** The counters were added to beside the entries; each must be the sum of its entries, and all together nothing. */
function balances({ entries, balances: counters }: FinalState): string[] {
  const expected = new Map<string, number>();
  for (const { lines } of entries) for (const { account, amount } of lines) expected.set(account, (expected.get(account) ?? 0) + amount);
  const wrong = [...new Set([...expected.keys(), ...counters.keys()])].flatMap((account) => {
    const [is, should] = [counters.get(account) ?? 0, expected.get(account) ?? 0];
    if (is === should) return [];
    const events = entries.filter(({ lines }) => lines.some((line) => line.account === account)).map(({ event }) => event);
    return [`${account} stands at ${is}; its entries add up to ${should} (${events.slice(0, 5).join(', ') || 'there are none'})`];
  });
  const total = sum([...counters.values()]);
  return total === 0 ? wrong : [...wrong, `all accounts add up to ${total} and not to nothing`];
}

/** What the ledger published went through the same pipeline: one receipt for each entry. */
function receipts({ entries, receipts: issued }: FinalState): string[] {
  const wanted = new Map(entries.map(({ id, event }) => [id, event]));
  return [
    ...[...wanted].filter(([id]) => !issued.has(id)).map(([id, event]) => `${event} has the entry ${id} and no receipt`),
    ...[...issued].filter((id) => !wanted.has(id)).map((id) => `there is a receipt for ${id} and no such entry`),
  ];
}

function queues({ waiting, deadLetters }: FinalState): string[] {
  return [
    ...(waiting === 0 ? [] : [`${waiting} messages still wait in the queues`]),
    ...(deadLetters === 0 ? [] : [`${deadLetters} messages are in dead-letter queues`]),
  ];
}

function entriesByObject({ entries }: FinalState, kind: string): Map<string, LedgerEntry[]> {
  const byObject = new Map<string, LedgerEntry[]>();
  for (const entry of entries.filter((each) => each.kind === kind))
    byObject.set(entry.object, [...(byObject.get(entry.object) ?? []), entry]);
  return byObject;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
