/** Payloads come back byte for byte, whatever they are, and nothing is guessed. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decode, encode } from '../../lambdas/core/codec.ts';
import { dictionariesOf, openDictionary } from '../../lambdas/core/dictionary.ts';
import { RetryableError } from '../../lambdas/core/errors.ts';
import { REQUEST_BYTES_MAX } from '../../lambdas/core/limits.ts';

/** Another text for each number, as two versions of one provider's dictionary are. */
const stored = (version: number) => ({
  provider: 'stripe',
  version,
  deflated: deflateRawSync(
    Buffer.from(`{"id":"evt_","object":"event","version":${version},"type":"payment_intent.succeeded","amount":`),
  ).toString('base64'),
});
const dictionaryOf = dictionariesOf([stored(1), stored(2)]);

const decodeAs = (codec: string, payload: Uint8Array) => decode({ provider: 'stripe', codec, payload }, dictionaryOf);

const roundTrip = (bytes: Uint8Array) => {
  const { codec, bytes: stored } = encode(bytes);
  return Buffer.from(decodeAs(codec, stored));
};

/** The same bytes on each run, and no pattern in them. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  });
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the codec', () => {
  it('gives back any bytes as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        expect(Buffer.compare(roundTrip(bytes), bytes)).toBe(0);
      }),
      { seed: 20_261_123 },
    );
  });

  it.each([
    ['nothing at all', new Uint8Array()],
    ['one byte', Buffer.from('0')],
    ['256 KiB of one letter', Buffer.alloc(REQUEST_BYTES_MAX, 'a')],
    ['256 KiB without a pattern', noise(REQUEST_BYTES_MAX)],
  ])('gives back %s', (_, bytes) => {
    expect(Buffer.compare(roundTrip(bytes), bytes)).toBe(0);
  });

  it('compresses what gets shorter, and leaves the rest as it is', () => {
    const [json, random] = [Buffer.from('{"amount":1}'.repeat(200)), noise(2000)];
    expect(encode(json)).toMatchObject({ codec: 'deflate' });
    expect(encode(json).bytes.byteLength).toBeLessThan(json.byteLength / 10);
    expect(encode(random)).toEqual({ codec: 'raw', bytes: random });
  });

  it.each(['', 'deflate+dictionary/9', 'DEFLATE', 'brotli', '__proto__'])('leaves the codec %j to a release that knows it', (codec) => {
    const error = thrownBy(() => decodeAs(codec, Buffer.from('x')));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'UNKNOWN_CODEC' });
  });

  it.each([
    ['bytes that are no DEFLATE', Buffer.from('not compressed')],
    ['nothing', new Uint8Array()],
    ['a stream cut short', deflateRawSync(noise(2000)).subarray(0, 1000)],
  ])('says of %s that the item was changed, and does not quote them', (_, bytes) => {
    const error = thrownBy(() => decodeAs('deflate', bytes));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'BROKEN_PAYLOAD', message: expect.not.stringContaining('not compressed') });
  });

  it('inflates up to 256 KiB and not a byte more, however small a bomb is', () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.byteLength).toBeLessThan(REQUEST_BYTES_MAX);
    expect(thrownBy(() => decodeAs('deflate', bomb))).toMatchObject({ code: 'BROKEN_PAYLOAD' });
    expect(thrownBy(() => decodeAs('deflate', deflateRawSync(Buffer.alloc(REQUEST_BYTES_MAX + 1))))).toMatchObject({
      code: 'BROKEN_PAYLOAD',
    });
    expect(decodeAs('deflate', deflateRawSync(Buffer.alloc(REQUEST_BYTES_MAX))).byteLength).toBe(REQUEST_BYTES_MAX);
  });
});

describe('the codec with a dictionary', () => {
  const event = Buffer.from('{"id":"evt_1","object":"event","version":1,"type":"payment_intent.succeeded","amount":1999}');

  it('gives back any bytes as they were, also those that have nothing of it', () => {
    const dictionary = openDictionary(stored(1));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 3000 }),
          fc.json().map((json) => new Uint8Array(Buffer.from(json))),
        ),
        (bytes) => {
          const { codec, bytes: kept } = encode(bytes, dictionary);
          expect(Buffer.compare(decodeAs(codec, kept), bytes)).toBe(0);
        },
      ),
      { seed: 20_261_124 },
    );
  });

  it('stores an event of a known kind in a fraction, and names the version it needs', () => {
    const { codec, bytes } = encode(event, openDictionary(stored(2)));
    expect(codec).toBe('deflate+dictionary/2');
    expect(bytes.byteLength).toBeLessThan(encode(event).bytes.byteLength / 2);
    expect(Buffer.compare(decodeAs(codec, bytes), event)).toBe(0);
  });

  it('reads what another version or another provider wrote with theirs, never with its own', () => {
    const { bytes: payload } = encode(event, openDictionary(stored(1)));
    expect(decodeAs('deflate+dictionary/2', payload)).not.toEqual(new Uint8Array(event));
    const others = [
      { provider: 'stripe', codec: 'deflate+dictionary/3', payload },
      { provider: 'adyen', codec: 'deflate+dictionary/1', payload },
      ...['deflate+dictionary/', 'deflate+dictionary/01', 'deflate+dictionary/1x', 'deflate+dictionary/-1', 'deflate+dictionary'].map(
        (codec) => ({ provider: 'stripe', codec, payload }),
      ),
    ];
    for (const other of others)
      expect(thrownBy(() => decode(other, dictionaryOf))).toMatchObject({ code: 'UNKNOWN_CODEC', name: 'RetryableError' });
  });

  it('leaves it out for bodies above 64 KiB, so that a message that points to one can be read without any', () => {
    const large = Buffer.concat(Array.from({ length: 1000 }, () => event));
    expect(encode(large, openDictionary(stored(1))).codec).toBe('deflate');
  });
});
