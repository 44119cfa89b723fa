import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import lemonsqueezy from '../../lambdas/providers/lemonsqueezy.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import type { ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const link = (expires: number) => `https://shop.lemonsqueezy.com/billing?expires=${expires}&signature=${String(expires).repeat(3)}`;

const attributes = {
  store_id: 40217,
  customer_id: 3120984,
  order_id: 5093311,
  status: 'active',
  first_subscription_item: { id: 1204, quantity: 1, price_id: 77120 },
  urls: { update_payment_method: link(1771086395), customer_portal: link(1771086395) },
  renews_at: '2026-03-13T16:26:30.000000Z',
  updated_at: '2026-02-13T16:26:35.000000Z',
  test_mode: false,
};

const updated = {
  meta: { test_mode: false, event_name: 'subscription_updated', webhook_id: '5c1d2f7e', custom_data: { user_id: '7714' } },
  data: { type: 'subscriptions', id: '1530226', attributes },
};

const withMeta = (change: object) => ({ ...updated, meta: { ...updated.meta, ...change } });
const withAttributes = (change: object) => ({ ...updated, data: { ...updated.data, attributes: { ...attributes, ...change } } });

const facts = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: null,
  type: 'subscription_updated',
  occurredAt: '2026-02-13T16:26:35.000Z',
  subject: '1530226',
  account: undefined,
  mode: 'live',
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const headers = { 'x-event-name': 'subscription_updated' };
const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event), headers });
const digits = (total: string) => JSON.stringify(withAttributes({ total: 12345 })).replace('12345', total);

const fixture: ProviderFixture = {
  provider: lemonsqueezy,
  signedHeaders: ['x-signature'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a change of a subscription', updated), expected: [facts] },
    { ...sample('an event of the test mode', withMeta({ test_mode: true })), expected: [{ ...facts, mode: 'test' }] },
    {
      ...sample('an event that only its object calls a test', {
        ...withAttributes({ test_mode: true }),
        meta: { event_name: 'subscription_updated' },
      }),
      expected: [{ ...facts, mode: 'test' }],
    },
    {
      ...sample('an object without attributes and with a number as its id', {
        meta: { event_name: 'order_created' },
        data: { id: 846188 },
      }),
      expected: [{ ...facts, type: 'order_created', occurredAt: undefined, subject: '846188', mode: undefined }],
    },
  ],
  redelivered: [
    { ...sample('an indented body', updated), again: JSON.stringify(updated, null, 2) },
    {
      ...sample('a delivery whose links are signed anew', updated),
      again: JSON.stringify(withAttributes({ urls: { update_payment_method: link(1771086420), customer_portal: link(1771086420) } })),
    },
    { ...sample('a delivery with another webhook_id', updated), again: JSON.stringify(withMeta({ webhook_id: '9b02aa41' })) },
  ],
  replayed: [
    {
      title: 'another name of the event in its header, which is not signed',
      change: (request) => ({ ...request, headers: { ...request.headers, 'x-event-name': 'order_created' } }),
    },
    {
      title: 'no name of the event in a header',
      change: ({ headers: { 'x-event-name': _, ...others }, ...request }) => ({ ...request, headers: others }),
    },
  ],
  states: [
    { ...sample('two changes of a subscription in one second', updated), next: JSON.stringify(withAttributes({ status: 'past_due' })) },
    {
      ...sample('two changes a second apart', updated),
      next: JSON.stringify(withAttributes({ updated_at: '2026-02-13T16:26:36.000000Z' })),
    },
    { ...sample('two events about one state', updated), next: JSON.stringify(withMeta({ event_name: 'subscription_resumed' })) },
    { ...sample('one event in both modes', updated), next: JSON.stringify(withMeta({ test_mode: true })) },
    { title: 'amounts whose numbers would be the same', id: '', body: digits('9007199254740993'), next: digits('9007199254740992') },
    { title: 'fractions whose numbers would be the same', id: '', body: digits('0.10'), next: digits('0.1000000000000000001') },
  ],
  changed: [],
  odd: [
    { ...sample('an event without a name', withMeta({ event_name: undefined })), reason: 'no-type' },
    { ...sample('a time that is none', withAttributes({ updated_at: 'yesterday' })), reason: 'bad-time' },
    { ...sample('a mode that is none', withMeta({ test_mode: 'no' })), reason: 'bad-mode' },
    { ...sample('a list as the id', { ...updated, data: { ...updated.data, id: [] } }), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: lemonsqueezy, differs: {} });

describe('in comparison with the formula of the documentation', () => {
  it('agrees on each body and secret, right or altered', () => {
    const seen = { valid: 0, refused: 0 };
    const secrets = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }).filter((secret) => secret.trim() !== '');
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), secrets, fc.boolean(), (body, secret, altered) => {
      const signature = createHmac('sha256', Buffer.from(secret)).update(body).digest('hex');
      const request = { headers: { 'x-signature': signature }, body: altered ? Buffer.concat([body, Buffer.from('\n')]) : body };
      const options = { nowSeconds: 0, toleranceSeconds: 300 };
      expect(lemonsqueezy.verify(request, [{ id: 'main', secret }], options).valid).toBe(!altered);
      expect(lemonsqueezy.sign({ body, secret, nowSeconds: 0, id: '' }).headers).toEqual({ 'x-signature': signature });
      seen[altered ? 'refused' : 'valid'] += 1;
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 500 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(150);
  });
});
