import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Stripe from 'stripe';
import stripe from '../../lambdas/providers/stripe.ts';

const NOW_SECONDS = 1_771_000_000;
const TOLERANCE_SECONDS = 300;
const SEED = { seed: 20_261_123, numRuns: 2000 };

const { webhooks } = new Stripe('sk_test_not_used');

const texts = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
const secrets = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });

describe("in comparison with Stripe's own library", () => {
  it('agrees on every header the library makes, except that the future is bounded too', () => {
    const seen = { valid: 0, refused: 0, future: 0 };
    const property = fc.property(texts, secrets, fc.integer({ min: -600, max: 600 }), (payload, secret, offsetSeconds) => {
      const header = webhooks.generateTestHeaderString({ payload, secret, timestamp: NOW_SECONDS + offsetSeconds });
      const theirs = accepts(payload, header, secret);
      const inFuture = offsetSeconds > TOLERANCE_SECONDS;
      expect(verdictOf(Buffer.from(payload), header, secret).valid).toBe(theirs && !inFuture);
      seen[inFuture && theirs ? 'future' : theirs ? 'valid' : 'refused'] += 1;
    });
    fc.assert(property, SEED);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(300);
  });

  it('makes headers that the library accepts', () => {
    const property = fc.property(texts, secrets, (payload, secret) => {
      fc.pre(secret.trim() !== '');
      const headers = stripe.sign({ body: Buffer.from(payload), secret, nowSeconds: NOW_SECONDS, id: 'unused' }).headers;
      expect(accepts(payload, headers['stripe-signature'] ?? '', secret)).toBe(true);
    });
    fc.assert(property, SEED);
  });

  it('never accepts a header that the library refuses, and refuses more only for a strictness of its own', () => {
    const payload = '{"id":"evt_1"}';
    const secret = 'whsec_test';
    const made = (timestamp: number, other = payload) => webhooks.generateTestHeaderString({ payload: other, secret, timestamp });
    const signatureOf = (header: string) => header.split('v1=')[1] ?? '';
    const right = signatureOf(made(NOW_SECONDS));
    const stricter = ['two-timestamps', 'bad-timestamp', 'bad-header', 'too-many-signatures', 'no-match after more text'];
    const items = fc.constantFrom(
      ...Array.from({ length: 4 }, () => [`t=${NOW_SECONDS}`, `v1=${right}`]).flat(),
      ...[
        `t=${NOW_SECONDS}abc`,
        `t=${NOW_SECONDS}.9`,
        `t=0${NOW_SECONDS}`,
        't=',
        't',
        't=soon',
        `t=${NOW_SECONDS - 301}`,
        ` t=${NOW_SECONDS}`,
      ],
      ...[
        `v1=${right.toUpperCase()}`,
        `v1=${right.slice(1)}`,
        `v1=${right}0`,
        `v1=${right}=more`,
        'v1=',
        'v1',
        ` v1=${right}`,
        `v0=${right}`,
      ],
      ...[`v1=${signatureOf(made(NOW_SECONDS, '{}'))}`, Array.from({ length: 16 }, () => `v1=${'0'.repeat(64)}`).join(','), '', '=', 'é'],
    );
    const seen = new Map<string, number>();
    const property = fc.property(fc.array(items, { minLength: 1, maxLength: 6 }), (parts) => {
      const header = parts.join(',');
      const ours = verdictOf(Buffer.from(payload), header, secret);
      const theirs = accepts(payload, header, secret);
      const cut = header.includes('=more') ? ' after more text' : '';
      const difference = ours.valid === theirs ? `both ${theirs}` : ours.valid ? 'only ours accepts' : `${ours.reason}${cut}`;
      seen.set(difference, (seen.get(difference) ?? 0) + 1);
    });
    fc.assert(property, { ...SEED, numRuns: 5000 });
    const expected = ['both true', 'both false', ...stricter, ...stricter.slice(0, -1).map((reason) => `${reason} after more text`)];
    expect([...seen.keys()].filter((difference) => !expected.includes(difference))).toEqual([]);
    expect(['both true', 'both false', ...stricter].filter((difference) => !seen.has(difference))).toEqual([]);
  });

  it('hashes the bytes as they came, where the library replaces what is not UTF-8 and can be given another body', () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const ofBytes = stripe.sign({ body, secret: 'whsec_test', nowSeconds: NOW_SECONDS, id: 'unused' }).headers['stripe-signature'] ?? '';
    const ofText = webhooks.generateTestHeaderString({ payload: '{\ufffd}', secret: 'whsec_test', timestamp: NOW_SECONDS });
    expect([verdictOf(body, ofBytes, 'whsec_test').valid, verdictOf(body, ofText, 'whsec_test').valid]).toEqual([true, false]);
    expect([accepts(body, ofBytes, 'whsec_test'), accepts(body, ofText, 'whsec_test')]).toEqual([false, true]);
  });
});

function verdictOf(body: Uint8Array, header: string, secret: string) {
  const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: TOLERANCE_SECONDS };
  const verdict = stripe.verify({ headers: { 'stripe-signature': header }, body }, [{ id: 'current', secret }], options);
  if (verdict instanceof Promise) throw new TypeError('Stripe is verified without a wait.');
  return verdict;
}

function accepts(payload: string | Buffer, header: string, secret: string): boolean {
  try {
    webhooks.signature?.verifyHeader(payload, header, secret, TOLERANCE_SECONDS, undefined, NOW_SECONDS * 1000);
    return true;
  } catch {
    return false;
  }
}
