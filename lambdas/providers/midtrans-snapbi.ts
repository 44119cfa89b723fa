/** Midtrans by Bank Indonesia's SNAP standard: `X-SIGNATURE`, RSA over `POST:{path}:{hash of the minified body}:{X-TIMESTAMP}`. */
import { createPublicKey, type KeyObject, verify as verifySignature } from 'node:crypto';
import {
  accountField,
  contentIdentity,
  type EventFacts,
  Oddity,
  readEvent,
  subjectField,
  timeField,
  timeText,
  unsignedId,
} from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { sha256, sha256Hex } from '../core/hash.ts';
import { hasPlainNames } from '../core/json-names.ts';
import { type JsonBody, type JsonObject, own, readJsonObject } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { ActiveSecret, Provider, Reading, Verdict, VerifyOptions, WebhookRequest } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { base64Bytes, headerFault, refused } from '../core/signature.ts';

const SIGNATURE = 'x-signature';
const TIMESTAMP = 'x-timestamp';
const EXTERNAL_ID = 'x-external-id';

export default {
  name: 'midtrans-snapbi',
  /** Midtrans publishes none for these notifications; ten seconds is what its own library waits for an answer. */
  answerWithinSeconds: 10,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  signsUrl: true,
  verify,
  events: ({ headers, body }) => [knownByValue(readEvent(body, (json) => eventFacts(headers, json)))],
  makeSecret,
} satisfies Provider;

