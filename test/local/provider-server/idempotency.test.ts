/** What is kept under an idempotency key, what is not, and when it is forgotten: docs.stripe.com/api/idempotent_requests. */
import { describe, expect, it } from '@jest/globals';
import type { RequestFate } from '../../../local/provider-server/request-fate.ts';
import { CARD, modelBench, replyOf } from './model-bench.ts';

const HOUR_MILLIS = 3_600_000;

describe('under one key', () => {
  it('a payment is made once, and its first answer comes again to the byte', () => {
    const { model, post, clock } = modelBench();
    const first = post('/v1/payment_intents', CARD, 'key-1');
    clock.advance(23 * HOUR_MILLIS);
    const second = post('/v1/payment_intents', CARD, 'key-1');
    expect(second.body).toBe(first.body);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(second.headers).toMatchObject({ 'idempotent-replayed': 'true', 'idempotency-key': 'key-1' });
    expect(second.headers['original-request']).toBe(first.headers['request-id']);
    expect(second.headers['request-id']).not.toBe(first.headers['request-id']);
    expect(model.inspection.executionsUnder('key-1')).toHaveLength(1);
  });

  it('the first answer is that of the time, however the payment has gone on', () => {
    const { post, get, clock } = modelBench();
    const debit = { ...CARD, payment_method: 'pm_success_de', 'payment_method_types[]': 'sepa_debit' };
    const { json } = post('/v1/payment_intents', debit, 'key-1');
    clock.advance(HOUR_MILLIS);
    expect(get(`/v1/payment_intents/${json.id}`).json.status).toBe('succeeded');
    expect(post('/v1/payment_intents', debit, 'key-1').json.status).toBe('processing');
  });

  it('a decline is kept too: the key can never pay', () => {
    const { model, post } = modelBench();
    const declined = { ...CARD, payment_method: 'pm_card_visa_chargeDeclined' };
    const [first, second] = [post('/v1/payment_intents', declined, 'key-1'), post('/v1/payment_intents', declined, 'key-1')];
    expect([first.status, second.status]).toEqual([402, 402]);
    expect(second.body).toBe(first.body);
    expect(model.inspection.all('charge')).toHaveLength(1);
  });

  it('a refusal of the work itself is kept: an unknown payment method stays unknown', () => {
    const { post } = modelBench();
    const first = post('/v1/payment_intents', { ...CARD, payment_method: 'pm_nobody' }, 'key-1');
    expect(first.json.error).toMatchObject({ code: 'resource_missing', param: 'payment_method', type: 'invalid_request_error' });
    expect(post('/v1/payment_intents', { ...CARD, payment_method: 'pm_nobody' }, 'key-1').headers['idempotent-replayed']).toBe('true');
  });

  it.each([
    ['other parameters', '/v1/payment_intents', { ...CARD, amount: 1100 }],
    ['one parameter more', '/v1/payment_intents', { ...CARD, 'metadata[a]': 'b' }],
    ['another endpoint', '/v1/refunds', CARD],
  ])('%s are an error of their own, and change nothing', (_what, path, params) => {
    const { model, post } = modelBench();
    post('/v1/payment_intents', CARD, 'key-1');
    const { status, json } = post(path, params, 'key-1');
    expect([status, json.error['type']]).toEqual([400, 'idempotency_error']);
    expect(model.inspection.executions()).toHaveLength(1);
    expect(post('/v1/payment_intents', CARD, 'key-1').status).toBe(200);
  });

  it('the same parameters in another order are the same', () => {
    const { post } = modelBench();
    post('/v1/payment_intents', CARD, 'key-1');
    const turned = Object.fromEntries(Object.entries(CARD).reverse());
    expect(post('/v1/payment_intents', turned, 'key-1').headers['idempotent-replayed']).toBe('true');
  });
});

