/**
 * The black-box check of payments: what the callers were told against what stands in the table, and that against what the provider did. A
 * payment that was acknowledged is there, has ended, and was charged at most once; one that succeeded was charged exactly once.
 *
 * It does not look at what happened on the way, nor at the ledger: the provider's events are events like all others, and checked as those.
 */
import type { FinalPayments, KeptPayment } from './final-payments.ts';
import type { HistoryLine, PaymentLine, Wish } from './history.ts';
import { NOBODY } from './shop.ts';

/** The sentences of what is wrong, each with the payment or the key it is about; empty where all is as it must be. */
export function checkPayments(history: readonly HistoryLine[], state: FinalPayments): readonly string[] {
  const orders = readOrders(history);
  return [
    ...orders.flatMap(oneKeyOnePayment),
    ...orders.flatMap((order) => kept(order, state)),
    ...unasked(orders, state),
    ...state.payments.flatMap((payment) => atProvider(payment, state)),
    ...ends(orders, state),
    ...state.payments.flatMap((payment) => toldOnce(payment, state)),
    ...unknownToUs(state),
    ...totals(state),
    ...reconciled(state),
  ];
}

export type Answer = Extract<PaymentLine, { what: 'answer' }>;

export type Order = {
  readonly key: string;
  /** What it was asked for first. */
  readonly wish: Wish;
  readonly answers: readonly Answer[];
  /** The id of the payment that the first 202 named; undefined where nobody was told 202. */
  readonly payment: string | undefined;
};

export function readOrders(history: readonly HistoryLine[]): readonly Order[] {
  const wishes = new Map<string, Wish>();
  const answers = new Map<string, Answer[]>();
  for (const line of history) {
    if (line.what === 'ask' && !wishes.has(line.key)) wishes.set(line.key, line.wish);
    if (line.what !== 'answer' || !('key' in line)) continue;
    answers.set(line.key, [...(answers.get(line.key) ?? []), line]);
  }
  return [...wishes].map(([key, wish]) => {
    const given = answers.get(key) ?? [];
    return { key, wish, answers: given, payment: given.flatMap(idIn)[0] };
  });
}

function idIn({ status, body = '' }: Answer): string[] {
  return status === 202 ? [String((JSON.parse(body) as { readonly id?: unknown }).id)] : [];
}

/** No answer, and what may be answered differently when it is asked again. */
function decidesNothing(status: number): boolean {
  return status === 0 || status === 409 || status === 429 || status >= 500;
}

function oneKeyOnePayment({ key, wish, answers }: Order): string[] {
  const taken = answers.filter(({ status }) => status === 202);
  const bodies = [...new Set(taken.map(({ body }) => body))];
  return [
    ...(bodies.length > 1 ? [`${key} was answered ${bodies.join(' and ')}`] : []),
    ...answers.flatMap((answer) => {
      const isFirst = answer.wish.amount === wish.amount && answer.wish.paymentMethod === wish.paymentMethod;
      if (answer.status === 202) return isFirst ? [] : [`${key} was taken for ${answer.wish.amount} after ${wish.amount}`];
      if (decidesNothing(answer.status)) return [];
      if (answer.status === 422 && !isFirst) return [];
      return [
        `${key} was refused with HTTP ${answer.status}, though it was ${isFirst ? 'asked soundly' : 'another request under the key'}`,
      ];
    }),
  ];
}

/** What was acknowledged is there, and what is there is what was asked for. */
function kept({ key, wish, payment }: Order, { payments }: FinalPayments): string[] {
  const found = payments.filter(({ reference }) => reference === key);
  if (found.length > 1) return [`${key} led to ${found.length} payments: ${found.map(({ id }) => id).join(', ')}`];
  const [one] = found;
  if (one === undefined) return payment === undefined ? [] : [`${payment} of ${key} was acknowledged and is not in the table`];
  return [
    ...(payment === undefined || one.id === payment ? [] : [`${key} was told ${payment} and has ${one.id}`]),
    ...(one.amount === wish.amount ? [] : [`${one.id} is of ${one.amount}; ${wish.amount} was asked for`]),
  ];
}

function unasked(orders: readonly Order[], { payments }: FinalPayments): string[] {
  const keys = new Set(orders.map(({ key }) => key));
  return payments.filter(({ reference }) => !keys.has(reference)).map(({ id }) => `${id} is in the table, and nobody asked for it`);
}

