import { describe, expect, it } from '@jest/globals';
import { checkPayments } from './check-payments.ts';
import type { FinalPayments, KeptPayment } from './final-payments.ts';
import type { HistoryLine, Wish } from './history.ts';

const wish = (paymentMethod = 'pm_card_visa', amount = 500): Wish => ({ reference: 'k1', amount, paymentMethod });
const body = (id: string) => JSON.stringify({ id, state: 'PENDING' });

/** One key asked for again and again; a string is the id that a 202 names, a number any other status. */
function asked(answers: readonly (string | number)[], what = wish()): HistoryLine[] {
  return answers.flatMap((given, attempt): HistoryLine[] => {
    const answer = typeof given === 'string' ? { status: 202, body: body(given) } : { status: given };
    return [
      { what: 'ask', attempt, key: 'k1', wish: what },
      { what: 'answer', attempt, key: 'k1', wish: what, ...answer },
    ];
  });
}

function kept(state: string, given: Partial<KeptPayment> = {}): KeptPayment {
  return { id: 'pay_1', state, amount: 500, reference: 'k1', code: undefined, dueAt: undefined, ...given };
}

type Given = Partial<Omit<FinalPayments, 'provider' | 'reconciled'>> & {
  readonly provider?: Partial<FinalPayments['provider']>;
  readonly reconciled?: Partial<FinalPayments['reconciled']>;
};

/** These payments with one object and one execution each, a charge for each that succeeded, and what is given instead. */
function state(payments: readonly KeptPayment[], { provider, reconciled, ...given }: Given = {}): FinalPayments {
  const sent = payments.filter((one) => one.state !== 'EXPIRED').map(({ id }) => id);
  const charges = payments.filter((one) => one.state === 'SUCCEEDED').map(({ id, amount }) => ({ payment: id, amount }));
  const records = { executions: sent, objects: sent, charges, events: [], ...provider };
  return {
    payments,
    told: new Map(payments.map((one) => [one.id, [`payment.${one.state.toLowerCase()}`]])),
    provider: records,
    reconciled: { stopped: undefined, events: records.events.length, payments: records.objects.length, differences: [], ...reconciled },
    ...given,
  };
}

const paid = state([kept('SUCCEEDED')]);
const other = wish('pm_card_visa', 501);

describe('a history of payments without a fault', () => {
  it.each<[string, readonly HistoryLine[], FinalPayments]>([
    ['of nothing', [], state([])],
    ['of one that was paid', asked(['pay_1']), paid],
    ['of one that was asked for until it was answered', asked([0, 503, 409, 429, 'pay_1', 'pay_1']), paid],
    ['of one whose answer was lost and that was written down', asked([0]), paid],
    ['of one whose answer was lost and that was not written down', asked([503]), state([])],
    ['of a key that another request was refused under', [...asked(['pay_1']), ...asked([0, 422], other)], paid],
    ['of one that was declined', asked(['pay_1'], wish('pm_card_visa_chargeDeclined')), state([kept('FAILED')])],
    [
      'of one that the provider refused',
      asked(['pay_1'], wish('pm_nobody')),
      state([kept('FAILED')], { provider: { executions: [], objects: [] } }),
    ],
    [
      'of one that the provider refuses after a try whose answer was lost',
      asked(['pay_1'], wish('pm_nobody')),
      state([kept('EXPIRED')], { provider: { executions: [], objects: [] } }),
    ],
    ['of one that the provider answered with a stored error', asked(['pay_1']), state([kept('EXPIRED')])],
  ])('%s passes', (_, history, final) => {
    expect(checkPayments(history, final)).toEqual([]);
  });
});