describe('while a request is under way', () => {
  it('a second one under its key is refused with 409, and the first goes on', () => {
    const { model, begin, post } = modelBench();
    const first = begin('/v1/payment_intents', CARD, 'key-1');
    const second = post('/v1/payment_intents', CARD, 'key-1');
    expect([second.status, second.json.error['code']]).toEqual([409, 'idempotency_key_in_use']);
    first.execute();
    expect(post('/v1/payment_intents', CARD, 'key-1').status).toBe(409);
    const answer = first.finish();
    expect(post('/v1/payment_intents', CARD, 'key-1').body).toBe(answer.body);
    expect(model.inspection.executions()).toHaveLength(1);
  });

  it('its work is seen before its answer has left', () => {
    const { begin, get } = modelBench();
    const underway = begin('/v1/payment_intents', CARD, 'key-1');
    expect(get('/v1/payment_intents').json.data).toEqual([]);
    underway.execute();
    expect(get('/v1/payment_intents').json.data).toMatchObject([{ status: 'succeeded' }]);
    underway.execute();
    underway.finish();
    expect(underway.finish()).toBe(underway.finish());
    expect(get('/v1/payment_intents').json.data).toHaveLength(1);
  });

  it('its key is not forgotten, however long it takes', () => {
    const { begin, post, clock } = modelBench();
    const first = begin('/v1/payment_intents', CARD, 'key-1');
    clock.advance(25 * HOUR_MILLIS);
    expect(post('/v1/payment_intents', CARD, 'key-1').status).toBe(409);
    first.finish();
  });
});

describe('a forgotten key', () => {
  it('works anew: money moves twice', () => {
    const { model, post, clock } = modelBench();
    post('/v1/payment_intents', { ...CARD, 'metadata[oncehook_payment]': 'pay_1' }, 'key-1');
    clock.advance(24 * HOUR_MILLIS);
    const again = post('/v1/payment_intents', { ...CARD, 'metadata[oncehook_payment]': 'pay_1' }, 'key-1');
    expect(again.headers['idempotent-replayed']).toBeUndefined();
    expect(model.inspection.executionsUnder('key-1')).toHaveLength(2);
    expect(model.inspection.executionsFor('pay_1')).toHaveLength(2);
    expect(model.inspection.chargesFor('pay_1')).toHaveLength(2);
  });

  it('may be used for anything else', () => {
    const { post, clock } = modelBench({ keyLifeMillis: 30 * HOUR_MILLIS });
    post('/v1/payment_intents', CARD, 'key-1');
    clock.advance(29 * HOUR_MILLIS);
    expect(post('/v1/payment_intents', { ...CARD, amount: 500 }, 'key-1').status).toBe(400);
    clock.advance(HOUR_MILLIS);
    expect(post('/v1/payment_intents', { ...CARD, amount: 500 }, 'key-1').status).toBe(200);
  });
});

describe('an error on the side of the provider', () => {
  const failingOnce = (fate: Partial<RequestFate>) => {
    const fates = [fate];
    return modelBench({ fates: () => fates.shift() ?? {} });
  };

  it.each([
    ['fails before', 0, 0],
    ['fails halfway', 1, 0],
    ['fails after', 1, 1],
  ] as const)('that %s is kept as a 500, and says not which it was', (execution, intents, charges) => {
    const { model, post } = failingOnce({ execution });
    const first = post('/v1/payment_intents', CARD, 'key-1');
    expect([first.status, first.json.error['type'], first.headers['stripe-should-retry']]).toEqual([500, 'api_error', 'false']);
    const second = post('/v1/payment_intents', CARD, 'key-1');
    expect([second.status, second.headers['idempotent-replayed'], second.headers['stripe-should-retry']]).toEqual([500, 'true', 'false']);
    expect(second.body).toBe(first.body);
    const { all, executionsUnder } = model.inspection;
    expect([all('payment_intent').length, executionsUnder('key-1').length, all('charge').length]).toEqual([intents, intents, charges]);
  });

  it.each([
    ['rate limited', 429, 'rate_limit'],
    ['locked', 429, 'lock_timeout'],
    ['unavailable', 503, undefined],
  ] as const)('that comes before the keys, %s, is not kept: the same request then works', (execution, status, code) => {
    const { model, post } = failingOnce({ execution });
    const first = post('/v1/payment_intents', CARD, 'key-1');
    expect([first.status, first.json.error['code']]).toEqual([status, code]);
    expect(model.inspection.executions()).toHaveLength(0);
    expect(post('/v1/payment_intents', CARD, 'key-1')).toMatchObject({ status: 200, json: { status: 'succeeded' } });
  });

  it('leaves reading alone with its key: nothing is kept of a GET', () => {
    const { get } = failingOnce({ execution: 'fails before' });
    const headers = { authorization: 'Bearer sk_test_local1', 'idempotency-key': 'key-1' };
    expect(get('/v1/payment_intents', headers).status).toBe(500);
    expect(get('/v1/payment_intents', headers)).toMatchObject({ status: 200, json: { data: [] } });
  });
});

