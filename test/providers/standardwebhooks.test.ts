import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import standardwebhooks from '../../lambdas/providers/standardwebhooks.ts';
import { describeProvider } from '../contracts/provider-contract.ts';
import { NOW_SECONDS, type ProviderFixture } from '../contracts/provider-fixture.ts';
import { describeVectors } from '../contracts/vectors.ts';

const paid = {
  type: 'payment.succeeded',
  timestamp: '2026-02-13T18:26:38.250+02:00',
  data: { id: 'pay_8Zk', amount: 1999, currency: 'eur', note: 'caffè' },
};

const paidFacts = {
  identity: 'msg_8Zk',
  type: 'payment.succeeded',
  occurredAt: '2026-02-13T16:26:38.250Z',
  subject: 'pay_8Zk',
  account: undefined,
  mode: undefined,
  authenticity: 'signed',
  contentType: 'application/json',
} as const;

const SENT_AT = '2026-02-13T16:26:40.000Z';
const ID = 'msg_8Zk';
const sample = (title: string, event: object, id = ID) => ({ title, id, body: JSON.stringify(event) });
const paidAs = (amount: string) => JSON.stringify(paid).replace('1999', amount);

const fixture: ProviderFixture = {
  provider: standardwebhooks,
  signedHeaders: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  covers: 'body',
  listJoint: ' ',
  timestamped: true,
  json: true,
  flood: (headers, count) => ({
    ...headers,
    'webhook-signature': `${`v1,${Buffer.alloc(32).toString('base64')} `.repeat(count)}${headers['webhook-signature'] ?? ''}`,
  }),
  events: [
    { ...sample('a payment', paid), expected: [paidFacts] },
    {
      ...sample('an event without a type, a time or data', { test: 2_432_232_314 }),
      expected: [{ ...paidFacts, type: 'untyped', occurredAt: SENT_AT, subject: undefined }],
    },
    { ...sample('a time that is not in ISO 8601', { ...paid, timestamp: 'yesterday' }), expected: [{ ...paidFacts, occurredAt: SENT_AT }] },
    {
      ...sample('a time as a number of unknown unit', { ...paid, timestamp: 1_771_000 }),
      expected: [{ ...paidFacts, occurredAt: SENT_AT }],
    },
    { ...sample('a number as the id of the data', { ...paid, data: { id: 7 } }), expected: [{ ...paidFacts, subject: undefined }] },
    {
      ...sample('data at the top of the body', { type: 'a.b', id: 'x', timestamp: paid.timestamp }),
      expected: [{ ...paidFacts, type: 'a.b', subject: undefined }],
    },
  ],
  redelivered: [
    { ...sample('an indented body', paid), again: JSON.stringify(paid, null, 2) },
    { ...sample('another order of names', paid), again: JSON.stringify(Object.fromEntries(Object.entries(paid).reverse())) },
    { ...sample('a letter written as an escape', paid), again: JSON.stringify(paid).replace('è', '\\u00e8') },
  ],
  // The id, the time and the body are signed: nothing is left that a holder of one request could vary.
  replayed: [],
  states: [{ ...sample('a payment under a second message', paid), next: JSON.stringify({ ...paid, type: 'payment.failed' }) }],
  changed: [
    { ...sample('another amount', paid), into: paidAs('2000') },
    { ...sample('amounts that are one number in JavaScript', paid), body: paidAs('9007199254740992'), into: paidAs('9007199254740993') },
    { ...sample('another type', paid), into: JSON.stringify({ ...paid, type: 'payment.failed' }) },
    { ...sample('a member more', paid), into: JSON.stringify({ ...paid, more: null }) },
  ],
  odd: [
    { ...sample('an id of 256 characters', paid, 'm'.repeat(256)), reason: 'bad-id' },
    { ...sample('an id with the separator of keys', paid, 'msg_1#live#msg_2'), reason: 'bad-id' },
    { ...sample('two id headers that the gateway joined', paid, 'msg_1,msg_2'), reason: 'bad-id' },
    { ...sample('a number as the type', { ...paid, type: 1 }), reason: 'bad-type' },
    { ...sample('an empty type', { ...paid, type: '' }), reason: 'bad-type' },
    { ...sample('a type of 129 characters', { ...paid, type: 'a'.repeat(129) }), reason: 'bad-type' },
    { ...sample('a type that would start a new log line', { ...paid, type: 'a\r\nb' }), reason: 'bad-type' },
    { ...sample('an id of the data that would start a new log line', { ...paid, data: { id: 'a\nb' } }), reason: 'bad-subject' },
    { ...sample('an id of the data of 256 characters', { ...paid, data: { id: 'p'.repeat(256) } }), reason: 'bad-subject' },
  ],
};

describeProvider(fixture);

describeVectors({
  provider: standardwebhooks,
  untyped: 'untyped',
  differs: { 'timestamp-fraction': 'the time is taken as it was signed, and only as a whole number' },
});

