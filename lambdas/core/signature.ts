/** What each verifier of a signed header needs: strict texts, an HMAC over raw bytes, and a comparison that takes the same time for each guess. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { HEADER_BYTES_MAX, SIGNATURES_PER_HEADER_MAX } from './limits.ts';
import type { ActiveSecret, Verdict, VerifyOptions, WebhookRequest } from './provider.ts';

/** Why a request is not authentic: the few values of the metric's dimension. The sender never sees one. */
export type Refusal =
  | 'no-header'
  | 'header-too-large'
  | 'bad-header'
  | 'bad-id'
  | 'no-timestamp'
  | 'two-timestamps'
  | 'bad-timestamp'
  | 'no-signature'
  | 'too-many-signatures'
  /** Of several events in one request: there is none, or one of them is not signed. */
  | 'no-item'
  /** A part of what is signed has a form the provider never gives it, so that the signed text could mean something else. */
  | 'bad-field'
  | 'bad-body'
  | 'bad-algorithm'
  /** The request names a key that is not the provider's, or one the provider does not know. */
  | 'foreign-key'
  | 'unknown-key'
  /** The provider signs nothing: see `needsFetch`. */
  | 'unsigned'
  /** Ours to repair: no entry of the source's secret has the provider's form, or the URL is not configured. */
  | 'no-usable-secret'
  | 'no-url'
  | 'no-match'
  /** The signature is right and the clock, theirs or ours, is not; or it is a replay. */
  | 'too-old'
  | 'too-new';

export type SigningKey = { readonly secretId: string; readonly key: Uint8Array };

export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha512';

/** What a request claims: these signatures over these parts, joined, at this time. */
export type HmacClaim = {
  readonly keys: readonly SigningKey[];
  /** As they stand in the header; one that `decode` does not take never matches. */
  readonly signatures: readonly string[];
  readonly decode: (text: string) => Uint8Array | undefined;
  /** The body is in here as it came, never decoded to text. */
  readonly signed: readonly (string | Uint8Array)[];
  /** Left out where the provider signs no time: then a request stays authentic, and only its identity makes a replay harmless. */
  readonly timestamp?: string;
  /** @default 'sha256' */
  readonly algorithm?: HmacAlgorithm;
};

/** Judges an HMAC. Where a time is signed the tolerance holds both ways: a signature made for later is no better than an old one. */
export function judgeHmac(claim: HmacClaim, { nowSeconds, toleranceSeconds }: VerifyOptions): Verdict {
  const seconds = claim.timestamp === undefined ? nowSeconds : timestampSeconds(claim.timestamp);
  if (seconds === undefined) return refused('bad-timestamp');
  if (claim.signatures.length === 0) return refused('no-signature');
  if (claim.signatures.length > SIGNATURES_PER_HEADER_MAX) return refused('too-many-signatures');
  if (claim.keys.length === 0) return refused('no-usable-secret');
  const secretId = matchingSecret(claim);
  if (secretId === undefined) return refused('no-match');
  if (seconds < nowSeconds - toleranceSeconds) return refused('too-old');
  if (seconds > nowSeconds + toleranceSeconds) return refused('too-new');
  return { valid: true, secretId };
}

export function refused(reason: Refusal): Verdict {
  return { valid: false, reason };
}

/** What is wrong with a header before it is taken apart, undefined where nothing is. */
export function headerFault(headers: WebhookRequest['headers'], name: string): Refusal | undefined {
  const text = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (text === undefined || text === '') return 'no-header';
  return Buffer.byteLength(text) > HEADER_BYTES_MAX ? 'header-too-large' : undefined;
}

/** One key for each secret of which `keyOf` can make one. */
export function signingKeys(secrets: readonly ActiveSecret[], keyOf: (secret: string) => Uint8Array | undefined): SigningKey[] {
  return secrets.flatMap(({ id, secret }) => {
    const key = keyOf(secret);
    return key === undefined ? [] : [{ secretId: id, key }];
  });
}

/** The text itself as the key. A blank one would let anyone sign. */
export function textKey(secret: string): Uint8Array | undefined {
  return secret.trim() === '' ? undefined : Buffer.from(secret);
}

export function hmacOf(algorithm: HmacAlgorithm, key: Uint8Array, parts: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac(algorithm, key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Lower-case hex only; Node's own decoder would take `zz` for no bytes at all. */
export function hexBytes(text: string): Buffer | undefined {
  return /^(?:[0-9a-f]{2})+$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** Padded standard base64 only: Node's own decoder skips what is not base64, so the text must come back out of its bytes. */
export function base64Bytes(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}

/** Decimal digits and nothing else. A leading zero is refused, so that one instant has one text. */
function timestampSeconds(text: string): number | undefined {
  return /^(?:0|[1-9]\d{0,10})$/.test(text) ? Number(text) : undefined;
}

/** Each key is tried on each signature, found or not, so that the time taken does not tell which. */
function matchingSecret({ keys, signatures, decode, signed, algorithm = 'sha256' }: HmacClaim): string | undefined {
  const candidates = signatures.map(decode).filter((bytes) => bytes !== undefined);
  let matched: string | undefined;
  for (const { secretId, key } of keys) {
    const expected = hmacOf(algorithm, key, signed);
    for (const candidate of candidates) {
      if (sameBytes(expected, candidate)) matched ??= secretId;
    }
  }
  return matched;
}

/** `timingSafeEqual` throws where the lengths differ, and a length is no secret. */
export function sameBytes(expected: Uint8Array, candidate: Uint8Array): boolean {
  return expected.length === candidate.length && timingSafeEqual(expected, candidate);
}
