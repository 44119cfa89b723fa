/** Stripe's own library as the judge: it sends the same calls, and sorts the same answers in the same way. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import type { ApiAnswer, ApiRequest } from '../../lambdas/core/provider-api.ts';
import api from '../../lambdas/provider-apis/stripe.ts';
import { answer, asked, declinedAnswer, errorAnswer, list, paid } from './stripe-answers.ts';

const KEY = 'sk_test_51OncehookOncehook';
const WINDOW = { fromSeconds: 1_795_000_000, toSeconds: 1_795_003_600 };
const CREATED = { gte: WINDOW.fromSeconds, lt: WINDOW.toSeconds };

type Sent = { readonly method: string; readonly url: URL; readonly headers: IncomingMessage['headers']; readonly body: string };

let sent: Sent[] = [];
let reply: ApiAnswer = answer({});

const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const { method = '', url = '', headers } = incoming;
    sent.push({ method, url: new URL(url, 'http://127.0.0.1'), headers, body: Buffer.concat(chunks).toString() });
    outgoing.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(reply.body);
  });
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** What the library sends and makes of the answer. */
async function theirs<T>(call: (stripe: Stripe) => Promise<T>, given: ApiAnswer) {
  sent = [];
  reply = given;
  const { port } = server.address() as AddressInfo;
  const stripe = new Stripe(KEY, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
  const result = await call(stripe).catch((error: unknown) => error as Error);
  return { result, request: sent[0] as Sent };
}

/** Names and values in one order; a list's places are not counted. */
function parameters(text: string): string[] {
  return [...new URLSearchParams(text)].map(([name, value]) => `${name.replace(/\[\d+\]$/, '[]')}=${value}`).sort();
}

function said({ method, path, body = '', headers }: ApiRequest) {
  const url = new URL(path, api.origin);
  return {
    method,
    path: url.pathname,
    query: parameters(url.search),
    body: parameters(body),
    ...headersOf({ ...headers, ...api.authorization(KEY) }),
  };
}

function headersOf(headers: { readonly [name: string]: unknown }) {
  return Object.fromEntries(['authorization', 'stripe-version', 'idempotency-key'].map((name) => [name, headers[name]]));
}

describe('the same call of the library', () => {
  const { charge, events, transactions } = api;
  const page = { created: CREATED, limit: 100 };
  const create = (stripe: Stripe) =>
    stripe.paymentIntents.create(
      {
        amount: asked.amount,
        currency: asked.currency,
        payment_method: asked.paymentMethod,
        customer: 'cus_1',
        confirm: true,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        metadata: { oncehook_payment: asked.id, oncehook_reference: asked.reference },
      },
      { idempotencyKey: 'key-1' },
    );

  it.each<[string, ApiRequest, (stripe: Stripe) => Promise<unknown>]>([
    ['a charge', charge.withKey(charge.request({ ...asked, customer: 'cus_1' }), 'key-1'), create],
    ['a look-up', charge.one.request('pi_3a'), (stripe) => stripe.paymentIntents.retrieve('pi_3a')],
    [
      'a search',
      charge.search.request(asked.id),
      (stripe) => stripe.paymentIntents.search({ query: `metadata["oncehook_payment"]:"${asked.id}"`, limit: 100 }),
    ],
    [
      'a list of payments',
      charge.list.request(WINDOW, 'pi_3a'),
      (stripe) => stripe.paymentIntents.list({ ...page, starting_after: 'pi_3a' }),
    ],
    ['a list of events', events.request(WINDOW), (stripe) => stripe.events.list({ ...page, limit: 50 })],
    [
      'a list of movements',
      transactions.request(WINDOW),
      (stripe) => stripe.balanceTransactions.list({ ...page, expand: ['data.source'] }),
    ],
  ])('%s has the same parameters, version and key', async (_, ours, call) => {
    const { request } = await theirs(call, list([]));
    expect(said(ours)).toEqual({
      method: request.method,
      path: request.url.pathname,
      query: parameters(request.url.search),
      body: parameters(request.body),
      ...headersOf(request.headers),
    });
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it.each<[string, ApiAnswer, string]>([
    ['StripeCardError', declinedAnswer, 'payment'],
    ['StripeIdempotencyError', errorAnswer(400, { type: 'idempotency_error' }), 'key-mismatch'],
    ['StripeInvalidRequestError', errorAnswer(400, { type: 'invalid_request_error', code: 'parameter_missing' }), 'refused'],
    ['StripeInvalidRequestError', errorAnswer(404, { type: 'invalid_request_error', code: 'resource_missing' }), 'refused'],
    ['StripeRateLimitError', errorAnswer(429, { type: 'invalid_request_error', code: 'lock_timeout' }), 'again'],
    ['StripeRateLimitError', errorAnswer(400, { type: 'invalid_request_error', code: 'rate_limit' }), 'again'],
    ['StripeAuthenticationError', errorAnswer(401, { type: 'invalid_request_error' }), 'unauthorized'],
    ['StripePermissionError', errorAnswer(403, { type: 'invalid_request_error' }), 'unauthorized'],
    ['StripeAPIError', errorAnswer(500, { type: 'api_error' }), 'unknown'],
    ['StripeAPIError', errorAnswer(503, { type: 'api_error' }), 'unknown'],
    // The library tries each 409 again.
    ['StripeAPIError', errorAnswer(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' }), 'again'],
  ])('makes a %s of what we read', async (type, given, kind) => {
    const { result } = await theirs(create, given);
    expect({ type: (result as { readonly type?: string }).type, kind: charge.read(given).kind }).toEqual({ type, kind });
  });

  it('reads the same payment', async () => {
    const { result } = await theirs(create, answer(paid));
    const reading = charge.read(answer(paid));
    expect(reading).toMatchObject({
      payment: { objectId: (result as Stripe.PaymentIntent).id, amount: (result as Stripe.PaymentIntent).amount },
    });
  });

  it('is made for the same version of the API', () => {
    expect(charge.one.request('pi_3a').headers).toEqual({ 'stripe-version': Stripe.API_VERSION });
  });
});
