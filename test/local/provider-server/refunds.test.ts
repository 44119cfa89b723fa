/** What becomes of a refund, of its charge and of the money. */
import { describe, expect, it } from '@jest/globals';
import { CARD, type ModelBench, modelBench, type Params } from './model-bench.ts';

const AT_ONCE = { ...CARD, capture_method: 'automatic' };

const pay = ({ post }: ModelBench, params: Params) => post('/v1/payment_intents', params).json;
const booked = ({ get }: ModelBench) => get('/v1/balance_transactions').json.data;
/** The oldest first. */
const types = ({ get }: ModelBench) =>
  get('/v1/events')
    .json.data.map(({ type }) => type)
    .reverse();

describe('a refund', () => {
  const refund = ({ post }: ModelBench, params: Params) => post('/v1/refunds', params);

  it('takes a part, then the rest, then nothing', () => {
    const bench = modelBench();
    const { id, latest_charge } = pay(bench, AT_ONCE);
    expect(refund(bench, { payment_intent: id, amount: 99, reason: 'duplicate', 'metadata[a]': '1' }).json).toMatchObject({
      object: 'refund',
      amount: 99,
      charge: latest_charge,
      metadata: { a: '1' },
      payment_intent: id,
      reason: 'duplicate',
      status: 'succeeded',
    });
    expect(refund(bench, { payment_intent: id, amount: 1001 }).json.error['param']).toBe('amount');
    expect(refund(bench, { charge: String(latest_charge) }).json).toMatchObject({ amount: 1000 });
    expect(refund(bench, { payment_intent: id }).json.error['code']).toBe('charge_already_refunded');
    expect(bench.get(`/v1/charges/${latest_charge}`).json).toMatchObject({ amount_refunded: 1099, refunded: true });
    expect(booked(bench)).toMatchObject([
      { amount: -1000, fee: 0, net: -1000, type: 'refund', reporting_category: 'refund' },
      { amount: -99, type: 'refund' },
      { amount: 1099, type: 'charge' },
    ]);
    expect(bench.model.inspection.totals()).toMatchObject({ charged: { eur: 1099 }, refunded: { eur: 1099 } });
  });

  it('is told with what was refunded before', () => {
    const bench = modelBench();
    const { id } = pay(bench, AT_ONCE);
    refund(bench, { payment_intent: id, amount: 99 });
    refund(bench, { payment_intent: id });
    const told = bench.get('/v1/events?type=charge.refunded').json.data.map(({ data }) => data);
    expect(told).toMatchObject([
      { object: { amount_refunded: 1099, refunded: true }, previous_attributes: { amount_refunded: 99, refunded: false } },
      { object: { amount_refunded: 99, refunded: false }, previous_attributes: { amount_refunded: 0 } },
    ]);
    expect(types(bench).slice(3)).toEqual(['refund.created', 'charge.refunded', 'refund.created', 'charge.refunded']);
  });

  it('may be pending for some time', () => {
    const bench = modelBench();
    const { id } = pay(bench, { ...AT_ONCE, payment_method: 'pm_card_pendingRefund' });
    const pending = refund(bench, { payment_intent: id }).json;
    expect(pending).toMatchObject({ status: 'pending', pending_reason: 'processing' });
    bench.clock.advance(60_000);
    expect(bench.get(`/v1/refunds/${pending.id}`).json.status).toBe('succeeded');
    expect(types(bench).at(-1)).toBe('refund.updated');
  });

  it('may seem done and fail later: the money comes back', () => {
    const bench = modelBench();
    const { id, latest_charge } = pay(bench, { ...AT_ONCE, payment_method: 'pm_card_refundFail' });
    const done = refund(bench, { payment_intent: id }).json;
    expect(done.status).toBe('succeeded');
    bench.clock.advance(60_000);
    expect(bench.get(`/v1/refunds/${done.id}`).json).toMatchObject({ status: 'failed', failure_balance_transaction: expect.any(String) });
    expect(bench.get(`/v1/charges/${latest_charge}`).json).toMatchObject({ amount_refunded: 0, refunded: false });
    expect(booked(bench).map(({ amount, type }) => [amount, type])).toEqual([
      [1099, 'refund_failure'],
      [-1099, 'refund'],
      [1099, 'charge'],
    ]);
    expect(bench.model.inspection.totals().refunded).toEqual({});
  });

  it.each([
    ['of nothing', {}, 'parameter_missing'],
    ['of an intent that is not there', { payment_intent: 'pi_1' }, 'resource_missing'],
    ['of a charge that is not there', { charge: 'ch_1' }, 'resource_missing'],
    ['of no money', { charge: 'ch_1', amount: 0 }, 'parameter_invalid_integer'],
  ])('%s is refused', (_what, params, code) => {
    expect(refund(modelBench(), params)).toMatchObject({ status: 400, json: { error: { code } } });
  });

  it('of a charge of another payment is refused', () => {
    const bench = modelBench();
    const [one, other] = [pay(bench, AT_ONCE), pay(bench, AT_ONCE)];
    const { status, json } = refund(bench, { payment_intent: one.id, charge: String(other['latest_charge']) });
    expect([status, json.error['param']]).toEqual([400, 'charge']);
  });

  it('of a payment that was never made is refused', () => {
    const bench = modelBench();
    const { id } = pay(bench, { amount: 500, currency: 'usd' });
    expect(refund(bench, { payment_intent: id })).toMatchObject({ status: 400, json: { error: { param: 'payment_intent' } } });
  });
});
