import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import checkout from '../../lambdas/providers/checkout.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import type { ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const approved = {
  id: 'evt_4rn7yw2kqzeulbx5cdmvho6tja',
  type: 'payment_approved',
  version: '1.0.26',
  created_on: '2026-02-13T16:26:36.4942053Z',
  data: {
    id: 'pay_2xkq7mzv5ohejdwt3ulrbyc4gn',
    action_id: 'act_7uvwl3yqxcfkzjm5btnoe2rhga',
    amount: 12900,
    currency: 'EUR',
    response_code: '10000',
    balances: { total_authorized: 12900, available_to_capture: 12900 },
  },
  _links: { self: { href: 'https://api.sandbox.checkout.com/workflows/events/evt_4rn7yw2kqzeulbx5cdmvho6tja' } },
};

const { created_on: _, ...untimed } = approved;
const captured = { ...untimed, id: 'evt_captured', type: 'payment_captured', timestamp: '2026-02-13T16:26:38Z' };

const facts = {
  identity: approved.id,
  type: 'payment_approved',
  occurredAt: '2026-02-13T16:26:36.494Z',
  subject: 'pay_2xkq7mzv5ohejdwt3ulrbyc4gn',
  account: undefined,
  mode: undefined,
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const headers = { 'cko-invocation-id': 'ivc_5ahzw6uq3mnexkylb7tvrod2jc', authorization: 'static-key-of-the-webhook' };
const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event), headers });
const withHeader = (name: string, value: string): ProviderFixture['replayed'][number]['change'] => {
  return (request) => ({ ...request, headers: { ...request.headers, [name]: value } });
};

const fixture: ProviderFixture = {
  provider: checkout,
  signedHeaders: ['cko-signature'],
  covers: 'body',
  timestamped: false,
  json: true,
  events: [
    { ...sample('an approved payment', approved), expected: [facts] },
    {
      ...sample('a capture, whose time has another name', captured),
      expected: [{ ...facts, identity: 'evt_captured', type: 'payment_captured', occurredAt: '2026-02-13T16:26:38.000Z' }],
    },
    {
      ...sample('a dispute, which is the subject', { ...approved, type: 'dispute_received', data: { id: 'dsp_1', payment_id: 'pay_1' } }),
      expected: [{ ...facts, type: 'dispute_received', subject: 'dsp_1' }],
    },
    {
      ...sample('an authentication, which has no subject', { ...approved, type: 'authentication_approved', data: { session_id: 'sid_1' } }),
      expected: [{ ...facts, type: 'authentication_approved', subject: undefined }],
    },
  ],
  redelivered: [
    { ...sample('an indented body', approved), again: JSON.stringify(approved, null, 2) },
    { ...sample('other links around the event', approved), again: JSON.stringify({ ...approved, _links: {}, action_invocations: [] }) },
  ],
  replayed: [
    { title: 'another invocation, which is not signed', change: withHeader('cko-invocation-id', 'ivc_made_up') },
    { title: 'another authorization, which is not looked at', change: withHeader('authorization', 'made up') },
  ],
  states: [{ ...sample('a payment that is approved and captured', approved), next: JSON.stringify(captured) }],
  changed: [
    { ...sample('another amount', approved), into: JSON.stringify(approved).replace('"amount":12900', '"amount":12901') },
    { ...sample('another time', approved), into: JSON.stringify({ ...approved, created_on: '2026-02-13T16:26:37Z' }) },
  ],
  odd: [
    { ...sample('an event without an id', { ...approved, id: undefined }), reason: 'no-id' },
    { ...sample('an event without a type', { ...approved, type: undefined }), reason: 'no-type' },
    { ...sample('a time that is none', { ...approved, created_on: 'yesterday' }), reason: 'bad-time' },
    { ...sample('a number as the id of the payment', { ...approved, data: { id: 1 } }), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: checkout, differs: {} });

describe('in comparison with the formula of the documentation', () => {
  it('agrees on each body and key, right or altered', () => {
    const seen = { valid: 0, refused: 0 };
    const keys = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((key) => key.trim() !== '');
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), keys, fc.boolean(), (body, secret, altered) => {
      const signature = createHmac('sha256', Buffer.from(secret)).update(body).digest('hex');
      const request = { headers: { 'cko-signature': signature }, body: altered ? Buffer.concat([body, Buffer.from(' ')]) : body };
      const options = { nowSeconds: 0, toleranceSeconds: 300 };
      expect(checkout.verify(request, [{ id: 'main', secret }], options).valid).toBe(!altered);
      expect(checkout.sign({ body, secret, nowSeconds: 0, id: '' }).headers).toEqual({ 'cko-signature': signature });
      seen[altered ? 'refused' : 'valid'] += 1;
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 500 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(150);
  });
});
