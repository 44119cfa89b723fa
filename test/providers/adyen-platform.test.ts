import { hmacValidator } from '@adyen/api-library';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import adyenPlatform from '../../lambdas/providers/adyen-platform.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { type ProviderFixture, verifyOptions } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const transfer = {
  data: {
    balancePlatform: 'ExampleMarket_EU',
    id: '38EBIC5XW8QTYNB2',
    amount: { currency: 'EUR', value: 10_000 },
    category: 'bank',
    direction: 'outgoing',
    status: 'authorised',
    sequenceNumber: 2,
  },
  environment: 'live',
  timestamp: '2026-02-13T17:26:37+01:00',
  type: 'balancePlatform.transfer.updated',
};

const merchant = {
  type: 'merchant.created',
  environment: 'test',
  createdAt: '2026-02-13T17:26:37+01:00',
  data: { merchantId: 'ExampleShop_NL', status: 'PreActive' },
};

const dispute = {
  data: { id: 'DS00000000000000000001', status: 'open', creationDate: '2026-02-13T18:00:00+01:00' },
  type: 'balancePlatform.dispute.created',
};
const bare = { data: { id: 'DS00000000000000000001' }, type: 'balancePlatform.dispute.updated' };

const facts = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: '38EBIC5XW8QTYNB2',
  type: 'balancePlatform.transfer.updated',
  occurredAt: '2026-02-13T16:26:37.000Z',
  subject: '38EBIC5XW8QTYNB2',
  account: 'ExampleMarket_EU',
  mode: 'live',
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const disputeFacts = {
  ...facts,
  eventId: 'DS00000000000000000001',
  subject: 'DS00000000000000000001',
  account: undefined,
  mode: undefined,
};

const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event) });
const withData = (change: object) => ({ ...transfer, data: { ...transfer.data, ...change } });

const fixture: ProviderFixture = {
  provider: adyenPlatform,
  signedHeaders: ['hmacsignature'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a transfer', transfer), headers: { protocol: 'HmacSHA256' }, expected: [facts] },
    {
      ...sample('a management webhook, which has no platform and no id', merchant),
      expected: [{ ...facts, eventId: null, type: 'merchant.created', subject: undefined, account: undefined, mode: 'test' }],
    },
    {
      ...sample('a dispute, which has no environment and its time inside', dispute),
      expected: [{ ...disputeFacts, type: 'balancePlatform.dispute.created', occurredAt: '2026-02-13T17:00:00.000Z' }],
    },
    { ...sample('an event without any time', bare), expected: [{ ...disputeFacts, type: bare.type, occurredAt: undefined }] },
  ],
  redelivered: [{ ...sample('an indented body', transfer), again: JSON.stringify(transfer, null, 2) }],
  replayed: [
    {
      title: 'another protocol, which is not signed',
      change: (request) => ({ ...request, headers: { ...request.headers, protocol: 'HmacSHA1' } }),
    },
  ],
  states: [
    { ...sample('two states of one transfer', transfer), next: JSON.stringify(withData({ status: 'booked', sequenceNumber: 3 })) },
    {
      ...sample('a state that comes back later', transfer),
      next: JSON.stringify({ ...transfer, timestamp: '2026-02-13T17:26:38+01:00' }),
    },
  ],
  changed: [],
  odd: [
    { ...sample('an event without a type', { ...transfer, type: undefined }), reason: 'no-type' },
    { ...sample('an environment that there is not', { ...transfer, environment: 'TEST' }), reason: 'bad-environment' },
    { ...sample('a time that is none', { ...transfer, timestamp: 'yesterday' }), reason: 'bad-time' },
    { ...sample('a platform that can be no part of a key', withData({ balancePlatform: 'a#b' })), reason: 'bad-account' },
    { ...sample('a number as the id of the object', withData({ id: 1 })), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: adyenPlatform, differs: {} });

it('takes the hex key in upper and in lower case, and nothing else for one', () => {
  const secret = 'A7'.repeat(32);
  const request = adyenPlatform.sign({ body: Buffer.from('{}'), secret, nowSeconds: 0, id: '' });
  const reasonOf = (text: string) => {
    const verdict = adyenPlatform.verify(request, [{ id: 'main', secret: text }], verifyOptions(fixture));
    return verdict.valid ? 'valid' : verdict.reason;
  };
  expect([secret.toUpperCase(), secret.toLowerCase()].map(reasonOf)).toEqual(['valid', 'valid']);
  const others = [secret.slice(2), `${secret}00`, `${secret} `, `0x${secret.slice(2)}`, 'x'.repeat(64), ''];
  expect(others.map(reasonOf)).toEqual(others.map(() => 'no-usable-secret'));
});

it('never quotes a secret that it cannot use', () => {
  const sign = () => adyenPlatform.sign({ body: Buffer.from('{}'), secret: 'top-secret', nowSeconds: 0, id: '' });
  expect(sign).toThrow(TypeError);
  expect(sign).not.toThrow(/top-secret/);
});

describe("in comparison with Adyen's own library", () => {
  const validator = new hmacValidator();
  const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

  it('agrees on each body, key and signature, right or altered', () => {
    const seen = { valid: 0, refused: 0 };
    const texts = fc.string({ unit: 'binary', maxLength: 200 });
    const changes = fc.constantFrom<(signature: string) => string>(
      (signature) => signature,
      (signature) => signature.slice(4),
      (signature) => Buffer.from(signature, 'base64').toString('hex'),
      (signature) => `A${signature.slice(1)}`,
    );
    const property = fc.property(texts, keys, changes, fc.boolean(), (text, secret, change, altered) => {
      const body = text.toWellFormed();
      const signature = change(validator.calculateHmac(body, secret));
      const sent = altered ? `${body} ` : body;
      const theirs = validator.validateHMACSignature(secret, signature, sent);
      const request = { headers: { hmacsignature: signature }, body: Buffer.from(sent) };
      const ours = adyenPlatform.verify(request, [{ id: 'main', secret }], { nowSeconds: 0, toleranceSeconds: 300 });
      expect(ours.valid).toBe(theirs);
      seen[theirs ? 'valid' : 'refused'] += 1;
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 2000 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(200);
  });

  it('signs what it accepts', () => {
    const property = fc.property(fc.jsonValue(), keys, (value, secret) => {
      const body = JSON.stringify(value);
      const { headers } = adyenPlatform.sign({ body: Buffer.from(body), secret, nowSeconds: 0, id: '' });
      expect(validator.validateHMACSignature(secret, headers['hmacsignature'] ?? '', body)).toBe(true);
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 300 });
  });
});
