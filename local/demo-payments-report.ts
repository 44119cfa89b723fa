/** What became of the demo's payments against what must have, and the table that closes its second act. */
import { isFinal } from '../lambdas/core/payment.ts';
import type { ReconcileCounts } from '../lambdas/core/reconciliation.ts';
import { stopText } from '../ops/reconcile-stop.ts';
import type { ShownRun } from '../ops/reconcile-text.ts';
import { alignedText, tableText } from '../ops/table-text.ts';
import type { Asked } from './demo-asking.ts';
import type { Books } from './demo-books.ts';
import type { OrdersPlan } from './demo-orders.ts';
import type { PaymentRow } from './demo-payment-rows.ts';
import type { DemoReport } from './demo-report.ts';

export type PaymentsRun = {
  readonly plan: OrdersPlan;
  readonly asked: readonly Asked[];
  /** What had not come to rest when nothing moved any more. */
  readonly unsettled: string | undefined;
  readonly reconciled: { readonly first: ShownRun; readonly second: ShownRun };
  /** Answers that were lost and webhooks that were dropped. */
  readonly lost: number;
  readonly dropped: number;
  /** Our payments, by id. */
  readonly rows: ReadonlyMap<string, PaymentRow>;
  /** How often the provider carried out what was asked under each payment's id, and how often anything at all. */
  readonly executions: ReadonlyMap<string, number>;
  readonly executionsInAll: number;
  /** What the provider's charges for the orders come to, in minor units. */
  readonly charged: number;
  readonly before: Pick<Books, 'balances'>;
  readonly after: Pick<Books, 'balances'>;
};

export function reportPayments(run: PaymentsRun): DemoReport {
  const facts = factsOf(run);
  return { lines: [...reportLines(run, facts), ...differenceRows(run)], differences: differencesOf(run, facts) };
}

type Facts = {
  readonly payments: number;
  readonly once: number;
  readonly moreThanOnce: number;
  readonly paid: number;
  readonly declined: number;
  readonly paidSum: number;
  /** Ends by who told them, in words. */
  readonly endedBy: ReadonlyMap<string, number>;
  readonly providerBalance: number;
  readonly customersBalance: number;
};

const WHO: { readonly [by: string]: string } = { charge: 'the answer', webhook: 'a webhook', lookup: 'a look' };

function factsOf({ plan, rows, executions, before, after }: PaymentsRun): Facts {
  const ours = plan.orders.flatMap((order) => {
    const row = rows.get(order.payment);
    return row === undefined ? [] : [{ order, row }];
  });
  const paid = ours.filter(({ row }) => row.state === 'SUCCEEDED');
  const endedBy = new Map<string, number>();
  for (const { order, row } of ours.filter(({ row: { state } }) => isFinal(state))) {
    const isBroughtIn = row.endedBy === 'webhook' && plan.dropped.includes(order);
    const who = isBroughtIn ? 'what reconciliation brought in' : (WHO[row.endedBy ?? ''] ?? String(row.endedBy));
    endedBy.set(who, (endedBy.get(who) ?? 0) + 1);
  }
  const change = (prefix: string) => sumOf(after, prefix, plan.currency) - sumOf(before, prefix, plan.currency);
  return {
    payments: ours.length,
    once: [...executions.values()].filter((count) => count === 1).length,
    moreThanOnce: [...executions.values()].filter((count) => count > 1).length,
    paid: paid.length,
    declined: ours.filter(({ row }) => row.state === 'FAILED').length,
    paidSum: paid.reduce((sum, { row }) => sum + row.amount, 0),
    endedBy,
    providerBalance: change('test:provider:stripe:'),
    customersBalance: change('test:customer:'),
  };
}

/** Payments of the test mode are booked apart. */
function sumOf({ balances }: Pick<Books, 'balances'>, prefix: string, currency: string): number {
  const accounts = [...balances].filter(([account]) => account.startsWith(prefix) && account.endsWith(`:${currency}`));
  return accounts.reduce((sum, [, amount]) => sum + amount, 0);
}

