import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Paddle } from '@paddle/paddle-node-sdk';
import fc from 'fast-check';
import paddle from '../../lambdas/providers/paddle.ts';
import { freshFrom } from '../../ops/fixtures/fresh.ts';
import events from '../../ops/fixtures/paddle.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS, type ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';
import { describeWhere } from '../not-run.ts';

const completed = {
  event_id: 'evt_01k9q7b5m3c7v2f8r1t6y4w0zn',
  event_type: 'transaction.completed',
  occurred_at: '2026-02-13T16:26:37.000123Z',
  notification_id: 'ntf_01k9q7b5p8d2s6h4j9k3l5x7qc',
  data: {
    id: 'txn_01k9q7a1g5b8n4m2v6c9x3z7ld',
    status: 'completed',
    customer_id: 'ctm_01k9q79zr4t2y8u6i1o5p3a9sd',
    currency_code: 'USD',
    details: { totals: { grand_total: '59900', note: 'caffè' } },
  },
};

const completedFacts = {
  identity: 'evt_01k9q7b5m3c7v2f8r1t6y4w0zn',
  type: 'transaction.completed',
  occurredAt: '2026-02-13T16:26:37.000Z',
  subject: 'txn_01k9q7a1g5b8n4m2v6c9x3z7ld',
  account: undefined,
  mode: undefined,
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const sample = (title: string, event: object) => ({ title, id: 'unused', body: JSON.stringify(event) });
const withChange = (change: object) => JSON.stringify({ ...completed, ...change });

const fixture: ProviderFixture = {
  provider: paddle,
  signedHeaders: ['paddle-signature'],
  covers: 'body',
  timestamped: true,
  json: true,
  flood: (headers, count) => ({
    ...headers,
    'paddle-signature': (headers['paddle-signature'] ?? '').replace(';', `;${`h1=${'0'.repeat(64)};`.repeat(count)}`),
  }),
  events: [
    { ...sample('a payment', completed), expected: [completedFacts] },
    {
      ...sample('an event about something without an id', { ...completed, data: {} }),
      expected: [{ ...completedFacts, subject: undefined }],
    },
  ],
  redelivered: [
    { ...sample('another notification', completed), again: withChange({ notification_id: 'ntf_01k9q8zzzzzzzzzzzzzzzzzzzz' }) },
    { ...sample('an indented body', completed), again: JSON.stringify(completed, null, 2) },
  ],
  // The time and the body are signed: nothing is left that a holder of one request could vary.
  replayed: [],
  states: [{ ...sample('a transaction that was ready and then completed', completed), next: withChange({ event_id: 'evt_other' }) }],
  changed: [
    { ...sample('another amount', completed), into: JSON.stringify(completed).replace('59900', '59901') },
    { ...sample('another type', completed), into: withChange({ event_type: 'transaction.paid' }) },
    { ...sample('another time', completed), into: withChange({ occurred_at: '2026-02-13T16:26:37.000124Z' }) },
  ],
  odd: [
    { ...sample('an event without an id', { ...completed, event_id: undefined }), reason: 'no-id' },
    { ...sample('an id with the separator of keys', { ...completed, event_id: 'evt_1#live' }), reason: 'bad-id' },
    { ...sample('an event without a type', { ...completed, event_type: null }), reason: 'no-type' },
    { ...sample('a time without a zone', { ...completed, occurred_at: '2026-02-13T16:26:37.000123' }), reason: 'bad-time' },
    { ...sample('a number as the id of the object', { ...completed, data: { id: 1 } }), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);
describeVectors({
  provider: paddle,
  differs: { 'two-h1-first-good': 'during a rotation any of the signatures may be the one of a key that is known here' },
});

const SECRET = 'pdl_ntfset_01k9q6_x7Vt2';
const body = Buffer.from('{"event_id":"evt_1"}');
const hex = (timestamp: string | number, secret = SECRET) =>
  createHmac('sha256', secret).update(`${timestamp}:`).update(body).digest('hex');
const right = hex(NOW_SECONDS);
const verify = (header: string, secrets: readonly string[] = [SECRET]) =>
  paddle.verify(
    { headers: { 'paddle-signature': header }, body },
    secrets.map((secret, index) => ({ id: `secret-${index}`, secret })),
    { nowSeconds: NOW_SECONDS, toleranceSeconds: 5 },
  );
const refusedFor = (reason: string) => ({ valid: false, reason });

describe('the Paddle-Signature header', () => {
  it.each([
    ['before', `ts=${NOW_SECONDS};h1=${right};h1=${hex(NOW_SECONDS, 'old')}`],
    ['after', `ts=${NOW_SECONDS};h1=${hex(NOW_SECONDS, 'old')};h1=${right}`],
    ['beside one of another scheme and', `ts=${NOW_SECONDS};h2=a+/b==;h1=${right}`],
  ])('may list the right signature %s another one', (_, header) => {
    expect(verify(header)).toEqual({ valid: true, secretId: 'secret-0' });
  });

  it.each([
    ['a second time', `ts=${NOW_SECONDS};ts=${NOW_SECONDS};h1=${right}`, 'two-timestamps'],
    ['no time', `h1=${right}`, 'no-timestamp'],
    ['no signature', `ts=${NOW_SECONDS}`, 'no-signature'],
    ['an empty signature', `ts=${NOW_SECONDS};h1=;h1=${right}`, 'bad-header'],
    ['white space between its parts', `ts=${NOW_SECONDS}; h1=${right}`, 'bad-header'],
    ['two headers that the gateway joined', `ts=1;h1=00,ts=${NOW_SECONDS};h1=${right}`, 'bad-header'],
    ['upper-case hex', `ts=${NOW_SECONDS};h1=${right.toUpperCase()}`, 'no-match'],
    ['the signature under another name', `ts=${NOW_SECONDS};h2=${right}`, 'no-signature'],
  ])('is refused with %s', (_, header, reason) => {
    expect(verify(header)).toEqual(refusedFor(reason));
  });

  it.each(['abc', '1e9', `${NOW_SECONDS}abc`, `${NOW_SECONDS}.5`, `+${NOW_SECONDS}`, `0${NOW_SECONDS}`, '', '9'.repeat(12)])(
    'is refused with the time %j, however it is signed',
    (timestamp) => {
      for (const signature of [hex(timestamp), hex(Number.parseInt(timestamp, 10))])
        expect(verify(`ts=${timestamp};h1=${signature}`)).toEqual(refusedFor('bad-timestamp'));
    },
  );

  it('is refused while the secret is blank, and cannot be made with such a one', () => {
    expect(verify(`ts=${NOW_SECONDS};h1=${hex(NOW_SECONDS, ' ')}`, [' '])).toEqual(refusedFor('no-usable-secret'));
    expect(() => paddle.sign({ body, secret: ' ', nowSeconds: NOW_SECONDS, id: '' })).toThrow(TypeError);
  });
});

describe("in comparison with Paddle's own library", () => {
  const { webhooks } = new Paddle('unused');
  // The library takes the time from nowhere else.
  beforeAll(() => {
    jest.useFakeTimers({ now: NOW_SECONDS * 1000, doNotFake: ['performance', 'queueMicrotask', 'nextTick', 'setImmediate'] });
  });
  afterAll(() => {
    jest.useRealTimers();
  });

  it('agrees on each body, key and age, right or altered, and is stricter only about the future', async () => {
    const seen = { valid: 0, refused: 0, future: 0 };
    const texts = fc.string({ unit: 'binary', maxLength: 200 });
    const keys = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }).filter((key) => key.trim() !== '');
    const property = fc.asyncProperty(texts, keys, fc.integer({ min: -8, max: 8 }), fc.boolean(), async (text, secret, age, altered) => {
      const { headers } = paddle.sign({ body: Buffer.from(text), secret, nowSeconds: NOW_SECONDS - age, id: '' });
      const sent = altered ? `${text} ` : text;
      const theirs = await webhooks.isSignatureValid(sent, secret, headers['paddle-signature'] ?? '');
      const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: 5 };
      const ours = paddle.verify({ headers, body: Buffer.from(sent) }, [{ id: 'main', secret }], options);
      if (age < -5 && !altered) {
        expect([theirs, ours]).toEqual([true, refusedFor('too-new')]);
        seen.future += 1;
      } else {
        expect(ours.valid).toBe(theirs);
        seen[theirs ? 'valid' : 'refused'] += 1;
      }
    });
    await fc.assert(property, { seed: 20_261_124, numRuns: 1500 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(300);
    expect(seen.future).toBeGreaterThan(50);
  });
});

const CAPTURES = new URL('../../../shared/samples/webhook-payloads.jsonl', import.meta.url);
const captured = { holds: () => existsSync(CAPTURES), reason: 'the captured webhooks in ../shared/samples are not on this machine' };

describeWhere(captured, 'the events that are made for Paddle, beside captured ones', () => {
  it.each(['transaction.billed', 'subscription.past_due', 'subscription.activated', 'adjustment.updated'])(
    'have the members, their order and about the size of a real %s',
    (type) => {
      const lines = readFileSync(CAPTURES, 'utf8').trim().split('\n');
      const real = lines.map((line) => JSON.parse(line).body).find(({ event_type }) => event_type === type);
      const { body } = events.make(
        type,
        freshFrom(NOW_SECONDS, () => 0.4),
      );
      const made = JSON.parse(Buffer.from(body).toString());
      expect([Object.keys(made), Object.keys(made.data)]).toEqual([Object.keys(real), Object.keys(real.data)]);
      const ratio = body.length / Buffer.byteLength(JSON.stringify(real));
      expect(Math.abs(Math.log2(ratio))).toBeLessThan(0.5);
    },
  );
});