describe('a history of payments is refused, and the payment named,', () => {
  const history = asked(['pay_1']);

  it.each<[string, readonly HistoryLine[], FinalPayments, string]>([
    [
      'where one key names two payments',
      asked(['pay_1', 'pay_2']),
      paid,
      'k1 was answered {"id":"pay_1","state":"PENDING"} and {"id":"pay_2"',
    ],
    ['where another request is taken under the key', [...history, ...asked(['pay_1'], other)], paid, 'k1 was taken for 501 after 500'],
    ['where the same request is refused', asked(['pay_1', 422]), paid, 'k1 was refused with HTTP 422, though it was asked soundly'],
    ['where a sound request is refused', asked([400]), state([]), 'k1 was refused with HTTP 400'],
    ['where another request is refused as something else', [...history, ...asked([404], other)], paid, 'another request under the key'],
    ['where an acknowledged payment is lost', history, state([]), 'pay_1 of k1 was acknowledged and is not in the table'],
    ['where a payment is kept under another id', asked(['pay_9']), paid, 'k1 was told pay_9 and has pay_1'],
    [
      'where one key leads to two payments',
      history,
      state([kept('SUCCEEDED'), kept('SUCCEEDED', { id: 'pay_2' })]),
      'k1 led to 2 payments',
    ],
    ['where the amount is another', history, state([kept('SUCCEEDED', { amount: 499 })]), 'pay_1 is of 499; 500 was asked for'],
    ['where nobody asked for it', [], paid, 'pay_1 is in the table, and nobody asked for it'],
    [
      'where it was charged twice',
      history,
      state([kept('SUCCEEDED')], { provider: { executions: ['pay_1', 'pay_1'] } }),
      'the provider carried out 2 charges for pay_1, which is SUCCEEDED',
    ],
    [
      'where a declined one was carried out twice',
      asked(['pay_1'], wish('pm_card_visa_chargeDeclined')),
      state([kept('FAILED')], { provider: { executions: ['pay_1', 'pay_1'] } }),
      'the provider carried out 2 charges for pay_1, which is FAILED',
    ],
    [
      'where the provider has two objects',
      history,
      state([kept('SUCCEEDED')], { provider: { objects: ['pay_1', 'pay_1'] } }),
      'the provider has 2 objects for pay_1',
    ],
    [
      'where it was paid twice',
      history,
      state([kept('SUCCEEDED')], { provider: { charges: [1, 2].map(() => ({ payment: 'pay_1', amount: 500 })) } }),
      'pay_1 is SUCCEEDED, and the provider was paid for it 2 times',
    ],
    ['where it was not paid', history, state([kept('SUCCEEDED')], { provider: { charges: [] } }), 'the provider was paid for it 0 times'],
    [
      'where what failed was paid',
      asked(['pay_1'], wish('pm_card_visa_chargeDeclined')),
      state([kept('FAILED')], { provider: { charges: [{ payment: 'pay_1', amount: 500 }] } }),
      'pay_1 is FAILED, and the provider was paid for it 1 times',
    ],
    [
      'where another amount was paid',
      history,
      state([kept('SUCCEEDED')], { provider: { charges: [{ payment: 'pay_1', amount: 5 }] } }),
      'pay_1 is of 500; the provider was paid 5',
    ],
    [
      'where the provider has what was given up',
      history,
      state([kept('EXPIRED')], { provider: { objects: ['pay_1'] } }),
      'pay_1 is EXPIRED, and the provider has it',
    ],
    [
      'where a good card failed',
      history,
      state([kept('FAILED', { code: 'NOT_SENT_IN_TIME' })]),
      'pay_1 with pm_card_visa is FAILED (NOT_SENT',
    ],
    ['where a bad card was paid', asked(['pay_1'], wish('pm_card_visa_chargeDeclined')), paid, 'chargeDeclined is SUCCEEDED in the end'],
    ['where it never ended', history, state([kept('UNKNOWN', { dueAt: '2026-11-24' })]), 'pay_1 with pm_card_visa is UNKNOWN in the end'],
    [
      'where records dispute it',
      history,
      state([kept('DISPUTED_BY_RECORDS', { code: 'SECOND_OBJECT' })]),
      'is DISPUTED_BY_RECORDS (SECOND_OBJECT) in the end',
    ],
    ['where it has ended and is still due', history, state([kept('SUCCEEDED', { dueAt: '2026-11-24' })]), 'is SUCCEEDED and still due'],
    ['where its end was not told', history, state([kept('SUCCEEDED')], { told: new Map() }), 'pay_1 is SUCCEEDED, and was told as nothing'],
    [
      'where its end was told twice',
      history,
      state([kept('SUCCEEDED')], { told: new Map([['pay_1', ['payment.succeeded', 'payment.succeeded']]]) }),
      'was told as payment.succeeded and payment.succeeded',
    ],
    [
      'where another end was told',
      history,
      state([kept('SUCCEEDED')], { told: new Map([['pay_1', ['payment.failed']]]) }),
      'was told as payment.failed',
    ],
    [
      'where the provider has what we do not know',
      [],
      state([], { provider: { objects: ['pay_9'] } }),
      'the provider has an object for pay_9, which is not in the table',
    ],
    [
      'where the sums are not equal',
      [],
      state([], { provider: { charges: [{ payment: 'pay_9', amount: 7 }] } }),
      "our payments come to 0, the provider's to 7",
    ],
    [
      'where a difference is left',
      history,
      state([kept('SUCCEEDED')], {
        reconciled: { differences: [{ what: 'event', id: 'e1', difference: 'missing here', injected: true }] },
      }),
      'event e1 missing here',
    ],
    ['where reconciliation was stopped', history, state([kept('SUCCEEDED')], { reconciled: { stopped: 'OUT_OF_TIME' } }), 'OUT_OF_TIME'],
    ['where it saw no payments', history, state([kept('SUCCEEDED')], { reconciled: { payments: 0 } }), 'compared 0 payments of 1'],
    [
      'where it saw no events',
      [],
      state([], { provider: { events: [{ id: 'e', type: 't', intent: { id: 'pi', amount: 1 } }] }, reconciled: { events: 0 } }),
      'compared 0 events of 1',
    ],
  ])('%s', (_, history, final, says) => {
    expect(checkPayments(history, final)).toContainEqual(expect.stringContaining(says));
  });
});
