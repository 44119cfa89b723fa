import { describe, expect, it } from '@jest/globals';
import api from '../../lambdas/provider-apis/stripe.ts';
import { answer, declined, list, paid, payment, refund, sale, transaction } from './stripe-answers.ts';

const { charge, events, transactions } = api;

describe('a list', () => {
  const window = { fromSeconds: 1_795_000_000, toSeconds: 1_795_003_600 };
  const asking = (path: string) => Object.fromEntries(new URL(`https://x${path}`).searchParams);

  it('is asked for in pages of half-open windows', () => {
    const bounds = { 'created[gte]': '1795000000', 'created[lt]': '1795003600' };
    expect(asking(charge.list.request(window).path)).toEqual({ ...bounds, limit: '100' });
    expect(asking(events.request(window, 'evt_9').path)).toEqual({ ...bounds, limit: '50', starting_after: 'evt_9' });
    expect(asking(transactions.request(window).path)).toEqual({ ...bounds, limit: '100', 'expand[]': 'data.source' });
  });

  it('ends where Stripe says that there is no more, and goes on after its last item', () => {
    expect(charge.list.read(list([]))).toEqual({ kind: 'answered', value: { items: [], after: undefined } });
    expect(charge.list.read(list([paid, { ...declined, id: 'pi_3last' }], true))).toMatchObject({ value: { after: 'pi_3last' } });
  });

  it.each([
    ['says that there is more and has nothing', list([], true)],
    ['does not say whether there is more', answer({ object: 'list', data: [] })],
    ['says it as a text', answer({ object: 'list', data: [], has_more: 'false' })],
    ['has no items', answer({ object: 'list', has_more: false })],
    ['has an item that cannot be believed', list([paid, { ...paid, currency: 'EURO' }])],
    ['has an item that is no object', list([paid, 7])],
  ])('decides nothing where it %s', (_, given) => {
    expect(charge.list.read(given)).toMatchObject({ kind: 'again', code: 'BAD_ANSWER' });
  });

  it('of events keeps every digit and space of each', () => {
    const body = '{"object":"list","has_more":false,"data":[ {"id":"evt_1", "created":1795000000,"amount":10000000000000000.10} ]}';
    const result = events.read(answer(body));
    const texts = result.kind === 'answered' ? result.value.items.map(({ bytes }) => Buffer.from(bytes).toString()) : [];
    expect(texts).toEqual(['{"id":"evt_1", "created":1795000000,"amount":10000000000000000.10}']);
  });

  it.each([
    ['without an id', { created: 1 }],
    ['without a time', { id: 'evt_1' }],
    ['with the id of another object', { id: 'pi_123', created: 1 }],
  ])('has no event %s', (_, item) => {
    expect(events.read(list([item]))).toMatchObject({ kind: 'again', code: 'BAD_ANSWER' });
  });
});

describe('a movement on the balance', () => {
  const read = (item: object) => transactions.read(list([item]));
  const one = (value: object) => ({ kind: 'answered', value: { items: [value], after: undefined } });
  const moved = { amount: 1999, currency: 'eur', createdSeconds: 1_795_000_000 };

  it.each([
    ['a sale by card', transaction('charge', sale), { id: 'txn_3charge', kind: 'payment', objectId: payment.intent, ...moved }],
    [
      'a sale by bank',
      transaction('payment', { ...sale, id: 'py_3' }),
      { id: 'txn_3payment', kind: 'payment', objectId: payment.intent, ...moved },
    ],
    [
      'a charge of before there were intents',
      transaction('charge', { ...sale, payment_intent: null }),
      { id: 'txn_3charge', kind: 'payment', objectId: payment.charge, ...moved },
    ],
    [
      'a refund',
      transaction('refund', refund, { amount: -500 }),
      { id: 'txn_3refund', kind: 'refund', objectId: payment.charge, ...moved, amount: -500 },
    ],
    [
      'a refund that failed',
      transaction('refund_failure', refund, { amount: 500 }),
      { id: 'txn_3refund_failure', kind: 'refund', objectId: payment.charge, ...moved, amount: 500 },
    ],
    [
      'a payout',
      transaction('payout', { id: 'po_1', object: 'payout', amount: 1999, currency: 'eur' }, { amount: -1999 }),
      { id: 'txn_3payout', kind: 'other', objectId: 'po_1', ...moved, amount: -1999 },
    ],
    [
      'a fee that belongs to nothing',
      transaction('stripe_fee', null, { amount: -5 }),
      { id: 'txn_3stripe_fee', kind: 'other', objectId: undefined, ...moved, amount: -5 },
    ],
    ['a type of next year', transaction('barter', 'obj_1'), { id: 'txn_3barter', kind: 'other', objectId: 'obj_1', ...moved }],
  ])('is %s', (_, item, value) => {
    expect(read(item)).toEqual(one(value));
  });

  it('says what it was before Stripe converted it', () => {
    const dollars = { ...sale, amount: 2200, amount_captured: 2150, currency: 'usd' };
    expect(read(transaction('charge', dollars))).toMatchObject(
      one({ amount: 1999, currency: 'eur', presented: { amount: 2150, currency: 'usd' } }),
    );
    expect(read(transaction('refund', { ...refund, currency: 'usd', amount: 550 }, { amount: -500 }))).toMatchObject(
      one({ amount: -500, currency: 'eur', presented: { amount: -550, currency: 'usd' } }),
    );
  });

  it.each([
    ['a fraction as the amount', { amount: 0.5 }],
    ['no currency', { currency: undefined }],
    ['no time', { created: -1 }],
    ['an id of another object', { id: 'ch_12345' }],
  ])('is not believed with %s', (_, given) => {
    expect(read({ ...transaction('charge', sale), ...given })).toMatchObject({ kind: 'again', code: 'BAD_ANSWER' });
  });
});
