import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import stripe from '../../lambdas/providers/stripe.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS, type ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const SECRET = 'whsec_2b7e151628aed2a6abf7158809cf4f3c';

const paid = {
  id: 'evt_3Qw1',
  object: 'event',
  api_version: '2026-10-28.endive',
  created: 1_770_999_997,
  data: { object: { id: 'pi_3Qw1', object: 'payment_intent', amount: 1999, currency: 'eur', metadata: { note: 'caffè' } } },
  livemode: true,
  pending_webhooks: 1,
  request: { id: 'req_1', idempotency_key: null },
  type: 'payment_intent.succeeded',
};

const thin = {
  id: 'evt_test_65R',
  object: 'v2.core.event',
  type: 'v1.billing.meter.error_report_triggered',
  livemode: false,
  created: '2026-02-13T16:26:37.123456Z',
  context: 'acct_1Platform/acct_1Shop',
  related_object: { id: 'mtr_test_61R', type: 'billing.meter', url: '/v1/billing/meters/mtr_test_61R' },
};

const signedJson = { authenticity: 'signed', contentType: 'application/json' } as const;

const paidFacts = {
  ...signedJson,
  identity: 'evt_3Qw1',
  type: 'payment_intent.succeeded',
  occurredAt: '2026-02-13T16:26:37.000Z',
  subject: 'pi_3Qw1',
  account: undefined,
  mode: 'live',
} as const;

const sample = (title: string, event: object) => ({ title, id: 'evt_3Qw1', body: JSON.stringify(event) });
const changedIn = (event: object, change: object) => JSON.stringify({ ...event, ...change });
const withoutMember = (name: string) => Object.fromEntries(Object.entries(paid).filter(([own]) => own !== name));
const paidAs = (amount: string) => JSON.stringify(paid).replace('1999', amount);

