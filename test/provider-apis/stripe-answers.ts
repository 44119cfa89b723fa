/** Answers of Stripe's API as its documents describe them, made from the fixtures of its objects. */
import type { Stripe } from 'stripe';
import type { ApiAnswer, PaymentIntent } from '../../lambdas/core/provider-api.ts';
import { freshFrom } from '../../ops/fixtures/fresh.ts';
import { charge } from '../../ops/fixtures/stripe-charge.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { declinedIntent, paidIntent } from '../../ops/fixtures/stripe-payment-intent.ts';

const NOW_SECONDS = 1_795_000_000;

let step = 0;
/** The same parts in each run, others for each payment. */
const fresh = freshFrom(NOW_SECONDS, () => {
  step = (step + 0.618_033_988_7) % 1;
  return step;
});

export const payment = freshPayment(fresh, { amount: 1999, currency: 'eur' });

export const asked: PaymentIntent = {
  id: 'pay_7f3kQ2m9xW4',
  amount: 1999,
  currency: 'eur',
  reference: 'order 4711 & co=ß',
  paymentMethod: 'pm_card_visa',
};

const metadata = { oncehook_payment: asked.id, oncehook_reference: asked.reference };

export const paid = { ...paidIntent(payment), metadata };
export const declined = { ...declinedIntent(payment), metadata };
/** As it is before anybody has tried to pay it. */
const open = { ...paid, amount_received: 0, latest_charge: null };
export const processing = { ...open, status: 'processing' as const };
export const actionRequired = { ...open, status: 'requires_action' as const, next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} } };
export const canceled = { ...open, status: 'canceled' as const, cancellation_reason: 'abandoned' as const };
export const untried = { ...open, status: 'requires_payment_method' as const, payment_method: null };

/** What is read of the paid one. */
export const expected = {
  objectId: payment.intent,
  paymentId: asked.id,
  state: 'SUCCEEDED',
  final: true,
  amount: 1999,
  currency: 'eur',
  mode: 'test',
  createdSeconds: payment.createdSeconds - 4,
} as const;

export function answer(body: unknown, given: Partial<Omit<ApiAnswer, 'body'>> = {}): ApiAnswer {
  return { status: 200, headers: {}, ...given, body: typeof body === 'string' ? body : JSON.stringify(body, null, 2) };
}

/** An error as Stripe words it; the message is for people. */
export function errorAnswer(status: number, error: object, headers: ApiAnswer['headers'] = {}): ApiAnswer {
  return answer({ error: { message: 'What is wrong, in words.', ...error } }, { status, headers });
}

export const declinedAnswer = errorAnswer(402, {
  type: 'card_error',
  code: 'card_declined',
  decline_code: 'insufficient_funds',
  charge: payment.charge,
  payment_intent: declined,
});

export function list(data: readonly unknown[], more = false): ApiAnswer {
  return answer({ object: 'list', url: '/v1/…', has_more: more, data });
}

export function event(id: string, object: object, type = 'payment_intent.succeeded'): object {
  return {
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: NOW_SECONDS,
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: 'req_1', idempotency_key: null },
    type,
  };
}

/** A movement with its source in full, as `expand[]=data.source` gives it. */
export function transaction(type: string, source: unknown, given: Partial<Stripe.BalanceTransaction> = {}): object {
  return {
    id: `txn_3${type}`,
    object: 'balance_transaction',
    amount: 1999,
    available_on: NOW_SECONDS,
    balance_type: 'payments',
    created: NOW_SECONDS,
    currency: 'eur',
    description: null,
    exchange_rate: null,
    fee: 59,
    fee_details: [],
    net: 1940,
    reporting_category: type,
    source,
    status: 'pending',
    type,
    ...given,
  };
}

export const sale = charge(payment, 0);
export const refund = {
  id: 're_3Rf',
  object: 'refund',
  amount: 500,
  currency: 'eur',
  charge: payment.charge,
  payment_intent: payment.intent,
};
