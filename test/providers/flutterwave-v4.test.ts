import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import flutterwave from '../../lambdas/providers/flutterwave-v4.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import type { ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const completed = {
  webhook_id: 'wbk_Xq3vB7nLzR2wK9mTfD5s',
  timestamp: 1770999995250,
  type: 'charge.completed',
  data: {
    id: 'chg_r8TnK2vQwL',
    amount: 1540.5,
    currency: 'NGN',
    status: 'succeeded',
    reference: '0d8c2f5e-ord-7714',
    processor_response: { type: 'approved', code: '00' },
    created_datetime: '2026-02-13T16:26:20.116Z',
  },
};

const facts = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: 'wbk_Xq3vB7nLzR2wK9mTfD5s',
  type: 'charge.completed',
  occurredAt: '2026-02-13T16:26:35.250Z',
  subject: 'chg_r8TnK2vQwL',
  account: undefined,
  mode: undefined,
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event) });
const withData = (change: object) => ({ ...completed, data: { ...completed.data, ...change } });
const { webhook_id: name, timestamp: _, ...nameless } = completed;
const timed = (timestamp: unknown) => ({
  ...sample(`the time ${JSON.stringify(timestamp)}`, { ...completed, timestamp }),
  reason: 'bad-time',
});

const fixture: ProviderFixture = {
  provider: flutterwave,
  signedHeaders: ['flutterwave-signature'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a payment', completed), expected: [facts] },
    {
      ...sample('an event whose id has the name of older pages', { ...nameless, id: name }),
      expected: [{ ...facts, occurredAt: undefined }],
    },
    { ...sample('an event without id and time', nameless), expected: [{ ...facts, eventId: null, occurredAt: undefined }] },
    {
      ...sample('a time in ISO 8601', { ...completed, timestamp: '2026-02-13T17:26:35+01:00' }),
      expected: [{ ...facts, occurredAt: '2026-02-13T16:26:35.000Z' }],
    },
  ],
  redelivered: [
    { ...sample('an indented body', completed), again: JSON.stringify(completed, null, 2) },
    {
      ...sample('a delivery with an id and a time of its own', completed),
      again: JSON.stringify({ ...completed, webhook_id: 'wbk_another', timestamp: 1771001795250 }),
    },
  ],
  replayed: [
    {
      title: 'another trace, which is not signed',
      change: (request) => ({ ...request, headers: { ...request.headers, 'x-trace-id': 'made-up' } }),
    },
  ],
  states: [
    { ...sample('a charge that failed and then succeeded', withData({ status: 'failed' })), next: JSON.stringify(completed) },
    { ...sample('two events about one object', completed), next: JSON.stringify({ ...completed, type: 'charge.updated' }) },
    { ...sample('two charges of one order', completed), next: JSON.stringify(withData({ id: 'chg_another' })) },
  ],
  changed: [],
  odd: [
    { ...sample('an event without a type', { ...completed, type: undefined }), reason: 'no-type' },
    { ...sample('an id with a space', { ...completed, webhook_id: 'wbk 1' }), reason: 'bad-id' },
    { ...sample('a list as the id of the charge', withData({ id: [] })), reason: 'bad-subject' },
    ...[1770999995, 1770999995250.5, 99999999999999, -1770999995250, 0, true].map(timed),
    { title: 'a time beyond any', id: '', body: JSON.stringify(completed).replace('1770999995250', '1e400'), reason: 'bad-time' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: flutterwave, differs: {} });

describe('in comparison with the formula of the documentation', () => {
  it('agrees on each body and secret hash, right or altered', () => {
    const seen = { valid: 0, refused: 0 };
    const secrets = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((secret) => secret.trim() !== '');
    const changes = fc.constantFrom('none', 'none', 'body', 'hex', 'the secret itself');
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), secrets, changes, (body, secret, change) => {
      const hmac = createHmac('sha256', Buffer.from(secret)).update(body).digest();
      const signature = change === 'hex' ? hmac.toString('hex') : change === 'the secret itself' ? secret : hmac.toString('base64');
      const sent = change === 'body' ? Buffer.concat([body, Buffer.from('\n')]) : body;
      const request = { headers: { 'flutterwave-signature': signature }, body: sent };
      const { valid } = flutterwave.verify(request, [{ id: 'main', secret }], { nowSeconds: 0, toleranceSeconds: 300 });
      expect(valid).toBe(change === 'none');
      seen[valid ? 'valid' : 'refused'] += 1;
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 500 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(150);
  });
});
