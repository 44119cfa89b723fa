/** What the server posts to an endpoint. */
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { systemClock } from '../../../lambdas/aws/system-clock.ts';
import { bodyOf } from '../../../local/body-of.ts';
import { type LoopbackServer, listenOnLoopback } from '../../../local/loopback-server.ts';
import { type StripeServer, type StripeServerOptions, startStripeServer } from '../../../local/provider-server/stripe-server.ts';
import { seededFraction } from '../../../local/seeded-fraction.ts';

const SECRET = 'whsec_local1';
const PAY = { amount: 1099, currency: 'eur', confirm: true, payment_method: 'pm_card_visa', payment_method_types: ['card'] };

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

type Posted = { readonly type: string; readonly event: Stripe.Event };

/** An endpoint that answers each try with the next status, and then with 200. */
async function startEndpoint(statuses: readonly number[] = []): Promise<LoopbackServer & { readonly posted: Posted[] }> {
  const posted: Posted[] = [];
  const left = [...statuses];
  const server: Server = createServer(async (request, reply) => {
    const body = await bodyOf(request);
    const event = new Stripe('sk_test_local1').webhooks.constructEvent(body, String(request.headers['stripe-signature']), SECRET);
    posted.push({ type: event.type, event });
    reply.writeHead(left.shift() ?? 200, { location: '/' }).end('thanks');
  });
  const endpoint = await listenOnLoopback(server);
  stops.push(endpoint.stop);
  return { ...endpoint, posted };
}

async function startTelling(
  url: string,
  more: Partial<StripeServerOptions['webhooks']> = {},
): Promise<{ server: StripeServer; stripe: Stripe }> {
  const retry = { baseMillis: 5, capMillis: 20, attemptsMax: 5 };
  const webhooks = {
    url,
    secret: SECRET,
    retry,
    types: ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded'],
    ...more,
  };
  const server = await startStripeServer({ clock: systemClock, random: { fraction: seededFraction(1) }, webhooks });
  stops.push(server.stop);
  const { hostname, port } = new URL(server.url);
  return {
    server,
    stripe: new Stripe('sk_test_local1', { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false }),
  };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if (await isSo()) return;
    await systemClock.sleep(5);
  }
  throw new Error('It never came so.');
}

const undelivered = async (stripe: Stripe) => (await stripe.events.list({ delivery_success: false })).data.map(({ type }) => type);

describe('an event', () => {
  it('is posted as the library verifies it, with the content of the list', async () => {
    const endpoint = await startEndpoint();
    const { stripe } = await startTelling(endpoint.url);
    const { id } = await stripe.paymentIntents.create(PAY);
    await until(async () => endpoint.posted.length === 3 && (await undelivered(stripe)).length === 0);
    expect(endpoint.posted.map(({ type }) => type).sort()).toEqual([
      'charge.succeeded',
      'payment_intent.created',
      'payment_intent.succeeded',
    ]);
    for (const { event } of endpoint.posted) expect(await stripe.events.retrieve(event.id)).toEqual({ ...event, pending_webhooks: 0 });
    expect(endpoint.posted.find(({ type }) => type === 'payment_intent.succeeded')?.event.data.object).toMatchObject({ id });
  });

  it('is posted again until it is answered with 2xx: not with an error, and not with a redirect', async () => {
    const endpoint = await startEndpoint([500, 302, 404]);
    const { stripe } = await startTelling(endpoint.url, { types: ['payment_intent.succeeded'] });
    await stripe.paymentIntents.create(PAY);
    await until(async () => (await undelivered(stripe)).length === 0);
    expect(endpoint.posted).toHaveLength(4);
    expect(new Set(endpoint.posted.map(({ event }) => event.id)).size).toBe(1);
  });

  it('is given up in the end, and by nobody when the endpoint is away', async () => {
    const endpoint = await startEndpoint();
    await endpoint.stop();
    const { server, stripe } = await startTelling(endpoint.url, { types: ['payment_intent.succeeded'] });
    await stripe.paymentIntents.create({ ...PAY, capture_method: 'automatic' });
    await until(() => server.model.nextAtMillis() === undefined);
    expect(await undelivered(stripe)).toEqual(['payment_intent.succeeded']);
  });

  it('that the caller drops is never posted', async () => {
    const endpoint = await startEndpoint();
    const { stripe } = await startTelling(endpoint.url, { dropped: ({ type }) => type === 'charge.succeeded' });
    await stripe.paymentIntents.create(PAY);
    await until(async () => (await undelivered(stripe)).length === 1);
    expect(await undelivered(stripe)).toEqual(['charge.succeeded']);
    expect(endpoint.posted.map(({ type }) => type)).not.toContain('charge.succeeded');
  });
});

it('a server that is stopped ends what it is posting, and posts nothing more', async () => {
  const held: Server = createServer(() => undefined);
  const endpoint = await listenOnLoopback(held);
  stops.push(endpoint.stop);
  const { server, stripe } = await startTelling(endpoint.url);
  await stripe.paymentIntents.create(PAY);
  const connections = () => new Promise<number>((resolve) => held.getConnections((_error, count) => resolve(count)));
  await until(async () => (await connections()) === 3);
  await server.stop();
  await until(async () => (await connections()) === 0);
});

it('a request that is slow does not hold up the end of the server', async () => {
  const server = await startStripeServer({
    clock: systemClock,
    random: { fraction: seededFraction(1) },
    fates: () => ({ millisBefore: 60_000 }),
  });
  const call = fetch(`${server.url}/v1/events`, { headers: { authorization: 'Bearer sk_test_local1' } }).catch(() => 'cut');
  await systemClock.sleep(50);
  await server.stop();
  expect(await call).toBe('cut');
});
