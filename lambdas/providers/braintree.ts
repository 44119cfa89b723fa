/** Braintree: a form of `bt_signature` and `bt_payload`, the second being XML in base64, signed with HMAC-SHA1 under the hash of the private key. */
import { createHash } from 'node:crypto';
import { accountField, contentIdentity, type EventFacts, Oddity, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { sha256Hex } from '../core/hash.ts';
import { HEADER_BYTES_MAX, JSON_DEPTH_MAX, SIGNATURE_TOLERANCE_SECONDS, SIGNATURES_PER_HEADER_MAX } from '../core/limits.ts';
import type { ActiveSecret, Provider, Reading, SignedRequest, SignInput, Verdict, WebhookRequest } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { base64Bytes, hexBytes, hmacOf, refused, sameBytes } from '../core/signature.ts';

const CONTENT_TYPE = 'application/x-www-form-urlencoded';

export default {
  name: 'braintree',
  answerWithinSeconds: 30,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  verify,
  sign,
  events: ({ body }) => [readNotification(body)],
  makeSecret: (random) => {
    const digits = Buffer.from(random).toString('hex');
    return `${digits.slice(0, 16)}|${digits.slice(-32)}`;
  },
} satisfies Provider;

/**
 * Braintree signs once for each API key of the merchant, so only the pairs under our own public keys are looked at. As in its library the text
 * of the payload counts, with or without the line break that ends it.
 */
function verify({ body }: WebhookRequest, secrets: readonly ActiveSecret[]): Verdict {
  const [list, payload] = [formField(body, 'bt_signature'), formField(body, 'bt_payload')];
  if (list === undefined || payload === undefined || payloadBytes(payload) === undefined) return refused('bad-body');
  if (list === '') return refused('no-signature');
  if (list.length > HEADER_BYTES_MAX) return refused('header-too-large');
  const keys = secrets.flatMap(apiKey);
  if (keys.length === 0) return refused('no-usable-secret');
  const pairs = list.split('&').map((pair) => pair.split('|'));
  let matched: string | undefined;
  for (const { secretId, publicKey, key } of keys) {
    const signatures = pairs.flatMap(([name, hex = '', ...more]) => (name === publicKey && more.length === 0 ? [hexBytes(hex)] : []));
    if (signatures.length > SIGNATURES_PER_HEADER_MAX) return refused('too-many-signatures');
    const expected = [payload, `${payload}\n`].map((text) => hmacOf('sha1', key, [text]));
    for (const signature of signatures) {
      if (signature !== undefined && expected.some((bytes) => sameBytes(bytes, signature))) matched ??= secretId;
    }
  }
  return matched === undefined ? refused('no-match') : { valid: true, secretId: matched };
}

/** Takes the XML as the body, and gives the form that Braintree makes of it. */
function sign({ body, secret }: SignInput): SignedRequest {
  const [key] = apiKey({ id: '', secret });
  if (key === undefined) {
    throw new TypeError(
      `The secret of a Braintree source is the public and the private key with | between them; received another text of ${secret.length} characters. ` +
        'Copy both from API Keys in the Control Panel.',
    );
  }
  const payload = `${Buffer.from(body).toString('base64')}\n`.replace(/.{60}(?=.)/g, '$&\n');
  const signature = `${key.publicKey}|${hmacOf('sha1', key.key, [payload]).toString('hex')}`;
  const form = `bt_signature=${encodeURIComponent(signature)}&bt_payload=${encodeURIComponent(payload)}`;
  return { headers: {}, body: Buffer.from(form) };
}

type ApiKey = { readonly secretId: string; readonly publicKey: string; readonly key: Uint8Array };

function apiKey({ id, secret }: ActiveSecret): readonly ApiKey[] {
  const [, publicKey, privateKey] = /^([A-Za-z0-9]+)\|([A-Za-z0-9]+)$/.exec(secret) ?? [];
  if (publicKey === undefined || privateKey === undefined) return [];
  return [{ secretId: id, publicKey, key: createHash('sha1').update(privateKey).digest() }];
}

/**
 * The field of this name, decoded; undefined where it has a form no client writes (a bare `+` would be a space). The two fields stand in the form and
 * nothing else, by their plain names: another reader would take `bt%5Fpayload` for the payload, which nobody signed.
 */
function formField(body: Uint8Array, name: string): string | undefined {
  const pairs = Buffer.from(body)
    .toString('latin1')
    .split('&')
    .map((pair) => /^([^=]*)=([^=]*)$/.exec(pair)?.slice(1) ?? []);
  if (
    pairs
      .map(([own]) => own)
      .sort()
      .join() !== 'bt_payload,bt_signature'
  )
    return undefined;
  const value = pairs.find(([own]) => own === name)?.[1];
  if (value === undefined || !/^(?:[!-$&-*,-~]|%[0-7][0-9A-Fa-f])*$/.test(value)) return undefined;
  return decodeURIComponent(value);
}

function payloadBytes(payload: string): Uint8Array | undefined {
  return base64Bytes(payload.replaceAll('\n', ''));
}

/** All of the XML is signed, and a notification has no id: so it is what it says. The same text sent again is the same notification. */
function readNotification(body: Uint8Array): Reading {
  try {
    return { kind: 'event', ...notificationFacts(body), bytes: body, contentType: CONTENT_TYPE };
  } catch (error) {
    if (!(error instanceof Oddity)) throw error;
    const payload = formField(body, 'bt_payload');
    const identity = payload === undefined ? {} : { identity: contentIdentity(sha256Hex(payload.trim())) };
    return { kind: 'odd', reason: error.reason, ...identity, bytes: body, contentType: 'application/octet-stream' };
  }
}

function notificationFacts(body: Uint8Array): EventFacts {
  const bytes = payloadBytes(formField(body, 'bt_payload') ?? '');
  if (bytes === undefined) throw new Oddity('no-payload');
  const xml = utf8Text(bytes).trim();
  const texts = leafTexts(xml);
  const fingerprint = sha256Hex(xml);
  return {
    identity: contentIdentity(fingerprint),
    eventId: null,
    type: typeField(texts.get('notification/kind')),
    occurredAt: timeField(texts.get('notification/timestamp')),
    subject: subjectField(SUBJECTS.map((path) => texts.get(path)).find((text) => text !== undefined)),
    account: accountField(texts.get('notification/source-merchant-id')),
    mode: undefined,
    fingerprint,
    authenticity: 'signed',
  };
}

/** What names the thing a notification is about: a subscription, transaction, dispute or disbursement, a local payment, a review. */
const SUBJECTS = ['id', 'payment-id', 'transaction-id'].map((name) => `notification/subject/*/${name}`);

function utf8Text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Oddity('not-utf8');
  }
}

