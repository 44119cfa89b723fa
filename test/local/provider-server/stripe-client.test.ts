/** The local provider server, called by Stripe's own library: what that expects, the server must do. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { systemClock } from '../../../lambdas/aws/system-clock.ts';
import type { RequestFate } from '../../../local/provider-server/request-fate.ts';
import { type StripeServer, startStripeServer } from '../../../local/provider-server/stripe-server.ts';
import { seededFraction } from '../../../local/seeded-fraction.ts';

const KEY = 'sk_test_local1';
const REFERENCE = { oncehook_payment: 'pay_1' };
const BY_CARD = { amount: 1099, currency: 'eur', confirm: true, payment_method: 'pm_card_visa', payment_method_types: ['card'] };

/** Of the next requests, in their order; those after them have none. */
let fates: Partial<RequestFate>[];
/** A request whose fate takes time takes it until this is called. */
let letGo: () => void;
let server: StripeServer;
let stripe: Stripe;

beforeEach(async () => {
  fates = [];
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  server = await startStripeServer({
    clock: { ...systemClock, sleep: () => released },
    random: { fraction: seededFraction(1) },
    lag: { searchMillis: () => 0 },
    fates: () => fates.shift() ?? {},
    isKey: (key) => key === KEY,
  });
  stripe = clientOf(KEY);
});
afterEach(() => server.stop());

function clientOf(key: string, more: object = {}): Stripe {
  const { hostname, port } = new URL(server.url);
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...more });
}

/** What the call is refused with. */
async function refusal(call: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const answer = await call.catch((error: unknown) => error);
  if (answer instanceof Stripe.errors.StripeError) return answer;
  throw new Error(`It was not refused: ${JSON.stringify(answer)}`);
}

async function until(isSo: () => boolean): Promise<void> {
  for (let look = 0; !isSo(); look += 1) {
    if (look > 1_000) throw new Error('It never came so.');
    await systemClock.sleep(2);
  }
}

const idsOf = (objects: readonly { readonly id: string }[]) => objects.map(({ id }) => id);

describe('a payment intent', () => {
  it('is created, and confirmed later', async () => {
    const created = await stripe.paymentIntents.create({ amount: 500, currency: 'usd', metadata: REFERENCE });
    expect(created).toMatchObject({ object: 'payment_intent', status: 'requires_payment_method', amount: 500, metadata: REFERENCE });
    const confirmed = await stripe.paymentIntents.confirm(created.id, {
      payment_method: 'pm_card_visa',
      return_url: 'https://example.com/',
    });
    expect(confirmed).toMatchObject({ id: created.id, status: 'succeeded', amount_received: 500 });
    expect(await stripe.paymentIntents.retrieve(created.id)).toEqual(confirmed);
  });

  it('is paid in one request, without redirects', async () => {
    const automatic_payment_methods = { enabled: true, allow_redirects: 'never' } as const;
    const paid = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      confirm: true,
      payment_method: 'pm_card_visa',
      automatic_payment_methods,
    });
    expect(paid).toMatchObject({ status: 'succeeded', automatic_payment_methods, livemode: false });
  });

  it('is updated and canceled', async () => {
    const { id } = await stripe.paymentIntents.create({ amount: 500, currency: 'usd', metadata: { a: '1' } });
    expect((await stripe.paymentIntents.update(id, { metadata: { a: null, b: '2' } })).metadata).toEqual({ b: '2' });
    expect(await stripe.paymentIntents.cancel(id, { cancellation_reason: 'duplicate' })).toMatchObject({ status: 'canceled' });
  });

  it('names the API version and the request in the headers that the library reads', async () => {
    const { lastResponse } = await stripe.paymentIntents.create(BY_CARD, { idempotencyKey: 'key-1' });
    expect(lastResponse).toMatchObject({
      statusCode: 200,
      requestId: expect.stringMatching(/^req_/),
      apiVersion: '2026-10-28.endive',
      idempotencyKey: 'key-1',
    });
  });
});

