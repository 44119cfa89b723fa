import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WebhookRequest } from '../../lambdas/core/provider.ts';
import midtrans from '../../lambdas/providers/midtrans.ts';
import { HOSTILE_BODIES, HOSTILE_VALUES } from '../contracts/hostile-json.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS, type ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const settled = {
  transaction_time: '2026-02-13 23:26:40',
  transaction_status: 'settlement',
  transaction_id: '799244a1-cc95-4cb6-ad1f-5537be937e4e',
  status_code: '200',
  payment_type: 'bank_transfer',
  order_id: 'order-41/é',
  merchant_id: 'G1234567',
  gross_amount: '150000.00',
  fraud_status: 'accept',
  currency: 'IDR',
};

const identityOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const settledFacts = {
  identity: identityOf('order-41/é200150000.00'),
  eventId: '799244a1-cc95-4cb6-ad1f-5537be937e4e:settlement',
  type: 'settlement',
  occurredAt: '2026-02-13T16:26:40.000Z',
  subject: 'order-41/é',
  account: undefined,
  mode: undefined,
  authenticity: 'partial',
  signedFields: ['order_id', 'status_code', 'gross_amount'],
  contentType: 'application/json',
} as const;

const sample = (title: string, event: object) => ({
  title,
  id: 'unused',
  body: JSON.stringify(event),
  headers: { 'content-type': 'application/json' },
});
const inBody = (change: object) => (request: WebhookRequest) => ({
  ...request,
  body: Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(request.body).toString()), ...change })),
});

