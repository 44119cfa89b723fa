import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import api from '../../lambdas/provider-apis/stripe.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { describeProviderApi } from '../contracts/provider-api-contract.ts';
import { describeWhere } from '../not-run.ts';
import {
  actionRequired,
  answer,
  asked,
  canceled,
  declined,
  declinedAnswer,
  event,
  list,
  paid,
  payment,
  processing,
  sale,
  transaction,
} from './stripe-answers.ts';

describeProviderApi({
  api,
  provider: stripe,
  charge: {
    asked,
    paid: answer(paid),
    declined: declinedAnswer,
    counted: [['id'], ['object'], ['status'], ['amount_received'], ['currency'], ['created'], ['livemode']],
  },
  pages: {
    payments: list([paid, declined], true),
    events: list(
      [event('evt_2', { ...paid, amount: 9_007_199_254_740_991 }), event('evt_1', declined, 'payment_intent.payment_failed')],
      true,
    ),
    transactions: list([transaction('charge', sale)], true),
  },
  // Another delivery counts its webhooks anew, and is written without white space.
  webhookBody: (listed) => Buffer.from(JSON.stringify({ ...JSON.parse(listed), pending_webhooks: 3 })),
});

const { charge, events, transactions } = api;

describe('an API key of Stripe', () => {
  it.each([
    ['sk_test_51Abcdefghij', 'test'],
    ['rk_test_51Abcdefghij', 'test'],
    ['sk_live_51Abcdefghij', 'live'],
    ['rk_live_51Abcdefghij', 'live'],
    ['pk_live_51Abcdefghij', undefined],
    ['whsec_51Abcdefghij', undefined],
    ['sk_org_51Abcdefghij', undefined],
    ['sk_test_', undefined],
  ])('%s is of the mode %s', (key, mode) => {
    expect(api.modeOfKey(key)).toBe(mode);
  });
});

describe('a charge', () => {
  const form = (request: { readonly body?: string }) => Object.fromEntries(new URLSearchParams(request.body));

  it('is one payment intent that is made and confirmed, in the version it was made for', () => {
    const request = charge.request(asked);
    expect(request).toMatchObject({
      method: 'POST',
      path: '/v1/payment_intents',
      headers: { 'stripe-version': '2026-10-28.endive', 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form(request)).toEqual({
      amount: '1999',
      currency: 'eur',
      payment_method: 'pm_card_visa',
      confirm: 'true',
      'automatic_payment_methods[enabled]': 'true',
      'automatic_payment_methods[allow_redirects]': 'never',
      'metadata[oncehook_payment]': asked.id,
      'metadata[oncehook_reference]': asked.reference,
    });
  });

  it('names the customer that a saved method belongs to', () => {
    expect(form(charge.request({ ...asked, customer: 'cus_1' }))).toMatchObject({ customer: 'cus_1' });
  });

  it('cannot be changed by what stands in a reference', () => {
    const reference = '1&amount=1&metadata[oncehook_payment]=pay_other';
    expect(form(charge.request({ ...asked, reference }))).toMatchObject({ amount: '1999', 'metadata[oncehook_payment]': asked.id });
  });
});

describe('an event of a payment', () => {
  it.each([
    ['payment_intent.succeeded', paid, 'SUCCEEDED'],
    ['payment_intent.payment_failed', declined, 'FAILED'],
    ['payment_intent.processing', processing, 'PROCESSING'],
    ['payment_intent.requires_action', actionRequired, 'REQUIRES_ACTION'],
    ['payment_intent.canceled', canceled, 'FAILED'],
  ])('%s says what became of it', (type, intent, state) => {
    expect(charge.eventTypes).toContain(type);
    expect(charge.paymentOf(event('evt_1', intent, type))).toMatchObject({ objectId: payment.intent, paymentId: asked.id, state });
  });

  it('is none of ours without our id, or of another type', () => {
    expect(charge.paymentOf(event('evt_1', { ...paid, metadata: { order: '1' } }))).toBeUndefined();
    expect(charge.paymentOf(event('evt_1', paid, 'payment_intent.created'))).toBeUndefined();
    expect(charge.paymentOf(event('evt_1', sale, 'charge.succeeded'))).toBeUndefined();
  });

  it.each([
    ['an amount with a fraction', { amount_received: 19.99 }],
    ['a state that this version does not have', { status: 'requires_source' }],
    ['an id that is not one of ours', { metadata: { oncehook_payment: 'order-1' } }],
  ])('is refused for good with our mark and %s', (_, given) => {
    expect(() => charge.paymentOf(event('evt_1', { ...paid, ...given }))).toThrow(
      expect.objectContaining({ name: 'RejectedError', code: 'BAD_PAYMENT' }),
    );
  });
});

const SAMPLES = new URL('../../../shared/samples/stripe-objects.json', import.meta.url);

describeWhere(
  { holds: () => existsSync(SAMPLES), reason: "Stripe's sample objects are not on this machine" },
  "Stripe's own sample objects",
  () => {
    const { resources } = JSON.parse(readFileSync(SAMPLES, 'utf8')) as { readonly resources: { readonly [name: string]: object } };

    it('are read like ours', () => {
      const { payment_intent: intent, balance_transaction: movement, charge: source, refund: givenBack, event: some } = resources;
      expect(charge.read(answer(intent))).toMatchObject({ kind: 'payment', payment: { amount: 1099, currency: 'usd', mode: 'test' } });
      expect(charge.list.read(list([intent]))).toMatchObject({ kind: 'answered' });
      expect(events.read(list([some]))).toMatchObject({ kind: 'answered' });
      for (const given of [source, givenBack, null])
        expect(transactions.read(list([{ ...movement, source: given }]))).toMatchObject({ kind: 'answered' });
    });
  },
);
