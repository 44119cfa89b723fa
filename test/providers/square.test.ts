import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WebhooksHelper } from 'square';
import square from '../../lambdas/providers/square.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import type { ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const URL_GIVEN = 'https://hooks.shop.example/webhooks/square?env=prod';

const paid = {
  merchant_id: 'MLM17SMWSXAJ8',
  type: 'payment.updated',
  event_id: 'bb2fd793-d43c-4638-a05e-5e1e5849177f',
  created_at: '2026-02-13T16:26:36.000Z',
  data: {
    type: 'payment',
    id: 'ahW5TampGMXkvs69',
    object: { payment: { id: 'ahW5TampGMXkvs69', amount_money: { amount: 1500, currency: 'USD' }, status: 'COMPLETED', version: 3 } },
  },
};

const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event) });

const fixture: ProviderFixture = {
  provider: square,
  url: URL_GIVEN,
  signedHeaders: ['x-square-hmacsha256-signature'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    {
      ...sample('a payment', paid),
      expected: [
        {
          identity: paid.event_id,
          type: 'payment.updated',
          occurredAt: '2026-02-13T16:26:36.000Z',
          subject: 'ahW5TampGMXkvs69',
          account: 'MLM17SMWSXAJ8',
          mode: undefined,
          authenticity: 'signed',
          contentType: 'application/json',
        },
      ],
    },
  ],
  redelivered: [{ ...sample('an indented body', paid), again: JSON.stringify(paid, null, 2) }],
  replayed: [
    {
      title: 'another number of the retry and another environment, which are not signed',
      change: (request) => ({ ...request, headers: { ...request.headers, 'square-retry-number': '3', 'square-environment': 'Sandbox' } }),
    },
  ],
  states: [{ ...sample('two versions of one payment', paid), next: JSON.stringify({ ...paid, event_id: 'another' }) }],
  changed: [{ ...sample('another amount', paid), into: JSON.stringify(paid).replace('1500', '1501') }],
  odd: [
    { ...sample('an event without an id', { ...paid, event_id: undefined }), reason: 'no-id' },
    { ...sample('an event without a type', { ...paid, type: undefined }), reason: 'no-type' },
    { ...sample('a time that is none', { ...paid, created_at: 'yesterday' }), reason: 'bad-time' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: square, differs: {} });

describe("in comparison with Square's own library", () => {
  it('agrees on each body, key and URL, right or altered', async () => {
    const seen = { valid: 0, refused: 0 };
    const texts = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
    const keys = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }).filter((key) => key.trim() !== '');
    const property = fc.asyncProperty(texts, keys, fc.webUrl(), fc.boolean(), async (text, secret, url, altered) => {
      const body = text.toWellFormed();
      const { headers } = square.sign({ body: Buffer.from(body), secret, nowSeconds: 0, id: '', url });
      const request = { headers, body: Buffer.from(altered ? `${body} ` : body) };
      const theirs = await WebhooksHelper.verifySignature({
        requestBody: request.body.toString(),
        signatureHeader: headers['x-square-hmacsha256-signature'] ?? '',
        signatureKey: secret,
        notificationUrl: url,
      });
      const ours = square.verify(request, [{ id: 'main', secret }], { nowSeconds: 0, toleranceSeconds: 300, url });
      expect(ours.valid).toBe(theirs);
      seen[theirs ? 'valid' : 'refused'] += 1;
    });
    await fc.assert(property, { seed: 20_261_124, numRuns: 1000 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(300);
  });

  it('refuses a request that was signed for another URL, or for none', () => {
    const options = { nowSeconds: 0, toleranceSeconds: 300, url: URL_GIVEN };
    for (const before of [`${URL_GIVEN}/`, '']) {
      const signature = createHmac('sha256', 'key').update(`${before}{}`).digest('base64');
      const request = { headers: { 'x-square-hmacsha256-signature': signature }, body: Buffer.from('{}') };
      expect(square.verify(request, [{ id: 'main', secret: 'key' }], options)).toEqual({ valid: false, reason: 'no-match' });
    }
  });

  it('without a URL is ours to mend, and no fault of the sender', () => {
    const { headers } = square.sign({ body: Buffer.from('{}'), secret: 'key', nowSeconds: 0, id: '', url: URL_GIVEN });
    const options = { nowSeconds: 0, toleranceSeconds: 300 };
    expect(square.verify({ headers, body: Buffer.from('{}') }, [{ id: 'main', secret: 'key' }], options)).toEqual({
      valid: false,
      reason: 'no-url',
    });
  });
});
