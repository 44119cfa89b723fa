/** What becomes of a payment with the test payment methods, and of its money. */
import { describe, expect, it } from '@jest/globals';
import { CARD, type Json, type ModelBench, modelBench, type Params } from './model-bench.ts';

const SEPA = { ...CARD, 'payment_method_types[]': 'sepa_debit' };
const ACH = { ...CARD, currency: 'usd', 'payment_method_types[]': 'us_bank_account' };
const AT_ONCE = { ...CARD, capture_method: 'automatic' };

const pay = ({ post }: ModelBench, params: Params) => post('/v1/payment_intents', params).json;
const intent = ({ get }: ModelBench, id: string) => get(`/v1/payment_intents/${id}`).json;
/** The oldest first. */
const types = ({ get }: ModelBench) =>
  get('/v1/events?limit=100')
    .json.data.map(({ type }) => type)
    .reverse();
const booked = ({ get }: ModelBench) => get('/v1/balance_transactions').json.data;

describe('a payment by card', () => {
  it('leaves a charge and a balance transaction that agree with it', () => {
    const bench = modelBench();
    const paid = pay(bench, { ...AT_ONCE, 'metadata[oncehook_payment]': 'pay_1', description: 'Order 7' });
    expect(paid).toMatchObject({ status: 'succeeded', amount: 1099, amount_received: 1099, currency: 'eur', last_payment_error: null });
    const charge = bench.get(`/v1/charges/${paid['latest_charge']}`).json;
    expect(charge).toMatchObject({
      amount: 1099,
      paid: true,
      payment_intent: paid.id,
      metadata: { oncehook_payment: 'pay_1' },
      description: 'Order 7',
    });
    // 2.9 % of 10.99 are 31.871 cents.
    expect(booked(bench)).toMatchObject([
      {
        id: charge['balance_transaction'],
        amount: 1099,
        fee: 62,
        net: 1037,
        source: charge.id,
        type: 'charge',
        reporting_category: 'charge',
        status: 'pending',
      },
    ]);
    bench.clock.advance(2 * 24 * 3_600_000);
    expect(booked(bench)).toMatchObject([{ status: 'available' }]);
  });

  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
  ])('with %s is declined: %s', (payment_method, code, decline_code) => {
    const bench = modelBench();
    const { status, json } = bench.post('/v1/payment_intents', { ...CARD, payment_method });
    expect([status, json.error['type'], json.error['code'], json.error['decline_code']]).toEqual([402, 'card_error', code, decline_code]);
    const { id } = json.error['payment_intent'] as Json;
    expect(intent(bench, id)).toMatchObject({ status: 'requires_payment_method', payment_method: null, last_payment_error: { code } });
    expect(types(bench)).toEqual(['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed']);
    expect(booked(bench)).toEqual([]);
  });

  it('may be tried again with another card', () => {
    const bench = modelBench();
    const { error } = pay(bench, { ...CARD, payment_method: 'pm_card_visa_chargeDeclined' });
    const { id } = error['payment_intent'] as Json;
    const paid = bench.post(`/v1/payment_intents/${id}/confirm`, { payment_method: 'pm_card_mastercard' }).json;
    expect(paid).toMatchObject({ id, status: 'succeeded', last_payment_error: null });
    expect(bench.get(`/v1/charges?payment_intent=${id}`).json.data.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
  });

  it('cannot be confirmed or canceled once it is paid', () => {
    const bench = modelBench();
    const { id } = pay(bench, CARD);
    for (const verb of ['confirm', 'cancel']) {
      const { status, json } = bench.post(`/v1/payment_intents/${id}/${verb}`);
      expect([status, json.error['code']]).toEqual([400, 'payment_intent_unexpected_state']);
      expect(json.error['payment_intent']).toMatchObject({ id, status: 'succeeded' });
    }
  });

  it('is refused with a method of a type that the intent does not take, and leaves no intent', () => {
    const { model, post } = modelBench();
    const { status, json } = post('/v1/payment_intents', { ...CARD, payment_method: 'pm_success_de' });
    expect([status, json.error['code']]).toEqual([400, 'payment_intent_incompatible_payment_method']);
    expect(model.inspection.all('payment_intent')).toEqual([]);
  });
});