const fixture: ProviderFixture = {
  provider: midtrans,
  signedHeaders: [],
  covers: 'fields',
  tampered: [
    ['"order-41/é"', '"order-42/é"'],
    ['"200"', '"201"'],
    ['"150000.00"', '"1.00"'],
    ['"150000.00"', '150000.00'],
    ['"150000.00"', '"0150000.00"'],
    ['"200"', '200'],
    ['"signature_key"', '"signature"'],
    ['"signature_key":"', '"signature_key":"00'],
  ],
  timestamped: false,
  // The signature stands in the body, so what is no JSON object cannot be signed: see the tests below.
  json: false,
  events: [
    { ...sample('a settlement', settled), expected: [settledFacts] },
    {
      ...sample('an event that has only what is signed, and a status', {
        order_id: 'order-41/é',
        status_code: '200',
        gross_amount: '150000.00',
        transaction_status: 'settlement',
      }),
      expected: [{ ...settledFacts, eventId: null, occurredAt: undefined }],
    },
  ],
  redelivered: [
    { ...sample('an indented body', settled), again: JSON.stringify(settled, null, 2) },
    { ...sample('another order of names', settled), again: JSON.stringify(Object.fromEntries(Object.entries(settled).reverse())) },
  ],
  replayed: [
    { title: 'another status, which is not signed', change: inBody({ transaction_status: 'refund', fraud_status: 'challenge' }) },
    {
      title: 'another transaction, merchant and time',
      change: inBody({ transaction_id: 'other', merchant_id: 'M', transaction_time: null }),
    },
    { title: 'one more member of its body', change: inBody({ more: null }) },
  ],
  states: [
    {
      ...sample('a pending order and its settlement', { ...settled, status_code: '201', transaction_status: 'pending' }),
      next: JSON.stringify(settled),
    },
  ],
  changed: [{ ...sample('another status', settled), into: JSON.stringify({ ...settled, transaction_status: 'refund' }) }],
  odd: [
    { ...sample('an event without an order', { ...settled, order_id: undefined }), reason: 'no-id' },
    { ...sample('an event without a status', { ...settled, transaction_status: undefined }), reason: 'no-type' },
    { ...sample('an order that would start a new log line', { ...settled, order_id: 'a\nb' }), reason: 'bad-subject' },
    { ...sample('a time that is none', { ...settled, transaction_time: '2026-02-30 00:00:00' }), reason: 'bad-time' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: midtrans, differs: {} });

const SIGNED: readonly string[] = settledFacts.signedFields;
const SECRET = 'SB-Mid-server-vE0bsi7JpAFFn1c27n07kJjB';
const signed = (event: object, secret = SECRET) =>
  midtrans.sign({ body: Buffer.from(JSON.stringify(event)), secret, nowSeconds: NOW_SECONDS, id: '' }).body;
const verify = (body: Uint8Array, secret = SECRET) => midtrans.verify({ headers: {}, body }, [{ id: 'main', secret }]);
const eventsOf = (body: Uint8Array) => midtrans.events({ headers: {}, body });
const refusedFor = (reason: string) => ({ valid: false, reason });

describe('the signature of Midtrans', () => {
  it('is put at the end of the body, whose other bytes and digits stay as they are', () => {
    const text = '{ "gross_amount": "10.00", "big": 12345678901234567890, "order_id": "a}", "status_code": "200" } \n';
    const { body } = midtrans.sign({ body: Buffer.from(text), secret: SECRET, nowSeconds: NOW_SECONDS, id: '' });
    const key = createHash('sha512').update(`a}20010.00${SECRET}`).digest('hex');
    expect(Buffer.from(body).toString()).toBe(text.replace('} \n', `,"signature_key":"${key}"} \n`));
    expect(verify(body)).toEqual({ valid: true, secretId: 'main' });
  });

  it.each([
    ['an amount with a sign', { gross_amount: '-1.00' }],
    ['an amount with an exponent', { gross_amount: '1e5' }],
    ['an amount with two points', { gross_amount: '1.0.0' }],
    ['an amount as a number', { gross_amount: 150_000 }],
    ['a status of four digits', { status_code: '2000' }],
    ['an empty order', { order_id: '' }],
    ['a list as the order', { order_id: ['order-41'] }],
  ])('is not looked at on %s', (_, change) => {
    const body = Buffer.from(JSON.stringify({ ...settled, ...change, signature_key: '00' }));
    expect(verify(body)).toEqual(refusedFor('bad-field'));
  });

  it.each([
    ['no signature', undefined, 'no-signature'],
    ['a signature that is no text', 7, 'no-signature'],
    ['an empty one', '', 'no-match'],
    ['upper-case hex', 'AB'.repeat(64), 'no-match'],
  ])('is refused with %s', (_, key, reason) => {
    expect(verify(Buffer.from(JSON.stringify({ ...settled, signature_key: key })))).toEqual(refusedFor(reason));
  });

  it('is refused while the server key is blank, and cannot be made with such a one', () => {
    const key = createHash('sha512').update('order-41/é200150000.00 ').digest('hex');
    expect(verify(Buffer.from(JSON.stringify({ ...settled, signature_key: key })), ' ')).toEqual(refusedFor('no-usable-secret'));
    expect(() => signed(settled, ' ')).toThrow(TypeError);
  });

  it('may fit another cut of the same text, and that is the same event', () => {
    const cuts = [
      { order_id: 'A1', status_code: '200', gross_amount: '2003450.00' },
      { order_id: 'A1200', status_code: '200', gross_amount: '3450.00' },
    ];
    for (const cut of cuts) {
      const body = signed({ ...settled, ...cut });
      expect(verify(body)).toEqual({ valid: true, secretId: 'main' });
      expect(eventsOf(body)).toMatchObject([{ identity: identityOf('A12002003450.00') }]);
    }
  });
});

describe('a body of Midtrans', () => {
  it.each(HOSTILE_BODIES)('that holds $title is refused, and would be odd: $reason', ({ body, reason }) => {
    expect(verify(Buffer.from(body))).toEqual(refusedFor('bad-body'));
    expect(eventsOf(Buffer.from(body))).toMatchObject([{ kind: 'odd', reason }]);
  });

  it('takes any value in any place: an event or an odd one, never an exception', () => {
    const text = Buffer.from(signed(settled)).toString();
    for (const name of ['marked', 'signature_key', ...Object.keys(settled)]) {
      for (const value of HOSTILE_VALUES) {
        // Of two members of one name the last one counts.
        const body = Buffer.from(`${text.slice(0, -1)},${JSON.stringify(name)}:${value}}`);
        expect(verify(body).valid).toBe(![...SIGNED, 'signature_key'].includes(name));
        for (const reading of eventsOf(body)) {
          expect(reading.kind === 'event' ? reading.identity : reading.reason).toMatch(/^sha256:[0-9a-f]{64}$|^[a-z-]{3,40}$/);
        }
      }
    }
  });
});

describe('in comparison with the formula of the documentation', () => {
  it('agrees on each order, amount and key, right or altered', () => {
    const seen = { valid: 0, refused: 0 };
    const fields = fc.record({
      order: fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }),
      code: fc.constantFrom('200', '201', '202', '407'),
      amount: fc.nat().map((rupiah) => `${rupiah}.00`),
      secret: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((key) => key.trim() !== ''),
      altered: fc.boolean(),
    });
    const property = fc.property(fields, ({ order, code, amount, secret, altered }) => {
      const key = createHash('sha512').update(`${order}${code}${amount}${secret}`).digest('hex');
      const event = { order_id: altered ? `${order}1` : order, status_code: code, gross_amount: amount };
      expect(verify(Buffer.from(JSON.stringify({ ...event, signature_key: key })), secret).valid).toBe(!altered);
      expect(JSON.parse(Buffer.from(signed({ ...event, order_id: order }, secret)).toString())).toHaveProperty('signature_key', key);
      seen[altered ? 'refused' : 'valid'] += 1;
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 500 });
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(150);
  });
});