describe('an error has the class of the library', () => {
  it('StripeCardError for a decline, with the intent', async () => {
    const error = await refusal(
      stripe.paymentIntents.create({ ...BY_CARD, payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds' }),
    );
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'insufficient_funds' });
    expect(error.payment_intent).toMatchObject({ status: 'requires_payment_method', last_payment_error: { charge: error.charge } });
    expect(await stripe.charges.retrieve(error.charge ?? '')).toMatchObject({ status: 'failed', paid: false });
  });

  it('StripeInvalidRequestError for what is not there and for what is wrong', async () => {
    const unknown = await refusal(stripe.paymentIntents.create({ ...BY_CARD, payment_method: 'pm_nobody' }));
    expect(unknown).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(unknown).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'payment_method' });
    const missing = await refusal(stripe.paymentIntents.retrieve('pi_nobody'));
    expect(missing).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(missing).toMatchObject({ statusCode: 404, code: 'resource_missing' });
    const small = await refusal(stripe.paymentIntents.create({ ...BY_CARD, amount: 1 }));
    expect(small).toMatchObject({ statusCode: 400, code: 'amount_too_small', requestId: expect.stringMatching(/^req_/) });
  });

  it('StripeIdempotencyError for a key with other parameters', async () => {
    await stripe.paymentIntents.create(BY_CARD, { idempotencyKey: 'key-1' });
    const error = await refusal(stripe.paymentIntents.create({ ...BY_CARD, amount: 500 }, { idempotencyKey: 'key-1' }));
    expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
  });

  it('StripeAuthenticationError for another key, which it does not repeat', async () => {
    const error = await refusal(clientOf('sk_test_somebody_else').balanceTransactions.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(error.message).not.toContain('somebody');
  });

  it('StripePermissionError for a connected account: there is none', async () => {
    const error = await refusal(stripe.paymentIntents.list({}, { stripeAccount: 'acct_1' }));
    expect(error).toBeInstanceOf(Stripe.errors.StripePermissionError);
  });

  it.each(['rate limited', 'locked'] as const)('StripeRateLimitError for %s', async (execution) => {
    fates = [{ execution }];
    expect(await refusal(stripe.paymentIntents.create(BY_CARD))).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
  });

  it.each(['unavailable', 'fails before', 'fails halfway', 'fails after'] as const)('StripeAPIError for %s', async (execution) => {
    fates = [{ execution }];
    expect(await refusal(stripe.paymentIntents.create(BY_CARD))).toBeInstanceOf(Stripe.errors.StripeAPIError);
  });

  it('StripeAPIError for a key that is in use', async () => {
    fates = [{ millisBefore: 1 }];
    const first = stripe.paymentIntents.create(BY_CARD, { idempotencyKey: 'key-1' });
    await until(() => fates.length === 0);
    const second = await refusal(stripe.paymentIntents.create(BY_CARD, { idempotencyKey: 'key-1' }));
    expect(second).toMatchObject({ type: 'StripeAPIError', statusCode: 409, code: 'idempotency_key_in_use' });
    letGo();
    expect(await first).toEqual(await stripe.paymentIntents.create(BY_CARD, { idempotencyKey: 'key-1' }));
    expect(server.model.inspection.executions()).toHaveLength(1);
  });
});

