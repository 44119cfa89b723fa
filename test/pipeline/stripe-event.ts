/** Small Stripe events in their real shape. */

export type StripeEvent = { readonly [name: string]: unknown };

/** `payment_intent.succeeded` of 50 dollars; `given` replaces members of the event. */
export function paymentSucceeded(given: StripeEvent = {}): string {
  return JSON.stringify({
    id: 'evt_1',
    object: 'event',
    api_version: '2026-10-28.endive',
    created: 1_795_472_698,
    data: { object: { id: 'pi_1', object: 'payment_intent', amount: 5000, amount_received: 5000, currency: 'usd', customer: 'cus_1' } },
    livemode: true,
    pending_webhooks: 1,
    type: 'payment_intent.succeeded',
    ...given,
  });
}

/** The same event in exactly so many bytes. */
export function paddedTo(bytes: number): string {
  const bare = Buffer.byteLength(paymentSucceeded({ note: '' }));
  return paymentSucceeded({ note: 'x'.repeat(bytes - bare) });
}
