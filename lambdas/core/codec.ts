/** How a payload is stored: byte-exact, under a codec whose id stands in the item. A codec ships able to decode one release before it writes. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { RetryableError } from './errors.ts';
import { DICTIONARY_BODY_BYTES_MAX, REQUEST_BYTES_MAX } from './limits.ts';

export type Encoded = { readonly codec: string; readonly bytes: Uint8Array };

/** What typical events of one provider have in common. Stored payloads need it byte for byte, so a version never changes. */
export type Dictionary = { readonly version: number; readonly bytes: Uint8Array };

/** Undefined where this release has no such dictionary. */
export type DictionaryOf = (provider: string, version: number) => Uint8Array | undefined;

/** What must be known of an item to read its payload. */
export type Stored = { readonly provider: string; readonly codec: string; readonly payload: Uint8Array };

const DICTIONARY_CODEC = 'deflate+dictionary/';

/** With a dictionary the last level is worth up to 7 % of an event, and a few KB cost tens of microseconds at any level. */
const DEFLATE_LEVEL = 9;

/** Raw DEFLATE where it is shorter, with the provider's dictionary where one is given; otherwise the bytes as they are. */
export function encode(bytes: Uint8Array, dictionary?: Dictionary): Encoded {
  const known = bytes.byteLength <= DICTIONARY_BODY_BYTES_MAX ? dictionary : undefined;
  const deflated = deflateRawSync(bytes, { level: DEFLATE_LEVEL, ...(known === undefined ? {} : { dictionary: known.bytes }) });
  if (deflated.byteLength >= bytes.byteLength) return { codec: 'raw', bytes };
  return { codec: known === undefined ? 'deflate' : `${DICTIONARY_CODEC}${known.version}`, bytes: deflated };
}

/** The bytes as they were received. Throws a retryable error for a codec or dictionary this release does not know: a newer one may. */
export function decode({ provider, codec, payload }: Stored, dictionaryOf: DictionaryOf): Uint8Array {
  if (codec === 'raw') return payload;
  if (codec === 'deflate') return inflate(payload, undefined);
  const version = versionOf(codec);
  const dictionary = version === undefined ? undefined : dictionaryOf(provider, version);
  if (dictionary !== undefined) return inflate(payload, dictionary);
  throw new RetryableError(
    'UNKNOWN_CODEC',
    `The payload was stored with the codec ${JSON.stringify(codec.slice(0, 40))}; this release knows raw, deflate and ${DICTIONARY_CODEC}N with its own ` +
      'dictionaries. It was probably written by a newer release: deploy that release again, the message is kept and tried again.',
  );
}

function versionOf(codec: string): number | undefined {
  const digits = codec.startsWith(DICTIONARY_CODEC) ? codec.slice(DICTIONARY_CODEC.length) : '';
  return /^[1-9]\d{0,5}$/.test(digits) ? Number(digits) : undefined;
}

function inflate(bytes: Uint8Array, dictionary: Uint8Array | undefined): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: REQUEST_BYTES_MAX, ...(dictionary === undefined ? {} : { dictionary }) });
  } catch (cause) {
    throw new RetryableError(
      'BROKEN_PAYLOAD',
      'The stored payload is not valid raw DEFLATE of at most 256 KiB; the outbox item was changed after it was written.',
      {
        cause,
      },
    );
  }
}