function differencesOf(run: PaymentsRun, facts: Facts): readonly string[] {
  const { plan, asked, rows, reconciled, unsettled } = run;
  const wrong = (holds: (one: Asked) => boolean) => asked.filter((one) => !holds(one)).length;
  const isAsPlanned = ({ order }: Asked) => rows.get(order.payment)?.state === (order.isDeclined ? 'FAILED' : 'SUCCEEDED');
  const orders = plan.orders.length;
  const counts = countsOf(reconciled.second);
  const checks: readonly (readonly [string, number, number])[] = [
    [
      'orders answered otherwise than with their one payment',
      0,
      wrong(({ order, answers }) => answers.every((id) => id === order.payment)),
    ],
    ['payments written down', orders, facts.payments],
    ['payments carried out exactly once', orders, facts.once],
    ['operations of the provider', orders, run.executionsInAll],
    ['payments that did not end as they must', 0, wrong(isAsPlanned)],
    ['answers lost', plan.lost.length, run.lost],
    ['webhooks dropped', plan.dropped.length, run.dropped],
    ['events that reconciliation brought in', run.dropped, injectedBy(reconciled.first)],
    ['events that it brought in once more', 0, injectedBy(reconciled.second)],
    ['differences that it found', 0, Math.max(rowsOf(run).length, leftBy(reconciled.first), leftBy(reconciled.second))],
    ['payments compared', orders, counts.payments],
    ['movements compared', orders - plan.orders.filter(({ isDeclined }) => isDeclined).length, counts.transactions],
    ['our sum of what is paid', plan.total, facts.paidSum],
    ["the provider's sum of charges", plan.total, run.charged],
    ["the provider's balance in the ledger", plan.total, facts.providerBalance],
    ["the customers' balance in the ledger", -plan.total, facts.customersBalance],
  ];
  const stops = [reconciled.first, reconciled.second].flatMap(({ result }) =>
    'open' in result ? [`reconciliation stopped: ${stopText(result.runId, result.code).why}`] : [],
  );
  const otherAnswers = asked.flatMap(({ order, answers }) => answers.filter((answer) => answer !== order.payment));
  const unequal = checks.filter(([, expected, found]) => expected !== found);
  return [
    ...(unsettled === undefined ? [] : [unsettled]),
    ...new Set(stops),
    ...unequal.map(([what, expected, found]) => `${what}: expected ${expected}, found ${found}`),
    ...(otherAnswers.length === 0 ? [] : [`answered instead: ${[...new Set(otherAnswers)].join(', ')}`]),
  ];
}

const NOTHING: ReconcileCounts = { events: 0, payments: 0, transactions: 0 };

function countsOf({ result }: ShownRun): ReconcileCounts {
  return 'open' in result ? NOTHING : result.counts;
}

function injectedBy({ result }: ShownRun): number {
  return 'open' in result ? 0 : result.injected;
}

function leftBy({ result }: ShownRun): number {
  return 'open' in result ? 0 : result.differences;
}

function reportLines(run: PaymentsRun, facts: Facts): readonly string[] {
  const { plan, reconciled } = run;
  const cash = (minor: number) => `${(minor / 100).toFixed(2)} ${plan.currency.toUpperCase()}`;
  const { events, payments, transactions } = countsOf(reconciled.second);
  const requests = run.asked.reduce((sum, { answers }) => sum + answers.length, 0);
  const ended = [...facts.endedBy].sort().map(([who, count]) => `${count} by ${who}`);
  return alignedText([
    ['payments', `${facts.payments} of ${plan.orders.length} orders, asked for ${requests} times`],
    ['carried out', `${facts.once} once, ${facts.moreThanOnce} more than once; ${run.lost} answers were lost`],
    ['ended', ended.join(', ')],
    ['reconciliation', `${injectedBy(reconciled.first)} events brought in of ${run.dropped} that never came`],
    [
      '  once more',
      `${events} events, ${payments} payments and ${transactions} movements compared: ${injectedBy(reconciled.second)} brought in, ${leftBy(reconciled.second)} differences`,
    ],
    ['paid, expected', `${cash(plan.total)} by ${plan.orders.filter(({ isDeclined }) => !isDeclined).length} orders`],
    ['paid, ours', `${cash(facts.paidSum)} by ${facts.paid}, ${facts.declined} declined`],
    ['paid, provider', cash(run.charged)],
    ['ledger, provider', cash(facts.providerBalance)],
    ['ledger, customers', cash(facts.customersBalance)],
  ]);
}

/** What a person has to look at, as `oncehook reconcile` shows it. */
function differenceRows(run: PaymentsRun): readonly string[] {
  const rows = rowsOf(run);
  if (rows.length === 0) return [];
  return [...tableText(['what', 'id', 'difference', 'ours', 'theirs'], rows), '`npx oncehook reconcile --last` shows the last run again.'];
}

/** Each once, though both runs find it. */
function rowsOf({ reconciled }: PaymentsRun): readonly (readonly string[])[] {
  const rows = [reconciled.first, reconciled.second]
    .flatMap(({ differences }) => differences)
    .filter(({ injected }) => injected !== true)
    .map(({ what, id, difference, ours = '', theirs = '' }) => [what, id, difference, ours, theirs]);
  return [...new Map(rows.map((row) => [row.join('\n'), row])).values()];
}
