import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SignatureValidator } from 'mollie-api-typescript';
import mollie from '../../lambdas/providers/mollie.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS, type ProviderFixture, rightSecret, signedRequest, verifyOptions } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const simple = {
  resource: 'event',
  id: 'event_7dXk2Wq9VnR4tLb6Jc3s',
  type: 'payment.paid',
  entityId: 'tr_8Gv5mWnQz2',
  createdAt: '2026-02-13T16:26:37.0Z',
  _links: { self: { href: 'https://api.mollie.example/v2/events/event_7dXk2Wq9VnR4tLb6Jc3s', type: 'application/hal+json' } },
};

const entity = { resource: 'payment', id: simple.entityId, mode: 'live', amount: { currency: 'EUR', value: '24.95' }, status: 'paid' };
const full = (change: object = {}) => ({ ...simple, _embedded: { entity: { ...entity, ...change } } });

const facts = {
  identity: simple.id,
  type: 'payment.paid',
  occurredAt: '2026-02-13T16:26:37.000Z',
  subject: 'tr_8Gv5mWnQz2',
  account: undefined,
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event) });

const fixture: ProviderFixture = {
  provider: mollie,
  signedHeaders: ['x-mollie-signature'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a full payload, which says the mode', full()), expected: [{ ...facts, mode: 'live' }] },
    { ...sample('an event of the test mode', full({ mode: 'test' })), expected: [{ ...facts, mode: 'test' }] },
    { ...sample('an entity that has no mode', full({ mode: undefined })), expected: [{ ...facts, mode: undefined }] },
    { ...sample('a simple payload', simple), expected: [{ ...facts, mode: undefined }] },
  ],
  redelivered: [
    { ...sample('an indented body', full()), again: JSON.stringify(full(), null, 2) },
    { ...sample('other links', full()), again: JSON.stringify({ ...full(), _links: {} }) },
  ],
  replayed: [
    {
      title: 'its signature without the prefix',
      change: (request) => ({
        ...request,
        headers: { ...request.headers, 'x-mollie-signature': (request.headers['x-mollie-signature'] ?? '').replace('sha256=', '') },
      }),
    },
  ],
  states: [
    { ...sample('two states of one payment', simple), next: JSON.stringify({ ...simple, id: 'event_other', type: 'payment.failed' }) },
  ],
  changed: [
    { ...sample('another amount', full()), into: JSON.stringify(full({ amount: { currency: 'EUR', value: '24.96' } })) },
    { ...sample('another entity', simple), into: JSON.stringify({ ...simple, entityId: 'tr_other' }) },
  ],
  odd: [
    { ...sample('an event without an id', { ...simple, id: undefined }), reason: 'no-id' },
    { ...sample('an event without a type', { ...simple, type: null }), reason: 'no-type' },
    { ...sample('a time without a zone', { ...simple, createdAt: '2026-02-13T16:26:37' }), reason: 'bad-time' },
    { ...sample('a mode that there is not', full({ mode: 'sandbox' })), reason: 'bad-mode' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: mollie, differs: {} });

it('refuses a classic webhook, which is a form and has no signature', () => {
  const request = { headers: {}, body: Buffer.from('id=tr_8Gv5mWnQz2') };
  expect(mollie.verify(request, [rightSecret(fixture)], verifyOptions(fixture))).toEqual({ valid: false, reason: 'no-header' });
});

it('takes the prefix once and no more', () => {
  const request = signedRequest(fixture, sample('', simple), NOW_SECONDS);
  const headers = { 'x-mollie-signature': `sha256=${request.headers['x-mollie-signature']}` };
  const verdict = mollie.verify({ ...request, headers }, [rightSecret(fixture)], verifyOptions(fixture));
  expect(verdict).toEqual({ valid: false, reason: 'no-match' });
});

describe("in comparison with Mollie's own library", () => {
  it('agrees on each body, secret and signature, right or altered', async () => {
    const seen = { valid: 0, refused: 0 };
    const texts = fc.string({ unit: 'binary', maxLength: 200 });
    const secrets = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }).filter((secret) => secret.trim() !== '');
    const changes = fc.constantFrom<(signature: string) => string>(
      (signature) => signature,
      (signature) => signature.slice('sha256='.length),
      (signature) => `sha256=${signature}`,
      (signature) => signature.replace('sha256', 'sha1'),
      (signature) => signature.toUpperCase(),
    );
    const property = fc.asyncProperty(texts, secrets, changes, fc.boolean(), async (text, secret, change, altered) => {
      const body = text.toWellFormed();
      const signed = mollie.sign({ body: Buffer.from(body), secret, nowSeconds: 0, id: '' }).headers['x-mollie-signature'] ?? '';
      const signature = change(signed);
      const sent = altered ? `${body} ` : body;
      const theirs = await SignatureValidator.validate(sent, secret, signature).catch(() => false);
      const request = { headers: { 'x-mollie-signature': signature }, body: Buffer.from(sent) };
      const ours = mollie.verify(request, [{ id: 'main', secret }], { nowSeconds: 0, toleranceSeconds: 300 });
      expect(ours.valid).toBe(theirs);
      seen[theirs ? 'valid' : 'refused'] += 1;
    });
    await fc.assert(property, { seed: 20_261_124, numRuns: 2000 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(300);
  });
});
