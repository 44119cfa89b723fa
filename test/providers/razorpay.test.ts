import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Razorpay from 'razorpay';
import razorpay from '../../lambdas/providers/razorpay.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import type { ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const payment = {
  id: 'pay_R8kQ2vXw5nBd1Z',
  entity: 'payment',
  amount: 74900,
  currency: 'INR',
  status: 'captured',
  order_id: 'order_R8kPzYt4mLc0Qa',
  method: 'upi',
  created_at: 1770999991,
};

const captured = {
  entity: 'event',
  account_id: 'acc_Nn3uK7rTq9WxYz',
  event: 'payment.captured',
  contains: ['payment'],
  payload: { payment: { entity: payment } },
  created_at: 1770999995,
};

const refunded = {
  ...captured,
  event: 'refund.processed',
  contains: ['refund', 'payment'],
  payload: { refund: { entity: { id: 'rfnd_R8m1aB2cD3eF4g', entity: 'refund', amount: 74900 } }, payment: { entity: payment } },
};

const disputed = {
  ...captured,
  event: 'payment.dispute.created',
  contains: ['payment', 'dispute'],
  payload: { dispute: { entity: { id: 'disp_R9n5hJ6kL7mN8p' } }, payment: { entity: payment } },
};

const settled = { ...captured, event: 'settlement.processed', contains: ['settlement'], payload: {} };

const facts = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: 'R8kQ4pLm9sVt2X',
  type: 'payment.captured',
  occurredAt: '2026-02-13T16:26:35.000Z',
  subject: 'pay_R8kQ2vXw5nBd1Z',
  account: 'acc_Nn3uK7rTq9WxYz',
  mode: undefined,
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const headers = { 'x-razorpay-event-id': 'R8kQ4pLm9sVt2X' };
const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event), headers });
const withId = (id: string) => ({ ...sample('', captured), headers: { 'x-razorpay-event-id': id } });

const fixture: ProviderFixture = {
  provider: razorpay,
  signedHeaders: ['x-razorpay-signature'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a payment', captured), expected: [facts] },
    {
      ...sample('a refund, which is the subject beside its payment', refunded),
      expected: [{ ...facts, type: 'refund.processed', subject: 'rfnd_R8m1aB2cD3eF4g' }],
    },
    { ...sample('a dispute of a payment', disputed), expected: [{ ...facts, type: 'payment.dispute.created' }] },
    {
      ...sample('an event about something that is not there', settled),
      expected: [{ ...facts, type: 'settlement.processed', subject: undefined }],
    },
    { title: 'an event without the header of its id', id: '', body: JSON.stringify(captured), expected: [{ ...facts, eventId: null }] },
    { ...withId('a\u0000b'), title: 'an id that nobody could read', expected: [{ ...facts, eventId: null }] },
    { ...withId('x'.repeat(256)), title: 'an id longer than any', expected: [{ ...facts, eventId: null }] },
  ],
  redelivered: [{ ...sample('an indented body', captured), again: JSON.stringify(captured, null, 2) }],
  replayed: [
    {
      title: 'another event id, which is not signed',
      change: (request) => ({ ...request, headers: { ...request.headers, 'x-razorpay-event-id': 'made-up' } }),
    },
    {
      title: 'no event id',
      change: ({ headers: { 'x-razorpay-event-id': _, ...others }, ...request }) => ({ ...request, headers: others }),
    },
  ],
  states: [
    {
      ...sample('a payment that failed and then succeeded', { ...captured, event: 'payment.failed' }),
      next: JSON.stringify(captured),
    },
    { ...sample('two refunds of one payment', refunded), next: JSON.stringify(refunded).replace('rfnd_R8m1aB2cD3eF4g', 'rfnd_other') },
    { ...sample('the same event a second later', captured), next: JSON.stringify({ ...captured, created_at: 1770999996 }) },
  ],
  changed: [],
  odd: [
    { ...sample('an event without a name', { ...captured, event: undefined }), reason: 'no-type' },
    { ...sample('a time that is none', { ...captured, created_at: 'yesterday' }), reason: 'bad-time' },
    { ...sample('an account that can be no part of a key', { ...captured, account_id: 'acc#1' }), reason: 'bad-account' },
    { ...sample('a number as the id of the payment', { ...captured, payload: { payment: { entity: { id: 1 } } } }), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: razorpay, differs: {} });

describe("in comparison with Razorpay's own library", () => {
  it('agrees on each body, secret and signature, right or altered', () => {
    const seen = { valid: 0, refused: 0 };
    const texts = fc.string({ unit: 'binary', maxLength: 200 });
    const secrets = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }).filter((secret) => secret.trim() !== '');
    const changes = fc.constantFrom<(signature: string) => string>(
      (signature) => signature,
      (signature) => signature.toUpperCase(),
      (signature) => signature.slice(2),
      (signature) => `${signature}, ${signature}`,
      (signature) => `sha256=${signature}`,
    );
    const property = fc.property(texts, secrets, changes, fc.boolean(), (text, secret, change, altered) => {
      const body = text.toWellFormed();
      const signed = razorpay.sign({ body: Buffer.from(body), secret, nowSeconds: 0, id: '' }).headers['x-razorpay-signature'] ?? '';
      const signature = change(signed);
      const sent = altered ? `${body} ` : body;
      const theirs = Razorpay.validateWebhookSignature(sent, signature, secret);
      const request = { headers: { 'x-razorpay-signature': signature }, body: Buffer.from(sent) };
      const ours = razorpay.verify(request, [{ id: 'main', secret }], { nowSeconds: 0, toleranceSeconds: 300 });
      expect(ours.valid).toBe(theirs);
      seen[theirs ? 'valid' : 'refused'] += 1;
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 3000 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(200);
  });
});
