import { describe, expect, it } from '@jest/globals';
import '@shopify/shopify-api/adapters/web-api';
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api';
import fc from 'fast-check';
import type { WebhookRequest } from '../../lambdas/core/provider.ts';
import shopify from '../../lambdas/providers/shopify.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { namesOf, type ProviderFixture, readAll, rightSecret, signedRequest, verifyOptions } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const order = {
  id: 5_678_901_234_567,
  admin_graphql_api_id: 'gid://shopify/Order/5678901234567',
  created_at: '2026-02-13T11:26:30-05:00',
  updated_at: '2026-02-13T11:26:35-05:00',
  currency: 'CAD',
  financial_status: 'paid',
  total_price: '36.99',
};

const refund = { id: 987_654_321, order_id: order.id, created_at: '2026-02-14T09:00:00-05:00', note: null };
const edited = { order_edit: { id: 78_912_328, order_id: order.id, created_at: '2026-02-14T09:00:00-05:00' } };

const headers = {
  'x-shopify-topic': 'orders/paid',
  'x-shopify-shop-domain': 'example-shop.myshopify.com',
  'x-shopify-api-version': '2026-01',
  'x-shopify-webhook-id': '0b4ac528-8803-4d9f-a3c8-a9c2b9423d12',
  'x-shopify-event-id': '34ae2d84-e1cb-43b5-aa9c-6096b4f831bd',
  'x-shopify-triggered-at': '2026-02-13T16:26:35.123456789Z',
};

const facts = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: '34ae2d84-e1cb-43b5-aa9c-6096b4f831bd',
  type: 'orders/paid',
  occurredAt: '2026-02-13T16:26:35.000Z',
  subject: '5678901234567',
  account: undefined,
  mode: undefined,
  authenticity: 'partial',
  signedFields: ['data'],
  contentType: 'application/json',
} as const;

const sample = (title: string, body: object, change: { readonly [name: string]: string } = {}) => ({
  title,
  id: 'unused',
  body: JSON.stringify(body),
  headers: { ...headers, ...change },
});
const under = (title: string, change: { readonly [name: string]: string }) => ({
  title,
  change: (request: WebhookRequest) => ({ ...request, headers: { ...request.headers, ...change } }),
});

const fixture: ProviderFixture = {
  provider: shopify,
  signedHeaders: ['x-shopify-hmac-sha256'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a paid order', order), expected: [facts] },
    {
      ...sample('a refund, which is never updated', refund, { 'x-shopify-topic': 'refunds/create' }),
      expected: [{ ...facts, type: 'refunds/create', occurredAt: '2026-02-14T14:00:00.000Z', subject: '987654321' }],
    },
    {
      ...sample('an edit, whose subject is the order', edited, { 'x-shopify-topic': 'orders/edited' }),
      expected: [{ ...facts, type: 'orders/edited', occurredAt: undefined }],
    },
    {
      ...sample('an id beyond 2^53, which names nothing', {}),
      body: JSON.stringify(order).replace('5678901234567', '820982911946154508'),
      expected: [{ ...facts, subject: undefined }],
    },
    { ...sample('an event without an id', order, { 'x-shopify-event-id': '' }), expected: [{ ...facts, eventId: null }] },
    { ...sample('an id that nobody could read', order, { 'x-shopify-event-id': 'a\u0000b' }), expected: [{ ...facts, eventId: null }] },
    { ...sample('an id longer than any', order, { 'x-shopify-event-id': 'x'.repeat(256) }), expected: [{ ...facts, eventId: null }] },
  ],
  redelivered: [{ ...sample('an indented body', order), again: JSON.stringify(order, null, 2) }],
  replayed: [
    under('another event id', { 'x-shopify-event-id': 'made-up' }),
    under('another webhook id, as a second subscription has it', { 'x-shopify-webhook-id': 'made-up' }),
    under('another time', { 'x-shopify-triggered-at': '2036-01-01T00:00:00Z' }),
    under('another shop and version', { 'x-shopify-shop-domain': 'other.myshopify.com', 'x-shopify-api-version': '2027-01' }),
  ],
  states: [
    { ...sample('two states of one order', order), next: JSON.stringify({ ...order, financial_status: 'refunded' }) },
    {
      ...sample('one body under two topics, as a new order that is paid at once', order, { 'x-shopify-topic': 'orders/create' }),
      next: JSON.stringify(order),
      nextHeaders: { 'x-shopify-topic': 'orders/paid' },
    },
  ],
  changed: [],
  odd: [
    { ...sample('a request without a topic', order, { 'x-shopify-topic': '' }), reason: 'no-type' },
    { ...sample('a topic in other letters', order, { 'x-shopify-topic': 'Orders/Paid' }), reason: 'bad-type' },
    { ...sample('a topic without its second part', order, { 'x-shopify-topic': 'orders' }), reason: 'bad-type' },
    {
      ...sample('two topics, joined as the HTTP API does it', order, { 'x-shopify-topic': 'orders/paid,orders/create' }),
      reason: 'bad-type',
    },
    { ...sample('a topic longer than any', order, { 'x-shopify-topic': `orders/${'x'.repeat(130)}` }), reason: 'bad-type' },
    { ...sample('a time without a zone', { ...order, updated_at: '2026-02-13T11:26:35' }), reason: 'bad-time' },
  ],
};