describe('the webhook headers', () => {
  const key = Buffer.alloc(24, 'k');
  const secret = `whsec_${key.toString('base64')}`;
  const body = Buffer.from('{"type":"a.b"}');
  const now = String(NOW_SECONDS);
  const base64 = (id: string, timestamp: string, by = key) =>
    createHmac('sha256', by).update(`${id}.${timestamp}.`).update(body).digest('base64');
  const right = base64(ID, now);
  const verifyWith = (secrets: readonly string[], headers: { readonly [name: string]: string }) =>
    standardwebhooks.verify(
      { headers: { 'webhook-id': ID, 'webhook-timestamp': now, 'webhook-signature': `v1,${right}`, ...headers }, body },
      secrets.map((text, index) => ({ id: `secret-${index}`, secret: text })),
      { nowSeconds: NOW_SECONDS, toleranceSeconds: 300 },
    );
  const verify = (headers: { readonly [name: string]: string }) => verifyWith([secret], headers);
  const accepted = { valid: true, secretId: 'secret-0' };
  const refusedFor = (reason: string) => ({ valid: false, reason });
  const wrong = Buffer.alloc(32).toString('base64');

  it.each([
    ['before', `v1,${right} v1,${wrong}`],
    ['after', `v1,${wrong} v1,${right}`],
    ['beside one of ed25519 and', `v1a,${wrong}${wrong} v1,${right}`],
  ])('may list the right signature %s another one', (_, list) => {
    expect(verify({ 'webhook-signature': list })).toEqual(accepted);
  });

  it.each([
    ['only one of ed25519', `v1a,${right}`, 'no-signature'],
    ['a signature without its version', right, 'no-signature'],
    ['signatures separated by commas', `v1,${wrong},v1,${right}`, 'no-match'],
    ['two headers that the gateway joined, the first one valid', `v1,${right},v1,${wrong}`, 'no-match'],
    ['a signature without its padding', `v1,${right.replace('=', '')}`, 'no-match'],
    ['more padding', `v1,${right}=`, 'no-match'],
    ['a signature in the alphabet of URLs', `v1,${Buffer.from(right, 'base64').toString('base64url')}=`, 'no-match'],
    ['junk inside the base64', `v1,${right.slice(0, 9)}!${right.slice(9)}`, 'no-match'],
    ['other unused bits in its last character', `v1,${otherUnusedBits(right)}`, 'no-match'],
    ['hex', `v1,${Buffer.from(right, 'base64').toString('hex')}`, 'no-match'],
    ['one byte less', `v1,${Buffer.from(right, 'base64').subarray(1).toString('base64')}`, 'no-match'],
    ['no bytes', 'v1,', 'no-match'],
  ])('are refused with %s, without an exception', (_, list, reason) => {
    expect(() => verify({ 'webhook-signature': list })).not.toThrow();
    expect(verify({ 'webhook-signature': list })).toEqual(refusedFor(reason));
  });

  it.each(['abc', '1e9', `${now}abc`, `${now}.5`, `+${now}`, `0${now}`, ` ${now}`, `${now},${now}`, '-1', '0x1', '9'.repeat(12), '１７７'])(
    'are refused with the time %j, however it is signed',
    (timestamp) => {
      const lenient = String(Number.parseInt(timestamp, 10));
      for (const signature of [base64(ID, timestamp), base64(ID, lenient)]) {
        const headers = { 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
        expect(verify(headers)).toEqual(refusedFor('bad-timestamp'));
      }
    },
  );

  it('are refused with a dot in the id, although the signature is right: the parts could be cut elsewhere', () => {
    const id = `${ID}.${now}`;
    expect(verify({ 'webhook-id': id, 'webhook-signature': `v1,${base64(id, now)}` })).toEqual(refusedFor('bad-id'));
  });

  it('are refused as too large before they are taken apart', () => {
    expect(verify({ 'webhook-id': 'm'.repeat(8193) })).toEqual(refusedFor('header-too-large'));
    expect(verify({ 'webhook-signature': `v1,${right} ${'v1a,x '.repeat(2000)}` })).toEqual(refusedFor('header-too-large'));
  });

  it('match a secret with or without whsec_ before it', () => {
    expect(verifyWith([secret.slice(6)], {})).toEqual(accepted);
  });

  it.each([
    ['empty', ''],
    ['only the prefix', 'whsec_'],
    ['shorter than 24 bytes', `whsec_${Buffer.alloc(23, 'k').toString('base64')}`],
    ['not base64', `${secret}!`],
    ['followed by a line break', `${secret}\n`],
    ['one with whsec_ elsewhere', `${secret.slice(6, 20)}whsec_${secret.slice(20)}`],
  ])('never match a secret that is %s, and say that it is of no use', (_, unusable) => {
    expect(verifyWith([unusable], {})).toEqual(refusedFor('no-usable-secret'));
    expect(verifyWith([unusable, secret], {})).toEqual({ valid: true, secretId: 'secret-1' });
  });

  it('cannot be made with such a secret, and the error does not quote it', () => {
    const sign = () => standardwebhooks.sign({ body, secret: 'whsec_hunter2', nowSeconds: NOW_SECONDS, id: ID });
    expect(sign).toThrow(TypeError);
    expect(sign).not.toThrow(/hunter2/);
  });
});

/** Base64 of 32 bytes leaves two bits unused; a lenient decoder takes any value of them for the same bytes. */
function otherUnusedBits(base64: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const last = base64.charAt(42);
  return `${base64.slice(0, 42)}${alphabet.charAt(alphabet.indexOf(last) + 1)}=`;
}

describe('what is odd', () => {
  const identities = (body: string, ...ids: string[]) =>
    ids.map(
      (id) =>
        standardwebhooks.events({
          headers: { 'webhook-id': id, 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' },
          body: Buffer.from(body),
        })[0]?.identity,
    );

  it('is known by its signed id and its body together, so that nothing is kept in the place of something else', () => {
    const [first, again, other] = identities('no JSON', 'msg_1', 'msg_1', 'msg_2');

    expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(identities('no JSON either', 'msg_1')).not.toEqual([first]);
  });
});
