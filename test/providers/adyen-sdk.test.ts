import { hmacValidator } from '@adyen/api-library';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import adyen from '../../lambdas/providers/adyen.ts';
import { authorised, bodyOf, type Item } from './adyen-items.ts';

const validator = new hmacValidator();
type TheirItem = Parameters<typeof validator.validateHMAC>[0];
type Change = (item: Item) => Item;

const options = { nowSeconds: 0, toleranceSeconds: 300 };
const plain = fc.string({ unit: fc.constantFrom(...'ABCxyz019._- /é한😀'), maxLength: 20 });
const reference = fc.string({ unit: fc.constantFrom(...'ab:\\"{}é한😀 0'), maxLength: 30 });
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

const items = fc.record({
  pspReference: plain,
  originalReference: fc.option(plain, { nil: undefined }),
  merchantAccountCode: plain,
  merchantReference: reference,
  amount: fc.record({ value: fc.option(fc.maxSafeInteger(), { nil: undefined }), currency: fc.constantFrom('EUR', 'JPY') }),
  eventCode: fc.constantFrom('AUTHORISATION', 'CAPTURE', 'REPORT_AVAILABLE'),
  success: fc.constantFrom('true', 'false', true, false),
});

/** What somebody might do to a signed item: nothing, something that is signed, something that is not. */
const changes = fc.constantFrom<Change>(
  (item) => item,
  (item) => item,
  (item) => ({ ...item, reason: 'other', eventDate: 'other' }),
  (item) => ({ ...item, merchantReference: `${item['merchantReference']}:` }),
  (item) => ({ ...item, amount: { ...Object(item['amount']), value: 1 } }),
  (item) => ({ ...item, success: item['success'] === 'true' ? 'false' : 'true' }),
  (item) => ({ ...item, additionalData: { hmacSignature: 'AAAA' } }),
);

it("agrees with Adyen's own library on each item, key and change", () => {
  const seen = { valid: 0, refused: 0 };
  const property = fc.property(items, key, changes, fc.boolean(), (item, secret, change, otherKey) => {
    const additionalData = { hmacSignature: validator.calculateHmac(item as unknown as TheirItem, secret) };
    const sent = change({ ...item, additionalData });
    const used = otherKey ? 'f'.repeat(64) : secret;
    const theirs = validator.validateHMAC(sent as unknown as TheirItem, used);
    const ours = adyen.verify({ headers: {}, body: Buffer.from(bodyOf(sent)) }, [{ id: 'main', secret: used }], options);
    expect(ours.valid).toBe(theirs);
    seen[theirs ? 'valid' : 'refused'] += 1;
  });
  fc.assert(property, { seed: 20_261_124, numRuns: 2000 });
  expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(300);
});

it("signs what Adyen's own library accepts, whatever else stands in the item", () => {
  const property = fc.property(items, key, fc.dictionary(plain, fc.jsonValue()), (item, secret, more) => {
    const body = Buffer.from(bodyOf({ ...more, ...item, additionalData: { authCode: '1' } }));
    const { notificationItems } = JSON.parse(Buffer.from(adyen.sign({ body, secret, nowSeconds: 0, id: '' }).body).toString());
    const signed = notificationItems[0].NotificationRequestItem;
    expect(signed.additionalData.authCode).toBe('1');
    expect(validator.validateHMAC(signed, secret)).toBe(true);
  });
  fc.assert(property, { seed: 20_261_124, numRuns: 300 });
});

it('refuses what moves over a colon, which their library accepts', () => {
  const secret = 'a'.repeat(64);
  const item = { ...authorised, merchantAccountCode: 'Shop', merchantReference: 'order:1' };
  const additionalData = { hmacSignature: validator.calculateHmac(item as unknown as TheirItem, secret) };
  const moved = { ...item, merchantAccountCode: 'Shop:order', merchantReference: '1', additionalData };
  expect(validator.validateHMAC(moved as unknown as TheirItem, secret)).toBe(true);
  const verdict = adyen.verify({ headers: {}, body: Buffer.from(bodyOf(moved)) }, [{ id: 'main', secret }], options);
  expect(verdict).toEqual({ valid: false, reason: 'bad-field' });
});
