/** The local provider server, called by Stripe's own library. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { systemClock } from '../../../lambdas/aws/system-clock.ts';
import type { RequestFate } from '../../../local/provider-server/request-fate.ts';
import { type StripeServer, type StripeServerOptions, startStripeServer } from '../../../local/provider-server/stripe-server.ts';
import { seededFraction } from '../../../local/seeded-fraction.ts';

const KEY = 'sk_test_local1';
const REFERENCE = { oncehook_payment: 'pay_1' };
const BY_CARD = { amount: 1099, currency: 'eur', confirm: true, payment_method: 'pm_card_visa', payment_method_types: ['card'] };

let fate: Partial<RequestFate>;
let server: StripeServer;
let stripe: Stripe;

const clientOf = ({ url }: StripeServer, more: object = {}) => {
  const { hostname, port } = new URL(url);
  return new Stripe(KEY, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...more });
};
const start = (more: Partial<StripeServerOptions> = {}) =>
  startStripeServer({
    clock: systemClock,
    random: { fraction: seededFraction(1) },
    lag: { searchMillis: () => 0 },
    fates: () => fate,
    isKey: (key) => key === KEY,
    ...more,
  });

beforeEach(async () => {
  fate = {};
  server = await start();
  stripe = clientOf(server);
});
afterEach(() => server.stop());

/** What the call is refused with. */
const refusal = (call: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> =>
  call.then(
    () => {
      throw new Error('It was not refused.');
    },
    (error) => error,
  );

describe('a payment intent', () => {
  it('is created, and confirmed later', async () => {
    const created = await stripe.paymentIntents.create({ amount: 500, currency: 'usd', metadata: REFERENCE });
    expect(created).toMatchObject({
      object: 'payment_intent',
      status: 'requires_payment_method',
      amount: 500,
      metadata: REFERENCE,
      latest_charge: null,
    });
    const confirmed = await stripe.paymentIntents.confirm(created.id, {
      payment_method: 'pm_card_visa',
      return_url: 'https://example.com/',
    });
    expect(confirmed).toMatchObject({ id: created.id, status: 'succeeded', amount_received: 500 });
    expect(await stripe.paymentIntents.retrieve(created.id)).toEqual(confirmed);
  });

  it('is declined as a card error that names the intent', async () => {
    const error = await refusal(
      stripe.paymentIntents.create({ ...BY_CARD, payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds' }),
    );
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'insufficient_funds' });
    expect(error.payment_intent).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: { charge: error.charge },
    });
    expect(await stripe.charges.retrieve(error.charge ?? '')).toMatchObject({ status: 'failed', paid: false });
  });
});
