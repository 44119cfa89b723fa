import { describe, expect, it } from '@jest/globals';
import type { WebhookRequest } from '../../lambdas/core/provider.ts';
import snapbi from '../../lambdas/providers/midtrans-snapbi.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS, namesOf, type ProviderFixture, rightSecret, signedRequest, verifyOptions } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';
import { publicKeyOf, signAnyText, signAsMidtrans } from './midtrans-snapbi-keys.ts';

const URL_GIVEN = 'https://hooks.shop.example/v1.0/transfer-va/payment';

const paid = {
  partnerServiceId: '   12345',
  customerNo: '76251814',
  virtualAccountNo: '827843692824',
  trxId: 'order-4711',
  paymentRequestId: '0313b89c-b477-414a-a1cb-a61de0d883d1',
  paidAmount: { value: '150000.00', currency: 'IDR' },
  trxDateTime: '2026-02-13T23:26:40+07:00',
};
const debited = {
  originalPartnerReferenceNo: 'order-4712',
  originalReferenceNo: 'A120260213232640S9vu8gSjaRID',
  merchantId: 'G099333790',
  amount: { value: '102800.00', currency: 'IDR' },
  latestTransactionStatus: '00',
  transactionStatusDesc: 'SUCCESS',
  additionalInfo: { refundHistory: [] },
};

const sample = (title: string, event: object) => ({
  title,
  id: 'unused',
  body: JSON.stringify(event),
  headers: { 'x-external-id': 'a175572f-c7f4-4ff1', 'x-partner-id': 'PARTNER' },
});

const expected = {
  identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown as string,
  eventId: 'a175572f-c7f4-4ff1',
  type: 'va.payment',
  occurredAt: '2026-02-13T16:26:40.000Z',
  subject: '0313b89c-b477-414a-a1cb-a61de0d883d1',
  account: undefined,
  mode: undefined,
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const withHeaders = (headers: WebhookRequest['headers']) => (request: WebhookRequest) => ({
  ...request,
  headers: { ...request.headers, ...headers },
});
const inBody = (from: string, to: string) => (request: WebhookRequest) => ({
  ...request,
  body: Buffer.from(Buffer.from(request.body).toString().replace(from, to)),
});

const fixture: ProviderFixture = {
  provider: snapbi,
  sign: signAsMidtrans,
  secretOf: publicKeyOf,
  url: URL_GIVEN,
  signedHeaders: ['x-signature', 'x-timestamp'],
  covers: 'fields',
  tampered: [
    ['150000.00', '150001.00'],
    ['"   12345"', '"  12345"'],
    ['order-4711', 'order-4712'],
    ['"paidAmount":', '"paidAmount":1,"paidAmount2":'],
    ['{"partnerServiceId":"   12345","customerNo":"76251814"', '{"customerNo":"76251814","partnerServiceId":"   12345"'],
    ['"trxDateTime":', '"x":null,"trxDateTime":'],
    ['}', '} x'],
  ],
  timestamped: true,
  json: true,
  events: [
    { ...sample('a payment into a virtual account', paid), expected: [expected] },
    {
      ...sample('a debit, which occurred when it was sent', debited),
      expected: [
        {
          ...expected,
          type: 'payment.00',
          occurredAt: '2026-02-13T16:26:40.000Z',
          subject: 'A120260213232640S9vu8gSjaRID',
          account: 'G099333790',
        },
      ],
    },
    {
      ...sample('a debit that names its end', { ...debited, finishedTime: '2026-02-13T20:00:00+07:00' }),
      headers: {},
      expected: [
        {
          ...expected,
          eventId: null,
          type: 'payment.00',
          occurredAt: '2026-02-13T13:00:00.000Z',
          subject: 'A120260213232640S9vu8gSjaRID',
          account: 'G099333790',
        },
      ],
    },
    {
      ...sample('an external id that cannot be shown', paid),
      headers: { 'x-external-id': 'a\u0007' },
      expected: [{ ...expected, eventId: null }],
    },
    {
      ...sample('an external id without an end', paid),
      headers: { 'x-external-id': '1'.repeat(256) },
      expected: [{ ...expected, eventId: null }],
    },
  ],
  redelivered: [
    { ...sample('an indented body', paid), again: JSON.stringify(paid, null, 2) },
    { ...sample('another order of its fields', paid), again: JSON.stringify(Object.fromEntries(Object.entries(paid).reverse())) },
  ],
  replayed: [
    { title: 'another external id, which is not signed', change: withHeaders({ 'x-external-id': 'other' }) },
    { title: 'another partner and channel', change: withHeaders({ 'x-partner-id': 'other', 'channel-id': '12345' }) },
    { title: 'a query', change: (request) => ({ ...request, query: 'a=1' }) },
    { title: 'white space between the fields', change: inBody('":', '" :\n\t') },
    { title: 'a letter written as an escape', change: inBody('order-4711', '\\u006frder-4711') },
  ],
  states: [
    { ...sample('paid and refunded', debited), next: JSON.stringify({ ...debited, latestTransactionStatus: '04' }) },
    { ...sample('two payments into one account', paid), next: JSON.stringify({ ...paid, paymentRequestId: 'another' }) },
  ],
  changed: [],
  odd: [
    { ...sample('a body without a status', { ...debited, latestTransactionStatus: null }), reason: 'no-type' },
    { ...sample('a status in words', { ...debited, latestTransactionStatus: 'SUCCESS' }), reason: 'bad-type' },
    { ...sample('a time without a zone', { ...paid, trxDateTime: '2026-02-13T23:26:40' }), reason: 'bad-time' },
    { ...sample('a payment id that is a number', { ...paid, paymentRequestId: 1 }), reason: 'bad-subject' },
    { ...sample('a merchant that is none', { ...debited, merchantId: '#' }), reason: 'bad-account' },
  ],
};

describeProvider(fixture);
describeVectors({ provider: snapbi, differs: {} });

const right = rightSecret(fixture);
const first = sample('a payment', paid);
const request = signedRequest(fixture, first);
const verdictOf = (changed: WebhookRequest, secret = right.secret, url: string | undefined = URL_GIVEN) =>
  snapbi.verify(changed, [{ id: 'right', secret }], { ...verifyOptions(fixture), url });

describe('the URL', () => {
  it.each([
    ['https://other.example/v1.0/transfer-va/payment', true],
    ['https://hooks.shop.example/v1.0/transfer-va/payment?a=1#b', true],
    ['https://hooks.shop.example/v1.0/transfer-va/payment/', false],
    ['https://hooks.shop.example/v1.0/debit/notify', false],
    ['https://hooks.shop.example/base/v1.0/transfer-va/payment', false],
  ])('counts by its path: %s', (url, valid) => {
    expect(verdictOf(request, right.secret, url).valid).toBe(valid);
  });

  it('is ours to mend where it is missing or none', () => {
    const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: 300 };
    expect(snapbi.verify(request, [right], options)).toEqual({ valid: false, reason: 'no-url' });
    expect(verdictOf(request, right.secret, '/v1.0/debit/notify')).toEqual({ valid: false, reason: 'no-url' });
  });
});

