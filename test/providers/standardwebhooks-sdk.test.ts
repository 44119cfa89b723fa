import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import standardwebhooks from '../../lambdas/providers/standardwebhooks.ts';

const NOW_SECONDS = 1_771_000_000;
const SEED = { seed: 20_261_123, numRuns: 1000 };
const TOLERANCE_SECONDS = 300;

const texts = fc.string({ unit: 'binary', maxLength: 200 });
const ids = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((id) => !id.includes('.'));
const secrets = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((key) => Buffer.from(key).toString('base64'));

describe('in comparison with the reference library of Standard Webhooks', () => {
  // The library takes the time from nowhere else.
  beforeAll(() => {
    jest.useFakeTimers({ now: NOW_SECONDS * 1000, doNotFake: ['performance', 'queueMicrotask', 'nextTick'] });
  });
  afterAll(() => {
    jest.useRealTimers();
  });

  it('agrees on every request the library signs, with and without whsec_, both ways in time', () => {
    const seen = { valid: 0, refused: 0 };
    const request = fc.record({
      id: ids,
      body: texts,
      secret: secrets,
      prefix: fc.constantFrom('', 'whsec_'),
      offset: fc.integer({ min: -600, max: 600 }),
    });
    const property = fc.property(request, ({ id, body, secret, prefix, offset }) => {
      const timestamp = NOW_SECONDS + offset;
      const signature = new Webhook(secret).sign(id, new Date(timestamp * 1000), body);
      const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
      const theirs = accepts(body, headers, prefix + secret);
      expect(verdictOf(Buffer.from(body), headers, prefix + secret).valid).toBe(theirs);
      seen[theirs ? 'valid' : 'refused'] += 1;
    });
    fc.assert(property, SEED);
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(300);
  });

  it('makes headers that the library accepts', () => {
    const property = fc.property(ids, texts, secrets, (id, body, secret) => {
      expect(accepts(body, standardwebhooks.sign({ body: Buffer.from(body), secret, nowSeconds: NOW_SECONDS, id }).headers, secret)).toBe(
        true,
      );
    });
    fc.assert(property, SEED);
  });

  it('never accepts headers that the library refuses, and refuses more only for a strictness of its own', () => {
    const secret = Buffer.alloc(24, 'k').toString('base64');
    const body = '{"type":"a.b"}';
    const sign = (id: string, timestamp = NOW_SECONDS) => new Webhook(secret).sign(id, new Date(timestamp * 1000), body);
    const right = sign('msg_1');
    const stricter = ['bad-id', 'bad-header', 'bad-timestamp', 'too-many-signatures', 'no-match after more text'];
    const items = fc.constantFrom(
      ...[
        right,
        right,
        right,
        sign('msg_2'),
        sign('msg.1'),
        right.replace('v1', 'v1a'),
        right.slice(3),
        right.slice(0, -1),
        `${right}=`,
        `${right},more`,
      ],
      ...['', 'v1,', 'v1', ' ', `v1, ${right}`, Array.from({ length: 16 }, () => 'v1,AAAA').join(' '), right.toLowerCase()],
    );
    const ours = fc.record({
      'webhook-id': fc.constantFrom('msg_1', 'msg_1', 'msg_1', 'msg.1', ''),
      'webhook-timestamp': fc.constantFrom(
        String(NOW_SECONDS),
        `${NOW_SECONDS}`,
        `${NOW_SECONDS}.5`,
        `${NOW_SECONDS}abc`,
        'abc',
        String(NOW_SECONDS + 301),
      ),
      'webhook-signature': fc.array(items, { minLength: 1, maxLength: 4 }).map((list) => list.join(' ')),
    });
    const seen = new Map<string, number>();
    const property = fc.property(ours, (headers) => {
      const verdict = verdictOf(Buffer.from(body), headers, secret);
      const theirs = accepts(body, headers, secret);
      const cut = headers['webhook-signature'].includes(',more') ? ' after more text' : '';
      const difference = verdict.valid === theirs ? `both ${theirs}` : verdict.valid ? 'only ours accepts' : `${verdict.reason}${cut}`;
      seen.set(difference, (seen.get(difference) ?? 0) + 1);
    });
    fc.assert(property, { ...SEED, numRuns: 4000 });
    const expected = ['both true', 'both false', ...stricter, ...stricter.slice(0, -1).map((reason) => `${reason} after more text`)];
    expect([...seen.keys()].filter((difference) => !expected.includes(difference))).toEqual([]);
    expect(['both true', 'both false', ...stricter].filter((difference) => !seen.has(difference))).toEqual([]);
  });

  it('hashes the bytes as they came, where the library replaces what is not UTF-8 and can be given another body', () => {
    const secret = Buffer.alloc(24, 'k').toString('base64');
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const id = 'msg_1';
    const ofBytes = standardwebhooks.sign({ body, secret, nowSeconds: NOW_SECONDS, id }).headers;
    const ofText = { ...ofBytes, 'webhook-signature': new Webhook(secret).sign(id, new Date(NOW_SECONDS * 1000), '{\ufffd}') };
    expect([verdictOf(body, ofBytes, secret).valid, verdictOf(body, ofText, secret).valid]).toEqual([true, false]);
    expect([accepts(body, ofBytes, secret), accepts(body, ofText, secret)]).toEqual([false, true]);
  });

  it('wants a key of 24 bytes, as the specification does, where the library takes a shorter one', () => {
    const secret = Buffer.alloc(23, 'k').toString('base64');
    const signature = new Webhook(secret).sign('msg_1', new Date(NOW_SECONDS * 1000), '{}');
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(NOW_SECONDS), 'webhook-signature': signature };
    expect([accepts('{}', headers, secret), verdictOf(Buffer.from('{}'), headers, secret).valid]).toEqual([true, false]);
  });
});

type Headers = { readonly [name: string]: string };

function verdictOf(body: Uint8Array, headers: Headers, secret: string) {
  const options = { nowSeconds: NOW_SECONDS, toleranceSeconds: TOLERANCE_SECONDS };
  const verdict = standardwebhooks.verify({ headers, body }, [{ id: 'current', secret }], options);
  if (verdict instanceof Promise) throw new TypeError('Standard Webhooks are verified without a wait.');
  return verdict;
}

function accepts(body: string | Buffer, headers: Headers, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
