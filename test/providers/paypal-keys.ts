/** Signs as PayPal would, and serves the certificates: the keys and their authority are made here. */
import { sign as signBytes } from 'node:crypto';
import type { TrustedRoots } from '../../lambdas/core/certificate-chain.ts';
import type { HttpAnswer, Network } from '../../lambdas/core/ports.ts';
import type { SignedRequest, SignInput } from '../../lambdas/core/provider.ts';
import { isoTime } from '../../lambdas/core/time.ts';
import { type Certificate, makeCertificate, rsaKeys } from '../core/made-certificates.ts';

export const CERTIFICATE_URL = 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-38317689';
export const SANDBOX_URL = CERTIFICATE_URL.replace('api.', 'api.sandbox.');

export const root = makeCertificate({ name: 'Test Root', authority: true });
export const authority = makeCertificate({ name: 'Test Authority', issuer: root, authority: true });

export const certified = (name: string): Certificate => makeCertificate({ name, keys: rsaKeys(), issuer: authority });
export const live = certified('messageverificationcerts.paypal.com');
export const sandbox = certified('messageverificationcerts.sandbox.paypal.com');

/** `certificate` stands for the key; `url` is what the request says of it. */
export function signAsPayPal(input: SignInput, { certificate = live, url = CERTIFICATE_URL } = {}): SignedRequest {
  const { body, secret, nowSeconds, id } = input;
  const time = isoTime(nowSeconds * 1000).replace('.000', '');
  const text = `${id}|${time}|${secret}|${crc32(body)}`;
  const headers = {
    'PAYPAL-TRANSMISSION-ID': id,
    'PAYPAL-TRANSMISSION-TIME': time,
    'PAYPAL-TRANSMISSION-SIG': signBytes('sha256', Buffer.from(text), certificate.keys.privateKey).toString('base64'),
    'PAYPAL-CERT-URL': url,
    'PAYPAL-AUTH-ALGO': 'SHA256withRSA',
  };
  return { headers, body };
}

export function keyIn({ keys }: Certificate): string {
  return keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

export type ServedNetwork = Network & TrustedRoots & { readonly asked: readonly string[] };

/** PayPal's hosts, with these files at these addresses. */
export function serving(files: { readonly [url: string]: string | HttpAnswer }, roots: readonly string[] = [root.pem]): ServedNetwork {
  const asked: string[] = [];
  return {
    roots,
    asked,
    send: async ({ method, url }) => {
      asked.push(`${method} ${url}`);
      const file = Object.hasOwn(files, url) ? files[url] : undefined;
      return typeof file === 'string' ? { status: 200, body: file } : (file ?? { status: 404, body: '{"name":"RESOURCE_NOT_FOUND"}' });
    },
  };
}

/** Bit by bit, and so in another way than the provider does it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** The text and four bytes behind it, chosen so that the checksum becomes this one: it takes no time to find them. */
export function withChecksum(text: string, wanted: number): Buffer {
  let patch = (wanted ^ 0xffff_ffff) >>> 0;
  for (let bit = 0; bit < 32; bit += 1) patch = patch & 0x8000_0000 ? ((patch ^ 0xedb8_8320) << 1) | 1 : patch << 1;
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE((patch ^ crc32(Buffer.from(text)) ^ 0xffff_ffff) >>> 0);
  return Buffer.concat([Buffer.from(text), tail]);
}
