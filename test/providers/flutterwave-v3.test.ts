import { describe, expect, it } from '@jest/globals';
import flutterwave from '../../lambdas/providers/flutterwave-v3.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import type { ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const completed = {
  event: 'charge.completed',
  data: {
    id: 907334118,
    tx_ref: 'ord-7714',
    flw_ref: 'FLW-MOCK-3f9a7c21',
    amount: 15400,
    currency: 'NGN',
    status: 'successful',
    created_at: '2026-02-13T16:26:33.000Z',
  },
  'event.type': 'CARD_TRANSACTION',
};

const facts = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: null,
  type: 'charge.completed',
  occurredAt: '2026-02-13T16:26:33.000Z',
  subject: '907334118',
  account: undefined,
  mode: undefined,
  authenticity: 'partial',
  signedFields: [],
  contentType: 'application/json',
} as const;

const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event) });
const withData = (change: object) => ({ ...completed, data: { ...completed.data, ...change } });

const fixture: ProviderFixture = {
  provider: flutterwave,
  signedHeaders: ['verif-hash'],
  covers: 'nothing',
  timestamped: false,
  json: true,
  events: [
    { ...sample('a payment', completed), expected: [facts] },
    {
      ...sample('an event without an object', { event: 'transfer.completed' }),
      expected: [{ ...facts, type: 'transfer.completed', occurredAt: undefined, subject: undefined }],
    },
  ],
  redelivered: [{ ...sample('an indented body', completed), again: JSON.stringify(completed, null, 2) }],
  replayed: [
    { title: 'an id in a header', change: (request) => ({ ...request, headers: { ...request.headers, 'webhook-id': 'made-up' } }) },
  ],
  states: [{ ...sample('a payment that failed and then succeeded', withData({ status: 'failed' })), next: JSON.stringify(completed) }],
  changed: [],
  odd: [
    { ...sample('an event without a name', { ...completed, event: undefined }), reason: 'no-type' },
    { ...sample('a time that is none', withData({ created_at: 'yesterday' })), reason: 'bad-time' },
    { ...sample('a list as the id', withData({ id: [] })), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: flutterwave, differs: {} });

describe('the secret hash', () => {
  it('is no hash of anything: it is compared as it stands', () => {
    const body = Buffer.from(JSON.stringify(completed));
    const { headers } = flutterwave.sign({ body, secret: 'chosen-by-the-merchant', nowSeconds: 0, id: '' });
    expect(headers).toEqual({ 'verif-hash': 'chosen-by-the-merchant' });
    expect(flutterwave.verify({ headers, body }, [{ id: 'main', secret: 'chosen-by-the-merchant' }])).toEqual({
      valid: true,
      secretId: 'main',
    });
  });
});