describe('a payment whose customer must authenticate', () => {
  const THREE_DS = { ...CARD, payment_method: 'pm_card_authenticationRequired' };

  it('waits, and is paid when they do', () => {
    const bench = modelBench();
    const { id, status, next_action } = pay(bench, { ...THREE_DS, return_url: 'https://example.com/back' });
    expect([status, next_action]).toMatchObject(['requires_action', { type: 'redirect_to_url' }]);
    bench.model.customerActs(id, 'authenticates');
    expect(intent(bench, id)).toMatchObject({ status: 'succeeded', next_action: null });
    expect(types(bench)).toEqual([
      'payment_intent.created',
      'payment_intent.requires_action',
      'charge.succeeded',
      'payment_intent.succeeded',
    ]);
    expect(() => bench.model.customerActs(id, 'authenticates')).toThrow(expect.objectContaining({ code: 'NOT_WAITING' }));
  });

  it('may be declined after that', () => {
    const bench = modelBench();
    const { id } = pay(bench, { ...CARD, payment_method: 'pm_card_threeDSecureRequiredChargeDeclined' });
    bench.model.customerActs(id, 'authenticates');
    expect(intent(bench, id)).toMatchObject({ status: 'requires_payment_method', last_payment_error: { code: 'card_declined' } });
  });

  it('needs another payment method when they fail to', () => {
    const bench = modelBench();
    const { id } = pay(bench, THREE_DS);
    bench.model.customerActs(id, 'fails to authenticate');
    expect(intent(bench, id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
    expect(bench.model.inspection.all('charge')).toEqual([]);
  });

  it.each(['off_session', 'error_on_requires_action'])('is declined at once with %s', (name) => {
    const { status, json } = modelBench().post('/v1/payment_intents', { ...THREE_DS, [name]: 'true' });
    expect([status, json.error['code']]).toEqual([402, 'authentication_required']);
  });
});

describe('a debit', () => {
  it('is processing for three minutes, and then paid, each event at its own time', () => {
    const bench = modelBench();
    const { id, status, latest_charge } = pay(bench, { ...SEPA, payment_method: 'pm_successDelayed_de' });
    expect([status, latest_charge]).toEqual(['processing', expect.stringMatching(/^py_/)]);
    bench.clock.advance(179_999);
    expect(intent(bench, id).status).toBe('processing');
    bench.clock.advance(3_600_000);
    expect(intent(bench, id)).toMatchObject({ status: 'succeeded', amount_received: 1099 });
    expect(types(bench)).toEqual([
      'payment_intent.created',
      'payment_intent.processing',
      'charge.pending',
      'charge.succeeded',
      'payment_intent.succeeded',
      'charge.updated',
    ]);
    const [created, , , succeeded] = bench.get('/v1/events').json.data.toReversed();
    expect((succeeded?.created ?? 0) - (created?.created ?? 0)).toBe(180);
    expect(booked(bench)).toMatchObject([{ type: 'payment', reporting_category: 'charge', fee: 9 }]);
  });

  it('costs a share of its amount, and five dollars at most', () => {
    const bench = modelBench();
    pay(bench, { ...ACH, amount: 1_000_000, payment_method: 'pm_usBankAccount_success' });
    bench.clock.advance(60_000);
    expect(booked(bench)).toMatchObject([{ amount: 1_000_000, fee: 500, net: 999_500 }]);
  });

  it('that ends while a request is under way has ended before its work', () => {
    const bench = modelBench();
    const { id } = pay(bench, { ...SEPA, payment_method: 'pm_failed_de' });
    const confirmation = bench.begin(`/v1/payment_intents/${id}/confirm`, { payment_method: 'pm_success_de' });
    bench.clock.advance(10_000);
    expect(confirmation.finish().status).toBe(200);
    expect(intent(bench, id).status).toBe('processing');
  });

  it('may fail after that', () => {
    const bench = modelBench();
    const { id } = pay(bench, { ...SEPA, payment_method: 'pm_failedDelayed_de' });
    bench.clock.advance(180_000);
    expect(intent(bench, id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'generic_could_not_process' },
    });
    expect(types(bench).slice(3)).toEqual(['charge.failed', 'payment_intent.payment_failed']);
    expect(booked(bench)).toEqual([]);
  });

  it('that stays in processing can be canceled, and no other', () => {
    const bench = modelBench();
    const staying = pay(bench, { ...ACH, payment_method: 'pm_usBankAccount_processing' });
    const passing = pay(bench, { ...ACH, payment_method: 'pm_usBankAccount_success' });
    expect(bench.post(`/v1/payment_intents/${passing.id}/cancel`).status).toBe(400);
    const reason = { cancellation_reason: 'abandoned' };
    expect(bench.post(`/v1/payment_intents/${staying.id}/cancel`, reason).json).toMatchObject({ status: 'canceled', ...reason });
    bench.clock.advance(30 * 24 * 3_600_000);
    expect([intent(bench, staying.id).status, intent(bench, passing.id).status]).toEqual(['canceled', 'succeeded']);
  });
});

describe('an intent that is not confirmed', () => {
  it('keeps its payment method until it is', () => {
    const bench = modelBench();
    const { id, status } = pay(bench, { amount: 500, currency: 'usd', payment_method: 'pm_card_visa' });
    expect(status).toBe('requires_confirmation');
    expect(bench.post(`/v1/payment_intents/${id}/confirm`).json.error['param']).toBe('return_url');
    expect(bench.post(`/v1/payment_intents/${id}/confirm`, { return_url: 'https://example.com/' }).json.status).toBe('succeeded');
  });

  it('can be canceled, and then nothing more', () => {
    const bench = modelBench();
    const { id } = pay(bench, { amount: 500, currency: 'usd' });
    expect(bench.post(`/v1/payment_intents/${id}/cancel`).json).toMatchObject({ status: 'canceled', canceled_at: expect.any(Number) });
    expect(bench.post(`/v1/payment_intents/${id}/confirm`, { payment_method: 'pm_card_visa' }).status).toBe(400);
    expect(types(bench)).toEqual(['payment_intent.created', 'payment_intent.canceled']);
  });

  it('takes metadata one by one, and loses what is sent empty', () => {
    const bench = modelBench();
    const { id } = pay(bench, { amount: 500, currency: 'usd', 'metadata[a]': '1', 'metadata[b]': '2' });
    expect(bench.post(`/v1/payment_intents/${id}`, { 'metadata[a]': '', 'metadata[c]': '3' }).json['metadata']).toEqual({ b: '2', c: '3' });
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, number) => [`metadata[m${number}]`, 'x']));
    expect(bench.post(`/v1/payment_intents/${id}`, many).status).toBe(400);
    expect(bench.post(`/v1/payment_intents/${id}`, { metadata: '' }).json['metadata']).toEqual({});
  });
});
