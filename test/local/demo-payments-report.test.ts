/** The verdict on the demo's payments: equal only when every number is, and each way of being wrong is named. */
import { describe, expect, it } from '@jest/globals';
import type { Difference } from '../../lambdas/core/reconciliation.ts';
import { type Order, planOrders } from '../../local/demo-orders.ts';
import type { PaymentRow } from '../../local/demo-payment-rows.ts';
import { type PaymentsRun, reportPayments } from '../../local/demo-payments-report.ts';
import type { ShownRun } from '../../ops/reconcile-text.ts';

const plan = planOrders({ count: 24, seed: 7 });
const paid = plan.orders.filter(({ isDeclined }) => !isDeclined);
const [order] = paid as [Order];
const RUN_ID = 'asked#2026-11-25T10:00:00.000Z#2026-11-25T10:00:09.000Z#2026-11-25T10:00:09.100Z';

const missing: Difference = { what: 'event', id: 'evt_1', difference: 'missing here', injected: true };

function reconciled(injected: number, found: readonly Difference[] = []): ShownRun {
  const counts = { events: 24, payments: 24, transactions: paid.length };
  const window = { fromSeconds: 1, toSeconds: 10 };
  const result = { runId: RUN_ID, window, counts, differences: found.length, injected, finishedAt: '', dryRun: false, notes: [] };
  return { source: 'stripe', result, differences: [...Array.from({ length: injected }, () => missing), ...found] };
}

function rowOf(one: Order): PaymentRow {
  const endedBy = plan.lost.includes(one) ? 'webhook' : 'charge';
  return { state: one.isDeclined ? 'FAILED' : 'SUCCEEDED', amount: one.wish.amount, endedBy };
}

/** A run in which everything went right; a test spoils one part of it. */
function goodRun(): PaymentsRun {
  return {
    plan,
    asked: plan.orders.map((one) => ({ order: one, answers: Array.from({ length: one.copies }, () => one.payment) })),
    unsettled: undefined,
    reconciled: { first: reconciled(plan.dropped.length), second: reconciled(0) },
    lost: plan.lost.length,
    dropped: plan.dropped.length,
    rows: new Map(plan.orders.map((one) => [one.payment, rowOf(one)])),
    executions: new Map(plan.orders.map(({ payment }) => [payment, 1])),
    executionsInAll: 24,
    charged: plan.total,
    before: {
      balances: new Map([
        ['test:provider:stripe:usd', 500],
        ['test:customer:cus_1:usd', -500],
      ]),
    },
    after: {
      balances: new Map([
        ['test:provider:stripe:usd', 500 + plan.total],
        ['test:customer:cus_1:usd', -500],
        ['test:customer:guest:usd', -plan.total],
      ]),
    },
  };
}

const differences = (change: Partial<PaymentsRun>) => reportPayments({ ...goodRun(), ...change }).differences;
const withRow = (row: Partial<PaymentRow>) => ({ rows: new Map(goodRun().rows).set(order.payment, { ...rowOf(order), ...row }) });
const withBalance = (account: string, amount: number) => ({ after: { balances: new Map(goodRun().after.balances).set(account, amount) } });

describe("the report of the demo's payments", () => {
  it('finds no difference where everything is as it must be, and shows what it compared', () => {
    const { lines, differences: none } = reportPayments(goodRun());
    expect(none).toEqual([]);
    const text = lines.join('\n');
    expect(text).toMatch(/payments +24 of 24 orders, asked for 32 times/);
    expect(text).toMatch(/ended +4 by a webhook, 18 by the answer, 2 by what reconciliation brought in/);
    expect(text).toMatch(/reconciliation +6 events brought in of 6 that never came/);
    expect(text).toMatch(
      new RegExp(`once more +24 events, 24 payments and ${paid.length} movements compared: 0 brought in, 0 differences`),
    );
    expect(text).toContain(`ledger, customers  -${(plan.total / 100).toFixed(2)} USD`);
  });

  it.each<readonly [string, Partial<PaymentsRun>, string]>([
    [
      'a payment that was carried out twice',
      { executions: new Map(goodRun().executions).set(order.payment, 2) },
      'payments carried out exactly once: expected 24, found 23',
    ],
    ['an operation that nobody asked for', { executionsInAll: 25 }, 'operations of the provider: expected 24, found 25'],
    [
      'a payment that is still open',
      withRow({ state: 'UNKNOWN', endedBy: undefined }),
      'payments that did not end as they must: expected 0, found 1',
    ],
    [
      'a payment that we hold for failed',
      withRow({ state: 'FAILED' }),
      `our sum of what is paid: expected ${plan.total}, found ${plan.total - order.wish.amount}`,
    ],
    ['a payment that is not written down', { rows: new Map([...goodRun().rows].slice(1)) }, 'payments written down: expected 24, found 23'],
    [
      'a charge that is off by a cent',
      { charged: plan.total + 1 },
      `the provider's sum of charges: expected ${plan.total}, found ${plan.total + 1}`,
    ],
    [
      'a booking that is missing',
      withBalance('test:provider:stripe:usd', 500),
      `the provider's balance in the ledger: expected ${plan.total}, found 0`,
    ],
    [
      'a customer who is booked too much',
      withBalance('test:customer:cus_1:usd', -501),
      `the customers' balance in the ledger: expected -${plan.total}, found -${plan.total + 1}`,
    ],
    [
      'an event that was not brought in',
      { reconciled: { first: reconciled(5), second: reconciled(0) } },
      'events that reconciliation brought in: expected 6, found 5',
    ],
    [
      'an event that was brought in twice',
      { reconciled: { first: reconciled(6), second: reconciled(1) } },
      'events that it brought in once more: expected 0, found 1',
    ],
    ['faults that did not happen', { lost: 0 }, 'answers lost: expected 6, found 0'],
    [
      'what never came to rest',
      { unsettled: 'after 120 s payments that have not ended: 1' },
      'after 120 s payments that have not ended: 1',
    ],
  ])('names %s', (_what, change, said) => {
    expect(differences(change)).toContain(said);
  });

  it('names a request that was answered with something else, and with what', () => {
    const asked = goodRun().asked.map((one, index) => (index === 0 ? { ...one, answers: ['HTTP 503'] } : one));
    const said = differences({ asked });
    expect(said).toContain('orders answered otherwise than with their one payment: expected 0, found 1');
    expect(said).toContain('answered instead: HTTP 503');
  });

  it('shows each difference of reconciliation once, with both sides', () => {
    const found: Difference = { what: 'transaction', id: 'pi_1', difference: 'missing here', theirs: 'payment 5069 usd' };
    const run = { ...goodRun(), reconciled: { first: reconciled(6, [found]), second: reconciled(0, [found]) } };
    const { lines, differences: said } = reportPayments(run);
    expect(said).toEqual(['differences that it found: expected 0, found 1']);
    expect(lines.filter((line) => line.includes('pi_1'))).toEqual([
      expect.stringMatching(/^transaction +pi_1 +missing here +payment 5069 usd$/),
    ]);
    expect(lines.at(-1)).toContain('npx oncehook reconcile --last');
  });

  it('says why a reconciliation was stopped', () => {
    const second: ShownRun = { source: 'stripe', result: { runId: RUN_ID, open: true, code: 'PROVIDER_UNAVAILABLE' }, differences: [] };
    const said = differences({ reconciled: { first: reconciled(6), second } });
    expect(said).toContainEqual(expect.stringMatching(/^reconciliation stopped: PROVIDER_UNAVAILABLE: /));
    expect(said).toContain('payments compared: expected 24, found 0');
  });
});