/** The tolerance holds both ways, and is judged last, so that an old time is only ever said of what Midtrans did sign. */
function verify({ headers, body }: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Verdict {
  const fault = headerFault(headers, SIGNATURE) ?? headerFault(headers, TIMESTAMP);
  if (fault !== undefined) return refused(fault);
  if (options.url === undefined || !URL.canParse(options.url)) return refused('no-url');
  const timestamp = headers[TIMESTAMP] ?? '';
  const time = timeText(timestamp);
  if (time === undefined) return refused('bad-timestamp');
  const signature = base64Bytes(headers[SIGNATURE] ?? '');
  if (signature === undefined) return refused('bad-header');
  const keys = secrets.flatMap(({ id, secret }) => {
    const key = rsaKey(secret);
    return key === undefined ? [] : [{ secretId: id, key }];
  });
  if (keys.length === 0) return refused('no-usable-secret');
  const { pathname } = new URL(options.url);
  const bodies = signedBodies(body);
  if (bodies === undefined) return refused('bad-body');
  const signed = bodies.map((text) => Buffer.from(`POST:${pathname}:${sha256Hex(text)}:${timestamp}`));
  const match = keys.find(({ key }) => signed.some((text) => verifySignature('sha256', text, key, signature)));
  if (match === undefined) return refused('no-match');
  const ageSeconds = options.nowSeconds - Date.parse(time) / 1000;
  if (ageSeconds > options.toleranceSeconds) return refused('too-old');
  if (ageSeconds < -options.toleranceSeconds) return refused('too-new');
  return { valid: true, secretId: match.secretId };
}

/** An odd event is known by its value as well: its white space is not signed. */
function knownByValue(reading: Reading): Reading {
  if (reading.kind === 'event') return reading;
  const result = readJsonObject(reading.bytes);
  const value = result.ok ? JSON.stringify(result.body.object) : minified(reading.bytes);
  return { ...reading, identity: contentIdentity(sha256Hex(value)) };
}

/** A public key in PEM. A private one is a slip that must not work, or it would stay where it is. */
function rsaKey(secret: string): KeyObject | undefined {
  const pem = secret.trim();
  if (!/^-----BEGIN (?:RSA )?PUBLIC KEY-----\s/.test(pem)) return undefined;
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What the hash may have been made of. The standard says the body without white space, and leaves it open whether the signer strips the text or
 * writes the value anew, as Midtrans's own library does; the two differ in escapes and in digits. Both are one value to `eventFacts`. Undefined for
 * what could be read in two ways or loses a number when it is written anew: it would have one signature in many forms.
 */
function signedBodies(body: Uint8Array): readonly Buffer[] | undefined {
  if (!hasPlainNames(body)) return undefined;
  const result = readJsonObject(body);
  if (!result.ok) return [minified(body)];
  let finite = true;
  const anew = JSON.stringify(result.body.object, (_, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) finite = false;
    return value;
  });
  return finite ? [minified(body), Buffer.from(anew)] : undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Without the white space outside of texts; every digit and escape stays as it came. */
function minified(body: Uint8Array): Buffer {
  const kept = Buffer.alloc(body.length);
  let length = 0;
  let inText = false;
  let escaped = false;
  for (const byte of body) {
    if (!inText && SPACES.has(byte)) continue;
    kept[length] = byte;
    length += 1;
    if (byte === QUOTE && !escaped) inText = !inText;
    escaped = inText && byte === BACKSLASH && !escaped;
  }
  return kept.subarray(0, length);
}

/**
 * `X-EXTERNAL-ID` is not signed, so the identity is what the body says, hashed after it was read: a number written in another way is still the
 * same event, since `verify` takes both. Amounts are texts here, so no digit of one is lost.
 */
function eventFacts(headers: WebhookRequest['headers'], { object }: JsonBody): EventFacts {
  const fingerprint = fingerprintOf({ object, text: JSON.stringify(object) });
  return {
    identity: contentIdentity(fingerprint),
    eventId: unsignedId(headers, EXTERNAL_ID),
    type: typeOf(object),
    occurredAt: timeField(own(object, 'trxDateTime') ?? own(object, 'finishedTime')) ?? timeText(headers[TIMESTAMP]),
    subject: subjectField(own(object, 'paymentRequestId') ?? own(object, 'originalReferenceNo')),
    account: accountField(own(object, 'merchantId')),
    mode: undefined,
    fingerprint,
    authenticity: 'signed',
  };
}

/**
 * A SNAP body names no type: the path does, and each path is a source of its own. A payment into a virtual account is told by its number; what is
 * left, by card, wallet or QR code, differs in `latestTransactionStatus` only: `payment.00` was paid, `payment.04` refunded.
 */
function typeOf(object: JsonObject): string {
  if (typeof own(object, 'virtualAccountNo') === 'string') return 'va.payment';
  const status = own(object, 'latestTransactionStatus') ?? undefined;
  if (status === undefined) throw new Oddity('no-type');
  if (typeof status !== 'string' || !/^\d{2}$/.test(status)) throw new Oddity('bad-type');
  return `payment.${status}`;
}
/** A well-formed public key to which nobody has the private one: Midtrans alone can sign, so a source on the laptop refuses what is sent to it. */
function makeSecret(random: Uint8Array): string {
  const modulus = Buffer.concat(Array.from({ length: 8 }, (_, part) => sha256(Buffer.concat([random, Buffer.from([part])]))));
  modulus.writeUInt8(modulus.readUInt8(0) | 0x80, 0);
  modulus.writeUInt8(modulus.readUInt8(255) | 0x01, 255);
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}

export const guide: ProviderGuide = {
  title: 'Midtrans (SNAP BI)',
  header: '`X-SIGNATURE`: base64, and `X-TIMESTAMP`: ISO 8601 with a zone',
  signs:
    '`POST`, the path of the URL, the hex SHA-256 of the body without white space, and `X-TIMESTAMP`, joined by colons: RSA with SHA-256',
  signsTime: true,
  authenticity: 'signed',
  secret: "Midtrans's public key in PEM, which Midtrans hands out; it is no secret, but whoever can change it can forge payments",
  identity: 'the hash of what the body says, all of which is signed; `X-EXTERNAL-ID` is not signed and is kept for people only',
  retries: 'not known: neither the schedule nor an order is documented',
  setup: [
    'Ask Midtrans for the public key of the environment and put it into the secret of the source, in PEM with its line breaks.',
    'The standard names the paths: /v1.0/transfer-va/payment, /v1.0/qr/qr-mpm-notify and /v1.0/debit/notify. Make one source for each, and set its `url` so that its path is the one that Midtrans signs.',
    'Give Midtrans the URL under which the source is reached. Where it adds the path of the standard to a base URL, a front of your own must send it on to the path of the source.',
  ],
  pitfalls: [
    'The path is part of what is signed: a base path that the signer does not count, or one slash more, and nothing matches.',
    'The body names no type: payments into a virtual account are `va.payment`, all others `payment.` and the two digits of `latestTransactionStatus`, for example `payment.00` for success.',
    'A second payment of the same content cannot be told from a repetition; payment request ids and reference numbers keep them apart.',
    'The standard asks for an answer with a `responseCode` that depends on the path; ours is `{"received":true}` with 200. Try in the sandbox whether Midtrans takes it.',
    'Production and sandbox have keys of their own: give the sandbox a source of its own with `"mode": "test"`.',
    'The classic notifications of Midtrans, with `signature_key` in the body, are the provider midtrans.',
  ],
  sources: ['midtrans-client 1.4.3, SnapBi', 'docs.midtrans.com/reference/payment-notification-api'],
};
