/** The Stripe events that the ledger books. */
import type { ConsumerSample } from '../contracts/consumer-sample.ts';

/** A payment of so many cents; `given` replaces members of its payment intent. */
export function payment(intent: string, amount: unknown, given: object = {}): ConsumerSample {
  const object = { id: intent, object: 'payment_intent', amount_received: amount, currency: 'usd', customer: 'cus_1', ...given };
  return { provider: 'stripe', type: 'payment_intent.succeeded', subject: intent, data: { data: { object } } };
}

/** All that was refunded of a charge so far, in cents. */
export function refund(charge: string, refundedSoFar: unknown, given: object = {}): ConsumerSample {
  const object = { id: charge, object: 'charge', amount_refunded: refundedSoFar, currency: 'usd', customer: 'cus_1', ...given };
  return { provider: 'stripe', type: 'charge.refunded', subject: charge, data: { data: { object } } };
}
