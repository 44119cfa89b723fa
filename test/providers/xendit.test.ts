import { describe, expect, it } from '@jest/globals';
import xendit from '../../lambdas/providers/xendit.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import type { ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const succeeded = {
  event: 'payment.succeeded',
  business_id: '64b1f0a2c9d8e7f605142332',
  created: '2026-02-13T16:26:37.512Z',
  data: { id: 'py-1c7a9f52-8a44-4c39-93a8-5d6e0b7f2c18', amount: 152000, currency: 'IDR', status: 'SUCCEEDED', reference_id: 'ord-7714' },
};

const facts = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: '0b6f7e9c-52a3-4c0e-9a0e-6b1d2c3f4a55',
  type: 'payment.succeeded',
  occurredAt: '2026-02-13T16:26:37.512Z',
  subject: 'py-1c7a9f52-8a44-4c39-93a8-5d6e0b7f2c18',
  account: undefined,
  mode: undefined,
  authenticity: 'partial',
  signedFields: [],
  contentType: 'application/json',
} as const;

const headers = { 'webhook-id': '0b6f7e9c-52a3-4c0e-9a0e-6b1d2c3f4a55' };
const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event), headers });
const capture = { ...succeeded, event: 'payment.capture', data: { payment_id: 'py-2', status: 'SUCCEEDED' } };

const fixture: ProviderFixture = {
  provider: xendit,
  signedHeaders: ['x-callback-token'],
  covers: 'nothing',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a payment', succeeded), expected: [facts] },
    { ...sample('a payment of the newer API', capture), expected: [{ ...facts, type: 'payment.capture', subject: 'py-2' }] },
    { title: 'a payment without the header of its id', id: '', body: JSON.stringify(succeeded), expected: [{ ...facts, eventId: null }] },
  ],
  redelivered: [{ ...sample('an indented body', succeeded), again: JSON.stringify(succeeded, null, 2) }],
  replayed: [
    {
      title: 'another webhook-id',
      change: (request) => ({ ...request, headers: { ...request.headers, 'webhook-id': 'made-up' } }),
    },
    { title: 'no webhook-id', change: ({ headers: { 'webhook-id': _, ...others }, ...request }) => ({ ...request, headers: others }) },
  ],
  states: [
    {
      ...sample('a payment that is pending and then succeeds', { ...succeeded, event: 'payment.pending' }),
      next: JSON.stringify(succeeded),
    },
  ],
  changed: [],
  odd: [
    { ...sample('an older callback, which has no event', { id: '65cb', status: 'PAID' }), reason: 'no-type' },
    { ...sample('a time that is none', { ...succeeded, created: 'yesterday' }), reason: 'bad-time' },
    { ...sample('a list as the id', { ...succeeded, data: { id: [] } }), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: xendit, differs: {} });

describe('a shared token', () => {
  const body = Buffer.from(JSON.stringify(succeeded));
  const verify = (token: string, ...secrets: string[]) => {
    const entries = secrets.map((secret, at) => ({ id: `secret-${at}`, secret }));
    return xendit.verify({ headers: { 'x-callback-token': token }, body }, entries);
  };

  it('must be equal to one of the secrets, whatever their lengths', () => {
    expect(verify('token', 'a much longer token than that', 'token')).toEqual({ valid: true, secretId: 'secret-1' });
    for (const other of ['toke', 'token ', ' token', 'TOKEN', 'tokens', `token${'x'.repeat(4000)}`]) {
      expect(verify(other, 'token')).toEqual({ valid: false, reason: 'no-match' });
    }
  });

  it('is never blank, so that nobody gets in while a secret is', () => {
    for (const blank of ['', ' ', '\t']) {
      expect(verify('token', blank)).toEqual({ valid: false, reason: 'no-usable-secret' });
      expect(verify(blank, blank).valid).toBe(false);
    }
    expect(() => xendit.sign({ body, secret: ' ', nowSeconds: 0, id: '' })).toThrow(TypeError);
  });

  it('says of what form a secret is without quoting it', () => {
    expect(() => xendit.sign({ body, secret: '  ', nowSeconds: 0, id: '' })).toThrow(
      /^The token in the header x-callback-token is the webhook verification token .* received another text of 2 characters\./,
    );
  });

  it('proves nothing of the body: whoever has seen one request can write any other', () => {
    const { headers: sent } = xendit.sign({ body, secret: 'token', nowSeconds: 0, id: '' });
    const other = { headers: sent, body: Buffer.from(JSON.stringify(succeeded).replace('152000', '952000')) };
    expect(xendit.verify(other, [{ id: 'main', secret: 'token' }])).toEqual({ valid: true, secretId: 'main' });
    expect(xendit.events(other)).toMatchObject([{ authenticity: 'partial', signedFields: [] }]);
  });
});
