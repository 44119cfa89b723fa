import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { validateEvent, WebhookVerificationError } from '@polar-sh/sdk/webhooks';
import fc from 'fast-check';
import polar from '../../lambdas/providers/polar.ts';
import { freshFrom } from '../../ops/fixtures/fresh.ts';
import events from '../../ops/fixtures/polar.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';
import { describeLibrary, type FamilyExample, factsOf, familyFixture, sample } from './svix-family.ts';

const example: FamilyExample = {
  provider: polar,
  prefix: 'webhook-',
  event: {
    type: 'order.paid',
    timestamp: '2026-02-13T16:26:38.250000Z',
    data: { id: '4f0c7c66-2c3e-4b9e-8a47-9b3a6d0b1f20', status: 'paid', total_amount: 15000, currency: 'usd' },
  },
  facts: { type: 'order.paid', occurredAt: '2026-02-13T16:26:38.250Z', subject: '4f0c7c66-2c3e-4b9e-8a47-9b3a6d0b1f20' },
};
const family = familyFixture(example);

describeProvider({
  ...family,
  events: [
    ...family.events,
    {
      ...sample('the state of a customer, which is named like its customer', { ...example.event, type: 'customer.state_changed' }),
      expected: [{ ...factsOf(example), type: 'customer.state_changed' }],
    },
  ],
});

describeVectors({ provider: polar, differs: {} });

describeLibrary({
  title: "Polar's own library before 1.0",
  provider: polar,
  prefix: 'webhook-',
  secrets: fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== ''),
    fc.uint8Array({ minLength: 24, maxLength: 48 }).map((key) => `polar_whs_${Buffer.from(key).toString('base64url')}`),
  ),
  accepts: (body, headers, secret) => {
    try {
      validateEvent(body, { ...headers }, secret);
      return true;
    } catch (error) {
      // Any other error is of the body, which the library reads only once the signature is right.
      return !(error instanceof WebhookVerificationError);
    }
  },
});

describe('a secret of Polar', () => {
  const body = Buffer.from('{"type":"order.paid"}');
  const bytes = Buffer.alloc(24, 'k');
  const signedWith = (key: string | Uint8Array) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(NOW_SECONDS),
    'webhook-signature': `v1,${createHmac('sha256', key).update(`msg_1.${NOW_SECONDS}.`).update(body).digest('base64')}`,
  });
  const verdict = (secret: string, key: string | Uint8Array) =>
    polar.verify({ headers: signedWith(key), body }, [{ id: 'main', secret }], { nowSeconds: NOW_SECONDS, toleranceSeconds: 300 });
  const accepted = { valid: true, secretId: 'main' };
  const base64 = bytes.toString('base64');

  it.each([`whsec_${base64}`, base64])('that is base64 counts as text and decoded, as in the library from 1.0 on: %s', (secret) => {
    expect([verdict(secret, secret), verdict(secret, bytes)]).toEqual([accepted, accepted]);
  });

  it.each([
    ['of another form', `polar_whs_${base64}`],
    ['in the alphabet of URLs', `${Buffer.alloc(24, 0xff).toString('base64url')}`],
    ['without its padding', Buffer.alloc(25, 'k').toString('base64').replaceAll('=', '')],
    ['of less than 24 bytes', Buffer.alloc(21, 'k').toString('base64')],
  ])('%s counts as text only', (_, secret) => {
    const decoded = Buffer.from(secret.replace(/^(?:whsec_|polar_whs_)/, ''), 'base64');
    expect(verdict(secret, secret)).toEqual(accepted);
    for (const key of [decoded, Buffer.from(secret, 'base64')]) expect(verdict(secret, key)).toEqual({ valid: false, reason: 'no-match' });
  });

  it('signs as text, and a blank one signs nothing', () => {
    const sign = (secret: string) => polar.sign({ body, secret, nowSeconds: NOW_SECONDS, id: 'msg_1' });
    expect(sign(base64).headers).toEqual(signedWith(base64));
    expect(() => sign(' ')).toThrow(TypeError);
    expect(verdict(' ', ' ')).toEqual({ valid: false, reason: 'no-usable-secret' });
  });
});

describe('the events that are made for Polar', () => {
  it.each(events.types)('are in the shape that its library reads: %s', (type) => {
    const secret = polar.makeSecret(new Uint8Array(32));
    const nowSeconds = Math.floor(Date.now() / 1000);
    const { id, body } = events.make(
      type,
      freshFrom(nowSeconds, () => 0.4),
    );
    const { headers } = polar.sign({ body, secret, nowSeconds, id });
    expect(validateEvent(Buffer.from(body), { ...headers }, secret)).toMatchObject({ type });
  });
});