describeProvider(fixture);
describeVectors({
  provider: shopify,
  differs: { 'webhook-id-header-missing': 'the header is unsigned and nothing here needs it: a payment is not refused for it' },
});

it('makes of a request that is sent again under another topic one event more and no second one of the first type', () => {
  const request = signedRequest(fixture, sample('', order));
  const again = { ...request, headers: { ...request.headers, 'x-shopify-topic': 'orders/cancelled' } };
  expect(shopify.verify(again, [rightSecret(fixture)], verifyOptions(fixture)).valid).toBe(true);
  const readings = [request, again, request, again].flatMap((each) => shopify.events(each));
  expect(readings).toMatchObject(
    ['orders/paid', 'orders/cancelled', 'orders/paid', 'orders/cancelled'].map((type) => ({ type, authenticity: 'partial' })),
  );
  expect(new Set(namesOf(readings).map(({ identity }) => identity)).size).toBe(2);
});

it('keeps a topic that Shopify does not have as odd, known by its body alone: a replay cannot go on making events', () => {
  for (const topic of ['x/a1', 'orders/paid/1', 'orders/paid2', 'orders']) {
    const [reading] = readAll(fixture, sample('', order, { 'x-shopify-topic': topic }));
    expect(reading).toMatchObject({ kind: 'odd', reason: 'bad-type' });
    expect(reading).not.toHaveProperty('identity');
  }
});

it('looks for the topic and the id in no prototype', () => {
  const request = signedRequest(fixture, sample('', order));
  expect(shopify.events({ ...request, headers: Object.create(request.headers) })).toMatchObject([{ kind: 'odd', reason: 'no-type' }]);
});

describe("in comparison with Shopify's own library", () => {
  const theirsFor = (apiSecretKey: string) =>
    shopifyApi({
      apiKey: 'unused',
      apiSecretKey,
      hostName: 'hooks.shop.example',
      apiVersion: ApiVersion.January26,
      isEmbeddedApp: true,
      logger: { level: LogSeverity.Error },
    });

  it('agrees on each body, secret and signature, right or altered', async () => {
    const seen = { valid: 0, refused: 0 };
    const texts = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
    const secrets = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }).filter((secret) => secret.trim() !== '');
    const changes = fc.constantFrom<(signature: string) => string>(
      (signature) => signature,
      (signature) => signature.slice(4),
      (signature) => signature.replace('=', ''),
      (signature) => Buffer.from(signature, 'base64').toString('hex'),
      (signature) => Buffer.from(signature, 'base64').toString('base64url'),
    );
    const property = fc.asyncProperty(texts, secrets, changes, fc.boolean(), async (text, secret, change, altered) => {
      const body = text.toWellFormed();
      const signed = shopify.sign({ body: Buffer.from(body), secret, nowSeconds: 0, id: '' }).headers['x-shopify-hmac-sha256'] ?? '';
      const sent = altered ? `${body} ` : body;
      const all = { ...headers, 'x-shopify-hmac-sha256': change(signed) };
      const rawRequest = new Request('https://hooks.shop.example/', { method: 'POST', headers: all, body: sent });
      const theirs = await theirsFor(secret).webhooks.validate({ rawBody: sent, rawRequest });
      const request = { headers: all, body: Buffer.from(sent) };
      const ours = shopify.verify(request, [{ id: 'main', secret }], { nowSeconds: 0, toleranceSeconds: 300 });
      expect(ours.valid).toBe(theirs.valid);
      seen[theirs.valid ? 'valid' : 'refused'] += 1;
    });
    await fc.assert(property, { seed: 20_261_124, numRuns: 500 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(40);
  });
});