/** One piece of XML: a start or an end of an element, or text. No comment, section, instruction, document type, or entity but XML's own five. */
const PIECE =
  /<(?<end>\/?)(?<name>[A-Za-z_][\w.-]*)(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(?<empty>\/?)>|(?<text>[^<&]+|&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)/y;

/**
 * The texts of the elements that hold nothing but text, by their path; the child of `subject` is called `*`, as it differs by kind. Of a path
 * that repeats, as in a list, the first counts. It reads what Braintree writes; anything else makes the notification odd.
 */
function leafTexts(xml: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const open: string[] = [];
  const start = /^<\?xml[^<>?]*\?>\s*/.exec(xml)?.[0].length ?? 0;
  let text: string | undefined;
  for (let at = start; at < xml.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at;
    const { name, end, empty, text: more } = PIECE.exec(xml)?.groups ?? {};
    const isOutside = open.length === 0 && (at > start || name !== 'notification' || end !== '');
    if ((name === undefined && more === undefined) || isOutside) throw new Oddity('not-xml');
    if (name === undefined) {
      text = text === undefined ? undefined : `${text}${more}`;
    } else if (end === '') {
      if (open.length >= JSON_DEPTH_MAX) throw new Oddity('too-deep');
      text = empty === '' ? '' : undefined;
      if (empty === '') open.push(name);
    } else {
      const path = open.map((part, depth) => (depth === 2 && open[1] === 'subject' ? '*' : part)).join('/');
      if (open.pop() !== name) throw new Oddity('not-xml');
      // What is looked for is a plain word: a text with an entity in it is another one.
      if (text !== undefined && !text.includes('&') && !texts.has(path)) texts.set(path, text);
      text = undefined;
    }
  }
  if (open.length > 0) throw new Oddity('not-xml');
  return texts;
}

export const guide: ProviderGuide = {
  title: 'Braintree',
  header: 'none: the form fields `bt_signature`, pairs of public key and hex signature (`key|signature&key|signature`), and `bt_payload`',
  signs: 'the text of `bt_payload`, which is XML in base64: HMAC-SHA1, keyed with the SHA-1 of the private key',
  signsTime: false,
  authenticity: 'signed',
  secret: 'the public and the private API key with `|` between them: `publicKey|privateKey`',
  identity: 'the hash of the XML, all of which is signed; a notification has no id',
  retries: 'every hour for 24 hours in production, for 3 hours in the sandbox; no order is promised: compare the timestamps',
  setup: [
    'In the Control Panel open API, then Keys, and put a public key and its private key into the secret of the source, with | between them.',
    'Open API, then Webhooks, create one with the URL that the stack printed and choose its notifications.',
    'Send the test notification: it arrives as an event of the type check.',
  ],
  pitfalls: [
    'What is stored is the form as it came: a consumer decodes `bt_payload` from base64 and reads the XML.',
    'The notification names the state of its object when it was made; no document says that a retry repeats it to the letter, and if it did not, it would be an event of its own: name effects by the transaction, not by the event.',
    'A `+` of base64 must be `%2B` in a form; a test tool that sends it bare is refused.',
    'Sandbox and production have keys of their own: give the sandbox a source of its own with `"mode": "test"`.',
    'To change the keys add the new pair as a second entry before the old one is deleted.',
  ],
  sources: [
    'braintree 3.40.0, WebhookNotificationGateway and WebhookTestingGateway',
    'developer.paypal.com/braintree/docs/guides/webhooks/parse',
  ],
};