describe('the signed body', () => {
  /** White space, escapes and digits: stripping and writing anew give two texts. */
  const odd = '{ "virtualAccountNo" : "1 2\\u0033\\/",\n "n": -0.0, "trxId": "a\\"b \\\\", "2": 1, "1": [ ] }';
  const anew = JSON.stringify(JSON.parse(odd));
  const signedOver = (signed: string, sent: string): WebhookRequest => {
    const signing = { body: Buffer.from(sent), secret: right.secret, nowSeconds: NOW_SECONDS, url: URL_GIVEN, signed };
    const { headers, body } = signAnyText(signing);
    return { headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])), body };
  };
  const stripped = '{"virtualAccountNo":"1 2\\u0033\\/","n":-0.0,"trxId":"a\\"b \\\\","2":1,"1":[]}';

  it('may be the text without its white space, or the value written anew, and is the same event', () => {
    expect(stripped).not.toBe(anew);
    const names = [signedOver(stripped, odd), signedOver(anew, odd), signedOver(anew, anew)].map((signed) => {
      expect(verdictOf(signed)).toEqual({ valid: true, secretId: 'right' });
      return namesOf(snapbi.events(signed));
    });
    expect(names[1]).toEqual(names[0]);
    expect(names[2]).toEqual(names[0]);
  });

  it('is neither the text as it came, nor one without the spaces in its texts', () => {
    for (const signed of [odd, stripped.replaceAll(' ', ''), odd.replaceAll(' ', ''), anew.replace('"n":0', '"n":0.0')]) {
      expect(verdictOf(signedOver(signed, odd))).toEqual({ valid: false, reason: 'no-match' });
    }
  });

  it('that two readers could understand differently is refused, whatever of it is signed', () => {
    const value = '{"virtualAccountNo":"1","n":null}';
    const bodies = [value.replace('null', '1e400'), value.replace('"n"', '"\\u006e"'), value.replace('{', '{"n":1,')];
    for (const sent of bodies) expect(verdictOf(signedOver(value, sent))).toEqual({ valid: false, reason: 'bad-body' });
  });

  it('that is odd makes one thing to keep, however it is spaced', () => {
    const [one, two] = ['[1,0]', '[1, 0 ]'].map((sent) => signedOver('[1,0]', sent));
    expect([one, two].map((signed) => signed !== undefined && verdictOf(signed).valid)).toEqual([true, true]);
    const identities = [one, two]
      .map((signed) => snapbi.events(signed ?? request))
      .map(([odd]) => (odd?.kind === 'odd' ? odd.identity : undefined));
    expect(identities[0]).toMatch(/^sha256:/);
    expect(identities[1]).toBe(identities[0]);
  });

  it('written in another way makes no second event, whatever number stands in it', () => {
    for (const [written, other] of [
      ['1', '1.0'],
      ['0', '-0'],
      ['100', '1e2'],
      ['9007199254740992', '9007199254740993'],
    ] as const) {
      const body = (number: string) => `{"virtualAccountNo":"1","n":${number}}`;
      const [one, two] = [body(written), body(other)].map((sent) => signedOver(body(written), sent));
      expect([one, two].map((signed) => signed !== undefined && verdictOf(signed).valid)).toEqual([true, true]);
      expect(namesOf(snapbi.events(two ?? request))).toEqual(namesOf(snapbi.events(one ?? request)));
    }
  });
});

it.each(['2026-02-13', '1771000000', '2026-02-13T23:26:40', '2026-02-30T23:26:40+07:00', '2026-02-13T23:26:40+07:00 '])(
  'takes %j for no time',
  (timestamp) => {
    const changed = { ...request, headers: { ...request.headers, 'x-timestamp': timestamp } };
    expect(verdictOf(changed)).toEqual({ valid: false, reason: 'bad-timestamp' });
  },
);
