import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WebhookRequest } from '../../lambdas/core/provider.ts';
import toss from '../../lambdas/providers/toss.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS, type ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const payout = {
  eventType: 'payout.changed',
  createdAt: '2026-02-14T01:26:38.123456',
  version: '2022-11-16',
  eventId: 'Zk3sgQzOQzokO4KHC3Y7',
  data: { id: 'FPA_8Zk2mNx5fKDgug', refPayoutId: 'payout-7', status: 'COMPLETED', amount: { currency: 'KRW', value: 15000 } },
};

const payoutFacts = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: 'transmission-1',
  type: 'payout.changed',
  occurredAt: '2026-02-13T16:26:38.123Z',
  subject: 'FPA_8Zk2mNx5fKDgug',
  account: undefined,
  mode: undefined,
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const sample = (title: string, event: object) => ({ title, id: 'transmission-1', body: JSON.stringify(event) });
const withHeaders = (more: WebhookRequest['headers']) => (request: WebhookRequest) => ({
  ...request,
  headers: { ...request.headers, ...more },
});
const WRONG = Buffer.alloc(32).toString('base64');

const fixture: ProviderFixture = {
  provider: toss,
  signedHeaders: ['tosspayments-webhook-signature', 'tosspayments-webhook-transmission-time'],
  covers: 'body',
  timestamped: true,
  json: true,
  flood: (headers, count) => ({
    ...headers,
    'tosspayments-webhook-signature': (headers['tosspayments-webhook-signature'] ?? '').replace(':', `:${`${WRONG},`.repeat(count)}`),
  }),
  events: [
    { ...sample('a payout', payout), expected: [payoutFacts] },
    {
      ...sample('a seller', {
        ...payout,
        eventType: 'seller.changed',
        data: undefined,
        entityType: 'seller',
        entityBody: { id: 'seller-7', status: 'APPROVED' },
      }),
      expected: [{ ...payoutFacts, type: 'seller.changed', subject: 'seller-7' }],
    },
    {
      ...sample('a payment, if it were signed', {
        ...payout,
        eventType: 'PAYMENT_STATUS_CHANGED',
        createdAt: '2026-02-13T16:26:38Z',
        data: { paymentKey: 'tgen_1', orderId: 'order-7', status: 'DONE' },
      }),
      expected: [{ ...payoutFacts, type: 'PAYMENT_STATUS_CHANGED', occurredAt: '2026-02-13T16:26:38.000Z', subject: 'tgen_1' }],
    },
    {
      ...sample('an event that says neither when nor of what', { eventType: 'payout.changed' }),
      expected: [{ ...payoutFacts, occurredAt: undefined, subject: undefined }],
    },
  ],
  redelivered: [{ ...sample('an indented body', payout), again: JSON.stringify(payout, null, 2) }],
  replayed: [
    { title: 'another transmission id', change: withHeaders({ 'tosspayments-webhook-transmission-id': 'transmission-2' }) },
    { title: 'a transmission id that could be none', change: withHeaders({ 'tosspayments-webhook-transmission-id': 'a\r\nb' }) },
    { title: 'a transmission id of 256 characters', change: withHeaders({ 'tosspayments-webhook-transmission-id': 'a'.repeat(256) }) },
    { title: 'another number of the retry', change: withHeaders({ 'tosspayments-webhook-transmission-retried-count': '7' }) },
    {
      title: 'one more signature',
      change: (request) =>
        withHeaders({ 'tosspayments-webhook-signature': `${request.headers['tosspayments-webhook-signature']},${WRONG}` })(request),
    },
  ],
  states: [
    {
      ...sample('two states of one payout', payout),
      next: JSON.stringify({ ...payout, data: { ...payout.data, status: 'FAILED' } }),
    },
  ],
  changed: [],
  odd: [
    { ...sample('an event without a type', { ...payout, eventType: undefined }), reason: 'no-type' },
    { ...sample('a time that is none', { ...payout, createdAt: '2026-02-30T00:00:00' }), reason: 'bad-time' },
    { ...sample('a number as the id', { ...payout, data: { id: 7 } }), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: toss, differs: {} });

const SECRET = 'c1587d1480eb0a7dfa8f3ff5bde7b95765f6fb2a';
const TIME = '2026-02-14T01:26:40+09:00';

/** Written down here once more, from the documentation. */
const formula = (body: string, time: string, secret = SECRET) => createHmac('sha256', secret).update(`${body}:${time}`).digest('base64');
const verify = (body: string, list: string, { time = TIME, secret = SECRET, nowSeconds = NOW_SECONDS } = {}) =>
  toss.verify(
    { headers: { 'tosspayments-webhook-signature': list, 'tosspayments-webhook-transmission-time': time }, body: Buffer.from(body) },
    [{ id: 'main', secret }],
    { nowSeconds, toleranceSeconds: 300 },
  );
const accepted = { valid: true, secretId: 'main' };
const refusedFor = (reason: string) => ({ valid: false, reason });

describe('the headers of Toss Payments', () => {
  const body = JSON.stringify(payout);
  const right = formula(body, TIME);

  it('hold one value or two, of which either may be right', () => {
    for (const list of [`v1:${right}`, `v1:${right},${WRONG}`, `v1:${WRONG},${right}`]) expect(verify(body, list)).toEqual(accepted);
  });

  it.each([
    ['no version', right, 'bad-header'],
    ['another version', `v2:${right}`, 'bad-header'],
    ['white space', `v1:${right}, ${WRONG}`, 'bad-header'],
    ['two headers that the gateway joined', `v1:${right},v1:${right}`, 'bad-header'],
    ['nothing behind the version', 'v1:', 'bad-header'],
    ['no padding', `v1:${right.replace('=', '')}`, 'no-match'],
    ['hex', `v1:${Buffer.from(right, 'base64').toString('hex')}`, 'no-match'],
  ])('are refused with %s', (_, list, reason) => {
    expect(verify(body, list)).toEqual(refusedFor(reason));
  });

  it.each(['2026-02-13T16:26:40Z', '2026-02-13T16:26:40.999999+00:00', '2026-02-13T11:26:40-05:00'])('may give the time as %s', (time) => {
    expect(verify(body, `v1:${formula(body, time)}`, { time })).toEqual(accepted);
  });

  it.each(['2026-02-14T01:26:40', '2026-02-14 01:26:40+09:00', '1771000000', `${TIME},${TIME}`, ` ${TIME}`, '2026-13-14T01:26:40+09:00'])(
    'are refused with the time %j, however it is signed',
    (time) => {
      expect(verify(body, `v1:${formula(body, time)}`, { time })).toEqual(refusedFor('bad-timestamp'));
    },
  );

  it('are refused where a part of the time was moved to the end of the body, although the signature is right', () => {
    for (const at of [3, 6].map((colon) => TIME.length - colon)) {
      const [moved, time] = [TIME.slice(0, at), TIME.slice(at + 1)];
      expect(verify(`${body}:${moved}`, `v1:${formula(`${body}:${moved}`, time)}`, { time })).toEqual(refusedFor('bad-timestamp'));
    }
  });

  it('are not there on what tells of payments', () => {
    const headers = { 'tosspayments-webhook-transmission-time': TIME, 'tosspayments-webhook-transmission-id': 'transmission-1' };
    const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: 300 };
    expect(toss.verify({ headers, body: Buffer.from(body) }, [{ id: 'main', secret: SECRET }], options)).toEqual(refusedFor('no-header'));
  });

  it('cannot be made with a blank key', () => {
    expect(() => toss.sign({ body: Buffer.from(body), secret: ' ', nowSeconds: NOW_SECONDS, id: '' })).toThrow(TypeError);
  });
});

describe('in comparison with the formula of the documentation', () => {
  it('agrees on each body, key and time, right or altered', () => {
    const seen = { valid: 0, refused: 0 };
    const texts = fc.string({ unit: 'binary', maxLength: 200 });
    const keys = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((key) => key.trim() !== '');
    const property = fc.property(texts, keys, fc.integer({ min: -600, max: 600 }), fc.boolean(), (body, secret, age, altered) => {
      const nowSeconds = NOW_SECONDS + age;
      const right = !altered && Math.abs(age) <= 300;
      expect(verify(altered ? `${body} ` : body, `v1:${formula(body, TIME, secret)}`, { secret, nowSeconds }).valid).toBe(right);
      const { headers } = toss.sign({ body: Buffer.from(body), secret, nowSeconds: NOW_SECONDS, id: 'transmission-1' });
      expect(headers).toEqual({
        'tosspayments-webhook-signature': `v1:${formula(body, TIME, secret)}`,
        'tosspayments-webhook-transmission-time': TIME,
        'tosspayments-webhook-transmission-id': 'transmission-1',
      });
      seen[right ? 'valid' : 'refused'] += 1;
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 1000 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(150);
  });
});
