/** Payloads come back byte for byte, whatever they are, and nothing is guessed. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decode, encode } from '../../lambdas/core/codec.ts';
import { RetryableError } from '../../lambdas/core/errors.ts';
import { REQUEST_BYTES_MAX } from '../../lambdas/core/limits.ts';

const roundTrip = (bytes: Uint8Array) => {
  const { codec, bytes: stored } = encode(bytes);
  return Buffer.from(decode(codec, stored));
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

  it.each(['', 'deflate+dictionary/1', 'DEFLATE', 'brotli', '__proto__'])('leaves the codec %j to a release that knows it', (codec) => {
    const error = thrownBy(() => decode(codec, Buffer.from('x')));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'UNKNOWN_CODEC' });
  });

  it.each([
    ['bytes that are no DEFLATE', Buffer.from('not compressed')],
    ['nothing', new Uint8Array()],
    ['a stream cut short', deflateRawSync(noise(2000)).subarray(0, 1000)],
  ])('says of %s that the item was changed, and does not quote them', (_, bytes) => {
    const error = thrownBy(() => decode('deflate', bytes));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: 'BROKEN_PAYLOAD', message: expect.not.stringContaining('not compressed') });
  });

  it('inflates up to 256 KiB and not a byte more, however small a bomb is', () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.byteLength).toBeLessThan(REQUEST_BYTES_MAX);
    expect(thrownBy(() => decode('deflate', bomb))).toMatchObject({ code: 'BROKEN_PAYLOAD' });
    expect(thrownBy(() => decode('deflate', deflateRawSync(Buffer.alloc(REQUEST_BYTES_MAX + 1))))).toMatchObject({
      code: 'BROKEN_PAYLOAD',
    });
    expect(decode('deflate', deflateRawSync(Buffer.alloc(REQUEST_BYTES_MAX))).byteLength).toBe(REQUEST_BYTES_MAX);
  });
});
