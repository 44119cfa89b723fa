import { describe, expect, it } from '@jest/globals';
import type { ActiveSecret } from '../../lambdas/core/provider.ts';
import adyen from '../../lambdas/providers/adyen.ts';
import { HOSTILE_BODIES, HOSTILE_VALUES } from '../contracts/hostile-json.ts';
import { bytesOf, NOW_SECONDS, namesOf } from '../contracts/provider-fixture.ts';
import { authorised, bodyOf, declined, type Item, refunded } from './adyen-items.ts';

const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: 300 };
const right = { id: 'right', secret: adyen.makeSecret(new Uint8Array(32).fill(0xa7)) };
const verdictOf = (body: string | Uint8Array, secrets: readonly ActiveSecret[] = [right]) =>
  adyen.verify({ headers: {}, body: bytesOf(body) }, secrets, options);
const signedText = (body: string, secret = right.secret) =>
  Buffer.from(adyen.sign({ body: Buffer.from(body), secret, nowSeconds: 0, id: '' }).body).toString();
const itemsOf = (body: string): Item[] => JSON.parse(body).notificationItems.map((entry: Item) => entry['NotificationRequestItem'] as Item);

describe('a request of several items', () => {
  const signed = itemsOf(signedText(bodyOf(authorised, refunded, declined)));
  const [first = {}, second = {}, third = {}] = signed;

  it('is refused where there is none', () => {
    for (const body of ['{}', '{"notificationItems":[]}', '{"notificationItems":{}}', '{"notificationItems":null}']) {
      expect(verdictOf(body)).toEqual({ valid: false, reason: 'no-item' });
    }
  });

  it.each([
    ['is not signed', declined, 'no-item'],
    ['has no additional data', { ...declined, additionalData: null }, 'no-item'],
    ['has a list as additional data', { ...declined, additionalData: ['A='] }, 'no-item'],
    ['has a signature that is no text', { ...declined, additionalData: { hmacSignature: 1 } }, 'no-item'],
    ['has an empty signature', { ...declined, additionalData: { hmacSignature: '' } }, 'no-item'],
    ['has the signature of another', { ...declined, additionalData: first['additionalData'] }, 'no-match'],
    ['was changed', { ...third, merchantReference: 'order-2' }, 'no-match'],
  ])('is refused as a whole where the last one %s', (_, last, reason) => {
    expect(verdictOf(bodyOf(first, second, last))).toEqual({ valid: false, reason });
    expect(verdictOf(bodyOf(last, first, second))).toEqual({ valid: false, reason });
  });

  it.each(['null', '1', '[]', '"text"', '{}'])('is refused where one of them is %s', (item) => {
    const body = bodyOf(first, second).replace(']}', `,${item}]}`);
    expect(verdictOf(body).valid).toBe(false);
  });

  it.each([
    ['a name that stands twice', '"pspReference":"P9","pspReference":'],
    ['a plain name with an escape, which the parser may take for another one', '"valu\\u0065":1,"pspReference":'],
  ])('is refused with %s: two readers would read two things, and neither is signed', (_, members) => {
    const body = Buffer.from(Buffer.from(bodyOf(first)).toString().replace('"pspReference":', members));
    expect(verdictOf(body)).toEqual({ valid: false, reason: 'bad-body' });
  });

  it('keeps an odd item once, however its date is varied', () => {
    const odd = (eventDate: string) => signedText(bodyOf({ ...third, pspReference: 'with space', eventDate }), right.secret);
    const readings = ['2026-02-13T16:26:36+00:00', '2026-02-14T16:26:36+00:00'].map((date) =>
      adyen.events({ headers: {}, body: Buffer.from(odd(date)) }),
    );
    const [one, two] = readings.map(([reading]) => (reading?.kind === 'odd' ? reading.identity : undefined));
    expect(one).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(two).toBe(one);
  });

  it('may be signed with two secrets that are both active, and names the one of the first', () => {
    const other = { id: 'other', secret: adyen.makeSecret(new Uint8Array(32).fill(9)) };
    const [signedByOther = {}] = itemsOf(signedText(bodyOf(refunded), other.secret));
    expect(verdictOf(bodyOf(first, signedByOther), [other, right])).toEqual({ valid: true, secretId: 'right' });
    expect(verdictOf(bodyOf(signedByOther, first), [other, right])).toEqual({ valid: true, secretId: 'other' });
    expect(verdictOf(bodyOf(first, signedByOther), [right])).toEqual({ valid: false, reason: 'no-match' });
  });

  it('gives each event the bytes of its own item, with every digit and space as it came', () => {
    const item = (value: Item) => `{ "NotificationRequestItem" : ${JSON.stringify(value, null, 1)} , "more": 1.00 }`;
    const body = Buffer.from(`{"live":"false", "notificationItems": [ ${item(first)},\n${item(third)} ] }`);
    expect(verdictOf(body).valid).toBe(true);
    const readings = adyen.events({ headers: {}, body });
    expect(readings.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([item(first), item(third)]);
    expect(readings.every(({ bytes }) => bytes.buffer === body.buffer)).toBe(true);
  });

  it('is refused above the bound of events', () => {
    expect(verdictOf(bodyOf(...Array.from({ length: 1_000 }, () => first))).valid).toBe(true);
    expect(verdictOf(bodyOf(...Array.from({ length: 1_001 }, () => first)))).toEqual({ valid: false, reason: 'too-many-signatures' });
  });
});

describe('an item', () => {
  it.each([
    ['LJMZ:U8FH', 'pspReference'],
    ['X:Y', 'originalReference'],
    ['X:Y', 'merchantAccountCode'],
    ['X:Y', 'eventCode'],
    ['\ud800', 'merchantReference'],
    ['\u0000', 'pspReference'],
    [7, 'merchantReference'],
    [2 ** 53, 'amount.value'],
    ['1000', 'amount.value'],
    ['E:R', 'amount.currency'],
  ])('with %j as its %s is refused, since what is signed could mean something else', (value, name) => {
    const amount = { ...authorised.amount, ...(name.startsWith('amount.') ? { [name.slice(7)]: value } : {}) };
    const item = {
      ...authorised,
      amount,
      additionalData: { hmacSignature: 'A'.repeat(43) },
      ...(name.includes('.') ? {} : { [name]: value }),
    };
    expect(verdictOf(bodyOf(item))).toEqual({ valid: false, reason: 'bad-field' });
  });

  it.each([
    ['bad-id', { pspReference: 'a report.csv' }],
    ['bad-id', { pspReference: '' }],
    ['bad-id', { pspReference: 'P'.repeat(250) }],
    ['no-id', { pspReference: undefined }],
    ['no-type', { eventCode: undefined }],
    ['bad-account', { merchantAccountCode: 'Shop Example' }],
  ])('that is rightly signed and not understood is kept as odd: %s for %j', (reason, fields) => {
    const item = { ...authorised, ...fields };
    const body = signedText(bodyOf(authorised, item));
    expect(verdictOf(body)).toMatchObject({ valid: true });
    expect(adyen.events({ headers: {}, body: Buffer.from(body) })).toMatchObject([{ kind: 'event' }, { kind: 'odd', reason }]);
  });
});

it('has the same names and fingerprint when it is sent again signed with a new key', () => {
  const [first, second] = [1, 2].map((number) => signedText(bodyOf(authorised), adyen.makeSecret(new Uint8Array(32).fill(number))));
  expect(second).not.toBe(first);
  const [names, again] = [first, second].map((body) => namesOf(adyen.events({ headers: {}, body: Buffer.from(body ?? '') })));
  expect(again).toEqual(names);
});

describe('hostile JSON', () => {
  it.each(HOSTILE_BODIES)('is refused and would be odd: $title', ({ body, reason }) => {
    expect(verdictOf(body)).toEqual({ valid: false, reason: 'bad-body' });
    expect(adyen.events({ headers: {}, body })).toMatchObject([{ kind: 'odd', reason }]);
  });

  it('in any place of an item is never an exception', () => {
    const marker = '"\\u0001here"';
    const withMarker = (name: string) => bodyOf({ ...authorised, [name]: '\u0001here' });
    const places = [...Object.keys(authorised).map(withMarker), bodyOf().replace('[]', marker), bodyOf().replace('[]', `[${marker}]`)];
    const nested = bodyOf({ ...authorised, amount: { currency: '\u0001here' } }, { amount: { value: '\u0001here' } });
    for (const place of [...places, nested]) {
      for (const value of HOSTILE_VALUES) {
        const body = signedText(place.replaceAll(marker, () => value));
        const { valid } = verdictOf(body);
        const readings = adyen.events({ headers: {}, body: Buffer.from(body) });
        if (valid) expect(readings.length).toBeGreaterThan(0);
        for (const reading of readings) expect(reading.kind === 'odd' ? reading.reason : reading.identity).toMatch(/^[\w:.-]+$/);
      }
    }
  });
});

describe('a secret', () => {
  it('is 64 hex digits in either case, and a message never holds another', () => {
    const signature = signedText(bodyOf(authorised));
    expect(verdictOf(signature, [{ id: 'lower', secret: right.secret.toLowerCase() }])).toEqual({ valid: true, secretId: 'lower' });
    for (const secret of ['', ' ', right.secret.slice(2), `${right.secret}00`, `${right.secret} `, 'z'.repeat(64)]) {
      expect(() => signedText('{}', secret)).toThrow(TypeError);
      expect(() => signedText('{}', secret)).toThrow(/64 hex digits; received another text of \d+ characters/);
      expect(verdictOf(signature, [{ id: 'bad', secret }])).toEqual({ valid: false, reason: 'no-usable-secret' });
    }
    expect(signedText('{}')).toBe('{}');
  });
});
