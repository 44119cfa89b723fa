import { describe, expect, it } from '@jest/globals';
import plaid from '../../lambdas/providers/plaid.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS, type ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';
import { HEADER, KID, keys, otherForm, pemOf, plaidNetwork, sha256Of, signAsPlaid, tokenOf } from './plaid-keys.ts';

const paid = {
  environment: 'production',
  error: null,
  new_payment_status: 'PAYMENT_STATUS_EXECUTED',
  old_payment_status: 'PAYMENT_STATUS_INITIATED',
  original_reference: 'Order 4711',
  payment_id: 'payment-id-production-2ba30780-d549-4335-b1fe-c2a938aa39d2',
  timestamp: '2026-02-13T16:26:32Z',
  webhook_code: 'PAYMENT_STATUS_UPDATE',
  webhook_type: 'PAYMENT_INITIATION',
};
const doorbell = { environment: 'sandbox', webhook_code: 'TRANSFER_EVENTS_UPDATE', webhook_type: 'TRANSFER' };

const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event, null, 2) });

const fixture: ProviderFixture = {
  provider: plaid,
  sign: signAsPlaid,
  keyOf: async (kid) => (kid === KID ? pemOf(keys.publicKey) : undefined),
  network: plaidNetwork(),
  signedHeaders: ['plaid-verification'],
  covers: 'body',
  timestamped: true,
  secretOnlyFetches: true,
  json: true,
  events: [
    {
      ...sample('a payment', paid),
      expected: [
        {
          identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
          eventId: null,
          type: 'PAYMENT_INITIATION.PAYMENT_STATUS_UPDATE',
          occurredAt: '2026-02-13T16:26:32.000Z',
          subject: 'payment-id-production-2ba30780-d549-4335-b1fe-c2a938aa39d2',
          account: undefined,
          mode: 'live',
          authenticity: 'signed',
          contentType: 'application/json',
        },
      ],
    },
  ],
  redelivered: [{ ...sample('a body without white space', paid), again: JSON.stringify(paid) }],
  replayed: [
    {
      title: 'the other form of its ECDSA signature',
      change: ({ headers, ...request }) => ({
        ...request,
        headers: { ...headers, 'plaid-verification': otherForm(headers['plaid-verification'] ?? '') },
      }),
    },
  ],
  states: [
    {
      ...sample('two states of one payment', paid),
      next: JSON.stringify({ ...paid, new_payment_status: 'PAYMENT_STATUS_SETTLED', timestamp: '2026-02-13T17:00:00Z' }),
    },
  ],
  changed: [],
  odd: [
    { ...sample('an event without a type', { ...paid, webhook_type: undefined }), reason: 'no-type' },
    { ...sample('an event without a code', { ...paid, webhook_code: undefined }), reason: 'no-type' },
    { ...sample('a code that is a list', { ...paid, webhook_code: [] }), reason: 'bad-type' },
    { ...sample('a time that is none', { ...paid, timestamp: 'yesterday' }), reason: 'bad-time' },
    { ...sample('a subject that is none', { ...paid, payment_id: 7 }), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: plaid, differs: {} });

describe('an event of Plaid', () => {
  const read = (event: object | string, iat: number) => {
    const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
    return plaid.events({ headers: { 'plaid-verification': tokenOf(HEADER, { iat, request_body_sha256: sha256Of(body) }) }, body });
  };
  const identity = (event: object | string, iat: number) =>
    read(event, iat).map((reading) => (reading.kind === 'event' ? reading.identity : reading.reason));

  it('that names no instant of its own is another one whenever it is signed: the same doorbell rings again tomorrow', () => {
    expect(identity(doorbell, NOW_SECONDS)).not.toEqual(identity(doorbell, NOW_SECONDS + 1));
    expect(identity(doorbell, NOW_SECONDS)).toEqual(identity(JSON.stringify(doorbell, null, 2), NOW_SECONDS));
    expect(read(doorbell, NOW_SECONDS)).toMatchObject([
      { type: 'TRANSFER.TRANSFER_EVENTS_UPDATE', mode: 'test', occurredAt: '2026-02-13T16:26:40.000Z', subject: undefined, eventId: null },
    ]);
  });

  it('that names its instant is one however often it is signed', () => {
    expect(identity(paid, NOW_SECONDS)).toEqual(identity(paid, NOW_SECONDS + 3600));
  });

  it('without an instant and without a token is odd, and never an exception', () => {
    for (const headers of [{}, { 'plaid-verification': 'a.b.c' }, { 'plaid-verification': tokenOf(HEADER, {}) }]) {
      expect(plaid.events({ headers, body: Buffer.from(JSON.stringify(doorbell)) })).toMatchObject([{ kind: 'odd', reason: 'no-time' }]);
    }
  });

  it.each([
    ['payment_id', { payment_id: 'p', item_id: 'i' }, 'p'],
    ['item_id', { payment_id: null, item_id: 'i', account_id: 'a' }, 'i'],
    ['nothing', {}, undefined],
  ])('is about %s', (_, members, subject) => {
    expect(read({ ...doorbell, ...members }, NOW_SECONDS)).toMatchObject([{ subject }]);
  });

  it.each([
    ['production', 'live'],
    ['sandbox', 'test'],
    ['development', 'test'],
    ['PRODUCTION', undefined],
    [undefined, undefined],
    [1, undefined],
  ])('of the environment %j has the mode %j', (environment, mode) => {
    expect(read({ ...paid, environment }, NOW_SECONDS)).toMatchObject([{ mode }]);
  });
});