/** At most one charge for each, exactly one for what succeeded, and none for what did not. */
function atProvider({ id, state, amount }: KeptPayment, { provider }: FinalPayments): string[] {
  const executions = provider.executions.filter((payment) => payment === id).length;
  const objects = provider.objects.filter((payment) => payment === id).length;
  const charges = provider.charges.filter(({ payment }) => payment === id);
  const wanted = state === 'SUCCEEDED' ? 1 : 0;
  return [
    ...(executions > 1 ? [`the provider carried out ${executions} charges for ${id}, which is ${state}`] : []),
    ...(objects > 1 ? [`the provider has ${objects} objects for ${id}, which is ${state}`] : []),
    ...(state === 'EXPIRED' && objects > 0 ? [`${id} is EXPIRED, and the provider has it`] : []),
    ...(charges.length === wanted ? [] : [`${id} is ${state}, and the provider was paid for it ${charges.length} times`]),
    ...charges
      .filter((charge) => charge.amount !== amount)
      .map((charge) => `${id} is of ${amount}; the provider was paid ${charge.amount}`),
  ];
}

/**
 * How a payment may end, by what the payer's bank says. `EXPIRED` is none of a decline: the provider answered its key with a stored error,
 * and has no such payment. Who must authenticate may succeed or fail. A refusal says nothing of an earlier try, so where the answer to that
 * was lost the payment is looked for, and `EXPIRED` where it is not found.
 */
const ENDS: { readonly [paymentMethod: string]: readonly string[] } = {
  pm_card_visa: ['SUCCEEDED', 'EXPIRED'],
  pm_card_visa_chargeDeclined: ['FAILED', 'EXPIRED'],
  pm_card_authenticationRequired: ['SUCCEEDED', 'FAILED', 'EXPIRED'],
  pm_usBankAccount_success: ['SUCCEEDED', 'EXPIRED'],
  [NOBODY]: ['FAILED', 'EXPIRED'],
};

function ends(orders: readonly Order[], { payments }: FinalPayments): string[] {
  const wishes = new Map(orders.map(({ key, wish }) => [key, wish]));
  return payments.flatMap(({ id, state, reference, code, dueAt }) => {
    const method = wishes.get(reference)?.paymentMethod;
    if (method === undefined) return [];
    const why = code === undefined ? '' : ` (${code})`;
    const wrong = ENDS[method]?.includes(state) === true ? [] : [`${id} with ${method} is ${state}${why} in the end`];
    return dueAt === undefined || TOLD[state] === undefined ? wrong : [...wrong, `${id} is ${state} and still due`];
  });
}

const TOLD: { readonly [state: string]: string } = { SUCCEEDED: 'payment.succeeded', FAILED: 'payment.failed', EXPIRED: 'payment.expired' };

function toldOnce({ id, state }: KeptPayment, { told }: FinalPayments): string[] {
  const end = TOLD[state];
  const types = told.get(id) ?? [];
  if (end === undefined || (types.length === 1 && types[0] === end)) return [];
  return [`${id} is ${state}, and was told as ${types.join(' and ') || 'nothing'}`];
}

function unknownToUs({ payments, provider }: FinalPayments): string[] {
  const ids = new Set(payments.map(({ id }) => id));
  const strange = [...new Set(provider.objects)].filter((id) => !ids.has(id));
  return strange.map((id) => `the provider has an object for ${id || 'no payment of ours'}, which is not in the table`);
}

function totals({ payments, provider }: FinalPayments): string[] {
  const ours = sum(payments.filter(({ state }) => state === 'SUCCEEDED'));
  const theirs = sum(provider.charges);
  return ours === theirs ? [] : [`our payments come to ${ours}, the provider's to ${theirs}`];
}

/** Nothing is left to mend, and it was really looked at. */
function reconciled({ provider, reconciled: { stopped, events, payments, differences } }: FinalPayments): string[] {
  if (stopped !== undefined) return [`the last reconciliation did not come to its end: ${stopped}`];
  const unseen = (what: string, compared: number, there: number) =>
    compared === there ? [] : [`the last reconciliation compared ${compared} ${what} of ${there}`];
  return [
    ...differences.map(({ what, id, difference, ours, theirs }) => `${what} ${id} ${difference}: ours ${ours}, theirs ${theirs}`),
    ...unseen('events', events, provider.events.length),
    ...unseen('payments', payments, provider.objects.length),
  ];
}

function sum(amounts: readonly { readonly amount: number }[]): number {
  return amounts.reduce((total, { amount }) => total + amount, 0);
}