const fixture: ProviderFixture = {
  provider: stripe,
  signedHeaders: ['stripe-signature'],
  covers: 'body',
  timestamped: true,
  json: true,
  flood: (headers, count) => ({
    ...headers,
    'stripe-signature': (headers['stripe-signature'] ?? '').replace(',', `,${`v1=${'0'.repeat(64)},`.repeat(count)}`),
  }),
  events: [
    { ...sample('a payment', paid), expected: [paidFacts] },
    {
      ...sample('an event of a connected account', { ...paid, account: 'acct_1Shop' }),
      expected: [{ ...paidFacts, account: 'acct_1Shop' }],
    },
    { ...sample('a test event', { ...paid, livemode: false }), expected: [{ ...paidFacts, mode: 'test' }] },
    {
      ...sample('an object without an id', { ...paid, data: { object: { object: 'balance' } } }),
      expected: [{ ...paidFacts, subject: undefined }],
    },
    {
      ...sample('an event that does not say when it occurred', withoutMember('created')),
      expected: [{ ...paidFacts, occurredAt: undefined }],
    },
    {
      ...sample('a thin event of API v2', thin),
      expected: [
        {
          ...signedJson,
          identity: 'evt_test_65R',
          type: 'v1.billing.meter.error_report_triggered',
          occurredAt: '2026-02-13T16:26:37.123Z',
          subject: 'mtr_test_61R',
          account: 'acct_1Platform/acct_1Shop',
          mode: 'test',
        },
      ],
    },
    {
      title: 'a repeated id by the last one, as every JSON reader in JavaScript does',
      id: 'evt_3Qw1',
      body: JSON.stringify(paid).replace('{', '{"id":"evt_first",'),
      expected: [paidFacts],
    },
  ],
  redelivered: [
    { ...sample('another number of pending webhooks', paid), again: changedIn(paid, { pending_webhooks: 2 }) },
    { ...sample('an indented body', paid), again: JSON.stringify(paid, null, 2) },
    { ...sample('another order of names', paid), again: JSON.stringify(Object.fromEntries(Object.entries(paid).reverse())) },
    { ...sample('a letter written as an escape', paid), again: JSON.stringify(paid).replace('è', '\\u00e8') },
  ],
  // Stripe signs its id and its time: nothing that a holder of one request could vary is left.
  replayed: [],
  states: [{ ...sample('an intent that failed and then succeeded', paid), next: changedIn(paid, { id: 'evt_3Qw2' }) }],
  changed: [
    { ...sample('another amount', paid), into: paidAs('2000') },
    {
      ...sample('amounts that are one number in JavaScript', { ...paid }),
      body: paidAs('9007199254740992'),
      into: paidAs('9007199254740993'),
    },
    { ...sample('amounts beyond every bound', { ...paid }), body: paidAs('1e400'), into: paidAs('1e401') },
    { ...sample('another type', paid), into: changedIn(paid, { type: 'payment_intent.canceled' }) },
    { ...sample('another time', paid), into: changedIn(paid, { created: paid.created + 1 }) },
    { ...sample('another object behind a thin event', thin), into: changedIn(thin, { related_object: { id: 'mtr_2' } }) },
    { ...sample('another lone surrogate', { ...paid }), body: paidAs('"\\ud800"'), into: paidAs('"\\udbff"') },
    { ...sample('an amount that moved to __proto__', paid), into: JSON.stringify(paid).replace('"amount"', '"__proto__"') },
  ],
  odd: [
    { ...sample('an event without an id', withoutMember('id')), reason: 'no-id' },
    { ...sample('the id null', { ...paid, id: null }), reason: 'no-id' },
    { ...sample('a number as the id', { ...paid, id: 12 }), reason: 'bad-id' },
    { ...sample('a list as the id', { ...paid, id: ['evt_1'] }), reason: 'bad-id' },
    { ...sample('an empty id', { ...paid, id: '' }), reason: 'bad-id' },
    { ...sample('an id of 300 characters', { ...paid, id: `evt_${'1'.repeat(296)}` }), reason: 'bad-id' },
    { ...sample('an id with the separator of keys', { ...paid, id: 'evt_1#live#evt_2' }), reason: 'bad-id' },
    { ...sample('an id with a line break after it', { ...paid, id: 'evt_1\n' }), reason: 'bad-id' },
    { ...sample('an event without a type', withoutMember('type')), reason: 'no-type' },
    { ...sample('a number as the type', { ...paid, type: 1 }), reason: 'bad-type' },
    { ...sample('a type of 129 characters', { ...paid, type: 'a'.repeat(129) }), reason: 'bad-type' },
    { ...sample('a type that would start a new log line', { ...paid, type: 'a\r\n{"level":"info"}' }), reason: 'bad-type' },
    { ...sample('a type with terminal colours', { ...paid, type: '\u001b[31mred' }), reason: 'bad-type' },
    { ...sample('a type that would read backwards', { ...paid, type: 'a\u202eb' }), reason: 'bad-type' },
    { ...sample('a type with a lone surrogate', { ...paid, type: 'a\ud800' }), reason: 'bad-type' },
    { ...sample('a character in the type that SQS refuses', { ...paid, type: 'a\uffff' }), reason: 'bad-type' },
    { ...sample('an event that does not say live or test', withoutMember('livemode')), reason: 'no-livemode' },
    { ...sample('livemode as a text', { ...paid, livemode: 'false' }), reason: 'no-livemode' },
    { ...sample('a number as the id of the object', { ...paid, data: { object: { id: 1 } } }), reason: 'bad-subject' },
    { ...sample('an account with the separator of keys', { ...paid, account: 'acct_1#live' }), reason: 'bad-account' },
    { ...sample('the account that stands for none', { ...paid, account: '-' }), reason: 'bad-account' },
    { ...sample('a fraction of a second as the time', { ...paid, created: 1.5 }), reason: 'bad-time' },
    { ...sample('a time before 1970', { ...paid, created: -1 }), reason: 'bad-time' },
    { ...sample('a time after the year 9999', { ...paid, created: 253_402_300_800 }), reason: 'bad-time' },
    { ...sample('a date that does not exist', { ...thin, created: '2026-02-30T00:00:00Z' }), reason: 'bad-time' },
    { ...sample('a time without a zone', { ...thin, created: '2026-02-13T16:26:37' }), reason: 'bad-time' },
  ],
};

describeProvider(fixture);

describeVectors({ provider: stripe, differs: {} });

describe('an amount that no ledger can book', () => {
  it.each(['9007199254740993', '1e400', '-0', '-1', '0.1', '"100"', 'null', '{}'])(
    'does not make the event odd: %s is for the consumer to judge',
    (amount) => {
      const body = Buffer.from(paidAs(amount));
      expect(stripe.events({ headers: {}, body })).toMatchObject([{ kind: 'event', identity: 'evt_3Qw1', bytes: body }]);
    },
  );
});

