/** Midtrans: `signature_key` in the body, SHA-512 over `order_id`, `status_code`, `gross_amount` and the server key. */
import { createHash } from 'node:crypto';
import { contentIdentity, type EventFacts, Oddity, readEvent, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { sha256Hex } from '../core/hash.ts';
import { type JsonBody, type JsonObject, own, readJsonObject } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { ActiveSecret, Provider, SignedRequest, SignInput, Verdict, WebhookRequest } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { hexBytes, refused, sameBytes, signingKeys, textKey } from '../core/signature.ts';

const SIGNATURE = 'signature_key';

export default {
  name: 'midtrans',
  /** Midtrans waits 15 and asks for less than five. */
  answerWithinSeconds: 15,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  needsFetch:
    'Midtrans signs the order, the amount and a status code that several states share: transaction_status and fraud_status are unsigned, so the transaction must be fetched from its API first.',
  verify,
  sign,
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => `SB-Mid-server-${Buffer.from(random).toString('base64url')}`,
} satisfies Provider;

/** Each key is tried, found or not. Nothing signed is a time, so a request stays authentic for ever, and its identity makes a replay harmless. */
function verify({ body }: WebhookRequest, secrets: readonly ActiveSecret[]): Verdict {
  const result = readJsonObject(body);
  if (!result.ok) return refused('bad-body');
  const signature = own(result.body.object, SIGNATURE);
  if (typeof signature !== 'string') return refused('no-signature');
  const text = signedText(result.body.object);
  if (text === undefined) return refused('bad-field');
  const keys = signingKeys(secrets, textKey);
  if (keys.length === 0) return refused('no-usable-secret');
  const candidate = hexBytes(signature) ?? Buffer.alloc(0);
  const [match] = keys.filter(({ key }) => sameBytes(keyedHash(text, key), candidate));
  return match === undefined ? refused('no-match') : { valid: true, secretId: match.secretId };
}

/** Puts the signature at the end of the body's object and leaves its other bytes as they are; a body in which nothing can be signed stays as it is. */
function sign({ body, secret }: SignInput): SignedRequest {
  const key = textKey(secret);
  if (key === undefined) throw new TypeError('A server key of Midtrans is a text that is not blank. Copy it from the access keys again.');
  const result = readJsonObject(body);
  const text = result.ok ? signedText(result.body.object) : undefined;
  if (text === undefined) return { headers: {}, body };
  const end = body.lastIndexOf(0x7d);
  const member = `,"${SIGNATURE}":"${keyedHash(text, key).toString('hex')}"`;
  return { headers: {}, body: Buffer.concat([body.subarray(0, end), Buffer.from(member), body.subarray(end)]) };
}

/**
 * The three parts stand side by side with nothing between them. Their forms leave few ways to cut the text, yet some: that is why the
 * identity is the hash of the whole text, which is the same however it is cut.
 */
function signedText(event: JsonObject): string | undefined {
  const [order, code, amount] = ['order_id', 'status_code', 'gross_amount'].map((name) => own(event, name));
  if (typeof order !== 'string' || order === '') return undefined;
  if (typeof code !== 'string' || !/^[1-5]\d\d$/.test(code)) return undefined;
  if (typeof amount !== 'string' || !/^(?:0|[1-9]\d{0,14})(?:\.\d{1,2})?$/.test(amount)) return undefined;
  return `${order}${code}${amount}`;
}

function keyedHash(text: string, key: Uint8Array): Buffer {
  return createHash('sha512').update(text).update(key).digest();
}

function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  const text = signedText(event);
  if (text === undefined) throw new Oddity('no-id');
  const type = typeField(own(event, 'transaction_status'));
  const transaction = subjectField(own(event, 'transaction_id'));
  return {
    identity: contentIdentity(sha256Hex(text)),
    eventId: transaction === undefined ? null : (subjectField(`${transaction}:${type}`) ?? null),
    type,
    occurredAt: timeField(jakartaTime(own(event, 'transaction_time'))),
    subject: subjectField(own(event, 'order_id')),
    account: undefined,
    mode: undefined,
    fingerprint: fingerprintOf(body),
    authenticity: 'partial',
    signedFields: ['order_id', 'status_code', 'gross_amount'],
  };
}

/** `2026-02-13 23:26:40`: western Indonesian time without its zone, which has no summer time. */
function jakartaTime(value: unknown): unknown {
  return typeof value === 'string' && /^[\d-]+ [\d:]+$/.test(value) ? `${value.replace(' ', 'T')}+07:00` : value;
}

export const guide: ProviderGuide = {
  title: 'Midtrans',
  header: 'none: `signature_key` in the body, hex',
  signs:
    '`order_id`, `status_code`, `gross_amount` and the server key, side by side: SHA-512; nothing else is signed, also not `transaction_status` and `fraud_status`',
  signsTime: false,
  authenticity: 'partial',
  signedFields: ['order_id', 'status_code', 'gross_amount'],
  secret: 'the server key of the access keys, used as text',
  identity:
    'the hash of the three signed fields; `transaction_id` and `transaction_status` are unsigned and only shown, so states that share a status code cannot be told apart without a fetch',
  retries: 'on failures and after 15 seconds without an answer; the schedule is not known here; no order is promised',
  setup: [
    'In the dashboard open Settings, then Configuration (newer: Payment, Notification URL), and enter the URL that the stack printed.',
    'Copy the server key of Settings, Access Keys, into the secret of the source.',
  ],
  pitfalls: [
    'A settlement, a capture and a refund of one order may share `status_code` 200: ask the status API what happened.',
    'The signature ends in the server key, so there is no key of its own to rotate for notifications.',
    '`transaction_time` has no zone; it is western Indonesian time, UTC+7.',
    'Sandbox and production have server keys of their own.',
    'Notifications of SNAP-BI are signed another way, with RSA and headers.',
  ],
  sources: ['docs.midtrans.com/reference/handle-notifications', 'docs.midtrans.com/reference/best-practices-to-handle-notification'],
};