describe('nothing is kept of a request', () => {
  it.each([
    ['without an amount', { currency: 'eur' }, 'parameter_missing', 'amount'],
    ['with a fraction of a cent', { ...CARD, amount: '10.5' }, 'parameter_invalid_integer', 'amount'],
    ['with less than Stripe takes', { ...CARD, amount: 49 }, 'amount_too_small', 'amount'],
    ['with more than Stripe takes', { ...CARD, amount: 100_000_000 }, 'amount_too_large', 'amount'],
    ['in no currency', { ...CARD, currency: 'zzz' }, undefined, 'currency'],
    ['with a parameter that nobody knows', { ...CARD, capture: 'manual' }, 'parameter_unknown', 'capture'],
    [
      'that is confirmed without a payment method',
      { amount: 500, currency: 'eur', confirm: 'true' },
      'payment_intent_unexpected_state',
      undefined,
    ],
    [
      'that may redirect and says not where to',
      { amount: 500, currency: 'eur', confirm: 'true', payment_method: 'pm_card_visa' },
      undefined,
      'return_url',
    ],
    ['that expands what is no object', { ...CARD, 'expand[]': 'amount' }, undefined, 'expand'],
    ['with metadata that is too long', { ...CARD, 'metadata[a]': 'x'.repeat(501) }, undefined, 'metadata[a]'],
  ])('%s', (_what, params, code, param) => {
    const { model, post } = modelBench();
    const { status, json } = post('/v1/payment_intents', params, 'key-1');
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ type: 'invalid_request_error', message: expect.any(String) });
    expect([json.error['code'], json.error['param']]).toEqual([code, param]);
    expect(model.inspection.all('payment_intent')).toHaveLength(0);
    expect(post('/v1/payment_intents', CARD, 'key-1').status).toBe(200);
  });

  it('without an authentic secret key, and 401 does not ask what goes wrong', () => {
    const { model } = modelBench({ isKey: (key) => key === 'sk_test_right', fates: () => ({ execution: 'unavailable' }) });
    for (const authorization of [undefined, 'Bearer', 'Bearer sk_test_wrong', 'sk_test_right', 'Basic c2tfdGVzdF93cm9uZzo='])
      expect(
        model.handle({ method: 'POST', path: '/v1/refunds', headers: { authorization, 'idempotency-key': 'k' }, body: '' }).status,
      ).toBe(401);
    for (const authorization of ['Bearer sk_test_right', `Basic ${Buffer.from('sk_test_right:').toString('base64')}`])
      expect(model.handle({ method: 'GET', path: '/v1/refunds', headers: { authorization }, body: '' }).status).toBe(503);
  });

  it('for a path that is not there', () => {
    const { post } = modelBench();
    const reply = post('/v1/customers', {}, 'key-1');
    expect([reply.status, reply.json.error['message']]).toEqual([404, expect.stringContaining('(POST: /v1/customers)')]);
    expect(post('/v1/payment_intents', CARD, 'key-1').status).toBe(200);
  });
});

it('a key that is too long is refused, and an empty one is none', () => {
  const { model, post, begin } = modelBench();
  expect(post('/v1/payment_intents', CARD, 'k'.repeat(256)).status).toBe(400);
  for (const key of ['', '']) expect(replyOf(begin('/v1/payment_intents', CARD, key).finish()).status).toBe(200);
  expect(model.inspection.executions()).toHaveLength(2);
});
