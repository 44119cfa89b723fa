/**
 * I5, I16 and I17 for the ledger: each entry sums to zero, each balance is the sum of its lines, and both are what the provider's events come
 * to in any order; one receipt stands for each entry. The truth is worked out from what was sent, not from anything the product wrote.
 */
import { addressesOf } from '../committed-state.ts';
import type { Invariant, MakeInvariant, Report, RestView } from '../invariant.ts';
import type { PlannedEvent } from '../planned-event.ts';
import type { WireItem } from '../sighting.ts';

export const booksAreRight: MakeInvariant = (): Invariant => ({
  name: 'I5 books are right',
  atRest: (rest, report) => {
    const truth = truthOf(rest);
    const items = rest.items('Ledger');
    const entries = items.filter(({ sk }) => sk?.S === 'entry');
    checkEntries(entries, truth, report);
    checkBalances(
      items.filter(({ sk }) => sk?.S === 'balance'),
      truth,
      report,
    );
    if (rest.routes.some(({ address }) => address === 'receipts@1')) checkReceipts(rest.items('Receipts'), entries, report);
  },
});

/** Amounts by book and object: positive for a payment, negative for what was refunded of a charge. */
type Truth = ReadonlyMap<string, { readonly amount: number; readonly accounts: readonly [string, string] }>;

function truthOf({ state, planned }: RestView): Truth {
  const truth = new Map<string, { amount: number; accounts: [string, string] }>();
  for (const event of planned) {
    const { fact } = event;
    if ((fact.kind !== 'payment' && fact.kind !== 'refund') || !isSentTo(state, event, 'ledger@1')) continue;
    const books = `${event.live ? '' : 'test:'}${event.account === undefined ? '' : `${event.account}:`}`;
    const amount = fact.kind === 'payment' ? fact.amount : -fact.refunded;
    const name = `${books}${fact.object}`;
    const known = truth.get(name)?.amount ?? 0;
    const accounts: [string, string] = [`${books}provider:stripe:${fact.currency}`, `${books}customer:${fact.customer}:${fact.currency}`];
    truth.set(name, { amount: fact.kind === 'payment' ? amount : Math.min(known, amount), accounts });
  }
  return truth;
}

function isSentTo(state: RestView['state'], { eventKey }: PlannedEvent, address: string): boolean {
  return (state.outboxKeys.get(eventKey) ?? []).some((key) => addressesOf(state.outbox.get(key) as WireItem).includes(address));
}

function checkEntries(entries: readonly WireItem[], truth: Truth, report: Report): void {
  const sums = new Map<string, number>();
  for (const entry of entries) {
    const lines = linesOf(entry);
    const sum = lines.reduce((total, { amount }) => total + amount, 0);
    if (lines.length !== 2 || sum !== 0) report(`the entry ${entry['pk']?.S} does not sum to zero`, entry['eventId']?.S);
    const books = /^ledger@1#(.*)entry#/.exec(String(entry['pk']?.S))?.[1] ?? '?';
    const name = `${books}${entry['object']?.S}`;
    sums.set(name, (sums.get(name) ?? 0) + (lines[0]?.amount ?? 0));
  }
  for (const [name, { amount }] of truth)
    if (sums.get(name) !== amount) report(`the entries of ${name} come to ${sums.get(name)} instead of ${amount}`, name);
  for (const name of sums.keys()) if (!truth.has(name)) report(`there are entries of ${name}, which the provider never sent`, name);
}

function linesOf(entry: WireItem): { readonly account: string; readonly amount: number }[] {
  return (entry['lines']?.L ?? []).map((line) => {
    const { account, amount } = line['M'] as WireItem;
    return { account: String(account?.S), amount: Number(amount?.N) };
  });
}

function checkBalances(items: readonly WireItem[], truth: Truth, report: Report): void {
  const balances = new Map<string, number>();
  for (const item of items) {
    const account = String(item['pk']?.S)
      .replace(/^ledger@1#balance#/, '')
      .replace(/#\d+$/, '');
    balances.set(account, (balances.get(account) ?? 0) + Number(item['amount']?.N));
  }
  const right = new Map<string, number>();
  for (const { amount, accounts } of truth.values()) {
    right.set(accounts[0], (right.get(accounts[0]) ?? 0) + amount);
    right.set(accounts[1], (right.get(accounts[1]) ?? 0) - amount);
  }
  for (const account of new Set([...balances.keys(), ...right.keys()])) {
    const [is, should] = [balances.get(account) ?? 0, right.get(account) ?? 0];
    if (is !== should) report(`the balance of ${account} is ${is} instead of ${should}`, account);
  }
}

function checkReceipts(receipts: readonly WireItem[], entries: readonly WireItem[], report: Report): void {
  const names = (items: readonly WireItem[], prefix: RegExp) => items.map(({ pk }) => String(pk?.S).replace(prefix, '')).sort();
  const [is, should] = [names(receipts, /^receipts@1#/), names(entries, /^ledger@1#.*?entry#/)];
  if (is.join(' ') !== should.join(' ')) report(`the receipts are "${is.join(' ')}", the entries "${should.join(' ')}"`);
}
