/** Signs as Midtrans would, with RSA keys that the test made; each public key is a source's secret. */
import { createHash, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import type { SignedRequest, SignInput } from '../../lambdas/core/provider.ts';
import { isoTime } from '../../lambdas/core/time.ts';

type Pair = { readonly publicKey: string; readonly privateKey: KeyObject };

const pairs = new Map<number, Pair>();

/** Another public key for each number, and always the same one. */
export function publicKeyOf(number: number): string {
  return pairOf(number).publicKey;
}

function pairOf(number: number): Pair {
  const known = pairs.get(number);
  if (known !== undefined) return known;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pair = { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey };
  pairs.set(number, pair);
  return pair;
}

/** The time as it is written in Jakarta. */
export function jakartaTime(seconds: number): string {
  return isoTime((seconds + 7 * 3600) * 1000).replace('.000Z', '+07:00');
}

/** Signs these bytes without their white space, as a sender that strips the text. */
export function signAsMidtrans({ body, secret, nowSeconds, url = '' }: SignInput): SignedRequest {
  return signAnyText({ body, secret, nowSeconds, url, signed: withoutSpace(body) });
}

/** `signed` is what the sender hashes, whatever it sends. */
export function signAnyText(input: Omit<SignInput, 'id'> & { readonly signed: string | Uint8Array }): SignedRequest {
  const pair = [...pairs.values()].find(({ publicKey }) => publicKey === input.secret);
  if (pair === undefined) throw new TypeError('The test has no private key to this public one.');
  const timestamp = jakartaTime(input.nowSeconds);
  const hash = createHash('sha256').update(input.signed).digest('hex');
  const text = `POST:${new URL(input.url ?? '').pathname}:${hash}:${timestamp}`;
  const signature = signBytes('sha256', Buffer.from(text), pair.privateKey).toString('base64');
  return { headers: { 'X-TIMESTAMP': timestamp, 'X-SIGNATURE': signature }, body: input.body };
}

/** By a pattern, and so in another way than the provider does it. */
function withoutSpace(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body).toString('latin1');
  return Buffer.from(
    text.replace(/"(?:[^"\\]|\\[\s\S])*"?|[ \t\r\n]+/g, (part) => (part.startsWith('"') ? part : '')),
    'latin1',
  );
}
