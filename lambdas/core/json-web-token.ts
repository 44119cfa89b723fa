/** JSON Web Tokens in their compact form (RFC 7515), as far as one provider needs them: read strictly, and signed with ES256 or not at all. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type JsonObject, readJsonObject } from './json-shape.ts';

export type Token = {
  /** Nobody has signed what these two say until `isSignedBy` says so. */
  readonly header: JsonObject;
  readonly claims: JsonObject;
  /** The bytes that are signed. */
  readonly signed: Buffer;
  readonly signature: Buffer;
};

/**
 * Undefined for anything but three parts in strict base64url, the first two of which are JSON objects. A library would add twelve times as much
 * to the bundle, and takes more than this.
 */
export function readToken(text: string): Token | undefined {
  const parts = text.split('.', 4);
  if (parts.length !== 3) return undefined;
  const [head, body, signature] = parts.map(base64urlBytes);
  const header = jsonOf(head);
  const claims = jsonOf(body);
  if (header === undefined || claims === undefined || signature === undefined) return undefined;
  return { header, claims, signed: Buffer.from(text.slice(0, text.lastIndexOf('.'))), signature };
}

/** Whether a token is signed with ES256 by the private key to this public one in PEM. A key of another kind has signed nothing. */
export function isSignedBy({ signed, signature }: Token, publicKey: string): boolean {
  const key = p256Key(publicKey);
  // As two numbers of 32 bytes (RFC 7518), where X.509 would have them in DER.
  return key !== undefined && signature.length === 64 && verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** Node's own decoder skips what is not base64url, so the text must come back out of its bytes. */
function base64urlBytes(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length > 0 && bytes.toString('base64url') === text ? bytes : undefined;
}

function jsonOf(bytes: Buffer | undefined): JsonObject | undefined {
  if (bytes === undefined) return undefined;
  const result = readJsonObject(bytes);
  return result.ok ? result.body.object : undefined;
}

function p256Key(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}
