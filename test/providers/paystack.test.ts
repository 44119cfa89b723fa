import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import paystack from '../../lambdas/providers/paystack.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import type { ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const charged = {
  event: 'charge.success',
  data: {
    id: 5118204417,
    domain: 'live',
    status: 'success',
    reference: 'ord-20260213-7k2m',
    amount: 745000,
    currency: 'NGN',
    paid_at: '2026-02-13T16:26:34.000Z',
    created_at: '2026-02-13T16:25:58.000Z',
    customer: { id: 88120, email: 'ada@shop.example', customer_code: 'CUS_m3n8q2v6' },
  },
};

const disputed = {
  event: 'charge.dispute.create',
  data: {
    id: 640218,
    domain: 'live',
    status: 'awaiting-merchant-feedback',
    transaction: { id: 5118204417, reference: 'ord-20260213-7k2m' },
    transaction_reference: null,
    created_at: '2026-02-14T09:00:00.000Z',
    updated_at: '2026-02-14T09:00:02.000Z',
  },
};

const refunded = {
  event: 'refund.processed',
  data: { status: 'processed', transaction_reference: 'ord-20260213-7k2m', refund_reference: '881203', amount: '745000', domain: 'live' },
};

const renewed = {
  event: 'invoice.update',
  data: {
    domain: 'test',
    invoice_code: 'INV_q8w2e5r7',
    paid: true,
    paid_at: null,
    created_at: '2026-02-13T00:00:03.000Z',
    transaction: { reference: 'x' },
  },
};

const facts = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: null,
  type: 'charge.success',
  occurredAt: '2026-02-13T16:26:34.000Z',
  subject: 'ord-20260213-7k2m',
  account: undefined,
  mode: 'live',
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event) });
const withData = (change: object) => ({ ...charged, data: { ...charged.data, ...change } });

const fixture: ProviderFixture = {
  provider: paystack,
  signedHeaders: ['x-paystack-signature'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a payment', charged), expected: [facts] },
    {
      ...sample('a dispute, which is the subject by its id', disputed),
      expected: [{ ...facts, type: 'charge.dispute.create', occurredAt: '2026-02-14T09:00:02.000Z', subject: '640218' }],
    },
    {
      ...sample('a refund without an id and a time, known by its payment', refunded),
      expected: [{ ...facts, type: 'refund.processed', occurredAt: undefined }],
    },
    {
      ...sample('an invoice of the test mode', renewed),
      expected: [{ ...facts, type: 'invoice.update', occurredAt: '2026-02-13T00:00:03.000Z', subject: 'INV_q8w2e5r7', mode: 'test' }],
    },
    {
      ...sample('an event about a customer, without mode and subject', { event: 'customeridentification.success', data: {} }),
      expected: [{ ...facts, type: 'customeridentification.success', occurredAt: undefined, subject: undefined, mode: undefined }],
    },
  ],
  redelivered: [{ ...sample('an indented body', charged), again: JSON.stringify(charged, null, 2) }],
  replayed: [
    {
      title: 'another address it seems to come from, which is not signed',
      change: (request) => ({ ...request, headers: { ...request.headers, 'x-forwarded-for': '203.0.113.9' } }),
    },
    { title: 'a query', change: (request) => ({ ...request, query: 'event=charge.failed' }) },
  ],
  states: [
    {
      ...sample('two states of one dispute', disputed),
      next: JSON.stringify({ ...disputed, data: { ...disputed.data, status: 'resolved' } }),
    },
    { ...sample('two refunds of one payment', refunded), next: JSON.stringify(refunded).replace('881203', '881204') },
    { ...sample('two events about one payment', charged), next: JSON.stringify({ ...charged, event: 'charge.failed' }) },
  ],
  changed: [],
  odd: [
    { ...sample('an event without a name', { ...charged, event: undefined }), reason: 'no-type' },
    { ...sample('a time that is none', withData({ paid_at: 'yesterday' })), reason: 'bad-time' },
    { ...sample('a mode that is none', withData({ domain: 'staging' })), reason: 'bad-mode' },
    { ...sample('a list as the reference', withData({ reference: [] })), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: paystack, differs: {} });

describe('in comparison with the formula of the documentation', () => {
  it('agrees on each body and key, right or altered, and on no shorter hash', () => {
    const seen = { valid: 0, refused: 0 };
    const keys = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 }).filter((key) => key.trim() !== '');
    const changes = fc.constantFrom('none', 'none', 'body', 'sha256');
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), keys, changes, (body, secret, change) => {
      const signature = createHmac(change === 'sha256' ? 'sha256' : 'sha512', Buffer.from(secret))
        .update(body)
        .digest('hex');
      const sent = change === 'body' ? Buffer.concat([body, Buffer.from('\n')]) : body;
      const request = { headers: { 'x-paystack-signature': signature }, body: sent };
      const { valid } = paystack.verify(request, [{ id: 'main', secret }], { nowSeconds: 0, toleranceSeconds: 300 });
      expect(valid).toBe(change === 'none');
      seen[valid ? 'valid' : 'refused'] += 1;
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 500 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(150);
  });
});