describe('an answer that is lost', () => {
  it('is a replayed answer on the second try that the library makes by itself: paid once', async () => {
    fates = [{ answer: 'lost' }];
    const paid = await stripe.paymentIntents.create({ ...BY_CARD, metadata: REFERENCE });
    expect(paid.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(server.model.inspection.chargesFor('pay_1')).toHaveLength(1);
  });

  it('twice is a connection error, and the payment is there all the same', async () => {
    fates = [{ answer: 'lost' }, { answer: 'lost' }];
    const error = await refusal(stripe.paymentIntents.create({ ...BY_CARD, metadata: REFERENCE }));
    expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    const { data } = await stripe.paymentIntents.search({ query: 'metadata["oncehook_payment"]:"pay_1"' });
    expect(data).toMatchObject([{ status: 'succeeded', metadata: REFERENCE }]);
  });

  it('because the caller did not wait for it comes with the next try', async () => {
    fates = [{ millisAfter: 1 }];
    const impatient = refusal(stripe.paymentIntents.create(BY_CARD, { idempotencyKey: 'key-1', timeout: 250 }));
    await until(() => server.model.inspection.executions().length === 1);
    expect(await impatient).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    letGo();
    const paid = await stripe.paymentIntents.create(BY_CARD, { idempotencyKey: 'key-1' });
    expect([paid.status, paid.lastResponse.headers['idempotent-replayed']]).toEqual(['succeeded', 'true']);
  });
});

describe('a list of several pages', () => {
  it('is read to its end by the library, forwards and backwards', async () => {
    const made: string[] = [];
    for (let number = 0; number < 7; number += 1)
      made.unshift((await stripe.paymentIntents.create({ amount: 500 + number, currency: 'usd' })).id);
    expect(idsOf(await stripe.paymentIntents.list({ limit: 3 }).autoPagingToArray({ limit: 100 }))).toEqual(made);
    const [oldest] = made.slice(-1);
    const newer = await stripe.paymentIntents.list({ limit: 2, ending_before: oldest ?? '' }).autoPagingToArray({ limit: 100 });
    expect(idsOf(newer)).toEqual(made.slice(0, -1).reverse());
    const nowSeconds = Math.floor(systemClock.nowMillis() / 1000);
    expect((await stripe.paymentIntents.list({ created: { gt: nowSeconds } })).data).toEqual([]);
    expect((await stripe.paymentIntents.list({ created: { gte: nowSeconds - 60, lt: nowSeconds + 60 }, limit: 100 })).data).toHaveLength(7);
  });

  it('of a search too', async () => {
    for (let number = 0; number < 5; number += 1) await stripe.paymentIntents.create({ amount: 500, currency: 'usd', metadata: REFERENCE });
    const found = await stripe.paymentIntents
      .search({ query: 'metadata["oncehook_payment"]:"pay_1"', limit: 2 })
      .autoPagingToArray({ limit: 100 });
    expect(new Set(idsOf(found)).size).toBe(5);
  });
});

it('what happened to a payment and its refund is read as events and as balance transactions', async () => {
  const { id } = await stripe.paymentIntents.create({ ...BY_CARD, capture_method: 'automatic', metadata: REFERENCE });
  const refund = await stripe.refunds.create({ payment_intent: id, amount: 99 });
  expect(refund).toMatchObject({ object: 'refund', amount: 99, status: 'succeeded' });
  const events = await stripe.events
    .list({ types: ['payment_intent.succeeded', 'charge.refunded'], delivery_success: true })
    .autoPagingToArray({ limit: 10 });
  expect(events).toMatchObject([
    { type: 'charge.refunded', data: { object: { metadata: REFERENCE, amount_refunded: 99 } } },
    { type: 'payment_intent.succeeded', data: { object: { id, metadata: REFERENCE } } },
  ]);
  expect(await stripe.events.retrieve(events[0]?.id ?? '')).toEqual(events[0]);
  const moved = await stripe.balanceTransactions.list({ expand: ['data.source'] });
  expect(moved.data).toMatchObject([
    { amount: -99, type: 'refund', source: { id: refund.id } },
    { amount: 1099, type: 'charge', source: { object: 'charge', payment_intent: id } },
  ]);
  expect((await stripe.balanceTransactions.list({ type: 'refund' })).data).toHaveLength(1);
  expect((await stripe.refunds.list({ payment_intent: id })).data).toMatchObject([{ id: refund.id }]);
});
