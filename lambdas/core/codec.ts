/** How a payload is stored: byte-exact, under a codec whose id stands in the item. A codec ships able to decode one release before it writes. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { RetryableError } from './errors.ts';
import { REQUEST_BYTES_MAX } from './limits.ts';

export type Encoded = { readonly codec: string; readonly bytes: Uint8Array };

/** Raw DEFLATE where it is shorter, otherwise the bytes as they are. */
export function encode(bytes: Uint8Array): Encoded {
  const deflated = deflateRawSync(bytes, { level: 6 });
  return deflated.byteLength < bytes.byteLength ? { codec: 'deflate', bytes: deflated } : { codec: 'raw', bytes };
}

/** The bytes as they were received. Throws a retryable error for a codec this release does not know: a newer one may. */
export function decode(codec: string, bytes: Uint8Array): Uint8Array {
  if (codec === 'raw') return bytes;
  if (codec === 'deflate') return inflate(bytes);
  throw new RetryableError(
    'UNKNOWN_CODEC',
    `The payload was stored with the codec ${JSON.stringify(codec.slice(0, 40))}; this release knows raw and deflate. ` +
      'It was probably written by a newer release: deploy that release again, the message is kept and tried again.',
  );
}

function inflate(bytes: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: REQUEST_BYTES_MAX });
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