describe('the Stripe-Signature header', () => {
  const body = Buffer.from('{"id":"evt_1"}');
  const hex = (timestamp: string | number, secret = SECRET) =>
    createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
  const verify = (header: string, secret = SECRET) =>
    stripe.verify({ headers: { 'stripe-signature': header }, body }, [{ id: 'current', secret }], {
      nowSeconds: NOW_SECONDS,
      toleranceSeconds: 300,
    });
  const right = hex(NOW_SECONDS);
  const accepted = { valid: true, secretId: 'current' };
  const refusedFor = (reason: string) => ({ valid: false, reason });

  it('holds the HMAC keyed with the whole secret, whsec_ included', () => {
    expect(verify(`t=${NOW_SECONDS},v1=${right}`)).toEqual(accepted);
    expect(verify(`t=${NOW_SECONDS},v1=${hex(NOW_SECONDS, SECRET.slice(6))}`)).toEqual(refusedFor('no-match'));
  });

  it.each([
    ['before', (wrong: string) => `t=${NOW_SECONDS},v1=${right},v1=${wrong}`],
    ['after', (wrong: string) => `t=${NOW_SECONDS},v1=${wrong},v1=${right}`],
  ])('may list the right signature %s a wrong one, as during a rotation', (_, header) => {
    expect(verify(header(hex(NOW_SECONDS, 'whsec_old')))).toEqual(accepted);
  });

  it('may hold signatures of other schemes, which count for nothing', () => {
    expect(verify(`t=${NOW_SECONDS},v0=${'0'.repeat(64)},v1=${right},v2=x`)).toEqual(accepted);
    for (const scheme of ['v0', 'v10', 'V1', 'v'])
      expect(verify(`t=${NOW_SECONDS},${scheme}=${right}`)).toEqual(refusedFor('no-signature'));
    expect(verify(`t=${NOW_SECONDS},ts=1,v1=${right}`)).toEqual(accepted);
  });

  it.each(['abc', '1e9', `${NOW_SECONDS}abc`, `${NOW_SECONDS}.5`, `+${NOW_SECONDS}`, `0${NOW_SECONDS}`, '-1', '0x1', '', '9'.repeat(12)])(
    'is refused with the time %j, however it is signed',
    (timestamp) => {
      const lenient = Number.parseInt(timestamp, 10);
      for (const signature of [hex(timestamp), hex(lenient)])
        expect(verify(`t=${timestamp},v1=${signature}`)).toEqual(refusedFor('bad-timestamp'));
    },
  );

  it('is refused with two times, also where both are equal', () => {
    expect(verify(`t=${NOW_SECONDS},t=${NOW_SECONDS},v1=${right}`)).toEqual(refusedFor('two-timestamps'));
    expect(verify(`t=${NOW_SECONDS},v1=${right},t`)).toEqual(refusedFor('two-timestamps'));
  });

  it.each([
    [',', 'two-timestamps'],
    [', ', 'bad-header'],
  ])('is refused where it came twice and the gateway joined both by %j, one of them valid', (joint, reason) => {
    const forged = `t=${NOW_SECONDS},v1=${'0'.repeat(64)}`;
    for (const pair of [
      [forged, `t=${NOW_SECONDS},v1=${right}`],
      [`t=${NOW_SECONDS},v1=${right}`, forged],
    ]) {
      expect(verify(pair.join(joint))).toEqual(refusedFor(reason));
    }
  });

  it.each([
    ['no time', `v1=${right}`, 'no-timestamp'],
    ['no signature', `t=${NOW_SECONDS}`, 'no-signature'],
    ['63 hex digits', `t=${NOW_SECONDS},v1=${right.slice(1)}`, 'no-match'],
    ['65 hex digits', `t=${NOW_SECONDS},v1=${right}0`, 'no-match'],
    ['62 hex digits', `t=${NOW_SECONDS},v1=${right.slice(2)}`, 'no-match'],
    ['66 hex digits', `t=${NOW_SECONDS},v1=${right}00`, 'no-match'],
    ['upper-case hex digits', `t=${NOW_SECONDS},v1=${right.toUpperCase()}`, 'no-match'],
    ['letters that are no hex digits', `t=${NOW_SECONDS},v1=${'z'.repeat(64)}`, 'no-match'],
    ['more after the signature', `t=${NOW_SECONDS},v1=${right}=1`, 'no-match'],
    ['an empty signature before the right one', `t=${NOW_SECONDS},v1=,v1=${right}`, 'bad-header'],
    ['a signature without a value', `t=${NOW_SECONDS},v1=${right},v1`, 'bad-header'],
    ['white space', `t=${NOW_SECONDS}, v1=${right}`, 'bad-header'],
    ['a character that is not ASCII', `t=${NOW_SECONDS},v1=${right},v0=é`, 'bad-header'],
  ])('is refused with %s, without an exception', (_, header, reason) => {
    expect(() => verify(header)).not.toThrow();
    expect(verify(header)).toEqual(refusedFor(reason));
  });

  it('is refused as too large before it is taken apart', () => {
    expect(verify(`t=${NOW_SECONDS},v1=${right},v0=${'0'.repeat(8192)}`)).toEqual(refusedFor('header-too-large'));
  });

  it.each(['', ' ', '\t\n'])('never matches the blank secret %j', (secret) => {
    expect(verify(`t=${NOW_SECONDS},v1=${hex(NOW_SECONDS, secret)}`, secret)).toEqual(refusedFor('no-usable-secret'));
  });
});
