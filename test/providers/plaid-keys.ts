/** Signs as Plaid would, with keys on P-256 that the test made, and answers as its endpoint for keys does. */
import { createHash, type JsonWebKey, type KeyObject, sign as signBytes } from 'node:crypto';
import type { HttpAnswer, HttpRequest, Network } from '../../lambdas/core/ports.ts';
import type { SignedRequest, SignInput } from '../../lambdas/core/provider.ts';
import { ecKeys } from '../core/made-certificates.ts';

export const KID = 'bfbd5111-8e33-4643-8ced-b2e642a72f3c';
export const keys = ecKeys();

export const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
export const jwkOf = (key: KeyObject): JsonWebKey => key.export({ format: 'jwk' });

export const base64url = (value: string | Uint8Array): string => Buffer.from(value as string).toString('base64url');
export const sha256Of = (body: string | Uint8Array): string => createHash('sha256').update(body).digest('hex');

export const HEADER = { alg: 'ES256', kid: KID, typ: 'JWT' };

/** Header and claims are objects, or texts that are no proper JSON. */
export function tokenOf(header: object | string, claims: object | string, key: KeyObject = keys.privateKey): string {
  const text = [header, claims].map((part) => base64url(typeof part === 'string' ? part : JSON.stringify(part))).join('.');
  return `${text}.${base64url(signatureOf(text, key))}`;
}

/** One signature for one text, where ECDSA would make another one each time. */
function signatureOf(text: string, key: KeyObject): Buffer {
  const name = `${jwkOf(key).x} ${text}`;
  const signature = made.get(name) ?? signBytes('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  made.set(name, signature);
  return signature;
}

const made = new Map<string, Buffer>();

export function signAsPlaid({ body, nowSeconds }: Pick<SignInput, 'body' | 'nowSeconds'>): SignedRequest {
  return { headers: { 'Plaid-Verification': tokenOf(HEADER, { iat: nowSeconds, request_body_sha256: sha256Of(body) }) }, body };
}

/** Of the two numbers of an ECDSA signature the second may be negated: another text that is as right. */
export function otherForm(token: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const [head, claims, signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const negated = (order - BigInt(`0x${bytes.toString('hex', 32)}`)).toString(16).padStart(64, '0');
  return `${head}.${claims}.${base64url(Buffer.concat([bytes.subarray(0, 32), Buffer.from(negated, 'hex')]))}`;
}

export const KEY = { ...jwkOf(keys.publicKey), alg: 'ES256', use: 'sig', kid: KID, created_at: 1_560_466_150, expired_at: null };

export const UNKNOWN: HttpAnswer = {
  status: 400,
  body: '{"error_type":"INVALID_INPUT","error_code":"INVALID_WEBHOOK_VERIFICATION_KEY_ID","request_id":"Aim3b"}',
};

export type PlaidNetwork = Network & { readonly asked: readonly HttpRequest[] };

/** Plaid's endpoint with this one key, or with these answers by its host. */
export function plaidNetwork(answers: { readonly [host: string]: HttpAnswer | Error } = {}): PlaidNetwork {
  const asked: HttpRequest[] = [];
  return {
    asked,
    send: async (request) => {
      asked.push(request);
      const own = answers[new URL(request.url).host];
      if (own instanceof Error) throw own;
      const { key_id } = JSON.parse(request.body ?? '{}') as { readonly key_id?: string };
      return own ?? (key_id === KID ? { status: 200, body: JSON.stringify({ key: KEY, request_id: 'RZ6Omi1bzzwDaLo' }) } : UNKNOWN);
    },
  };
}
