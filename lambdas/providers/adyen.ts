/** Adyen, standard webhooks: an HMAC inside each item of the body, over eight of its fields joined by colons. */

import {
  accountField,
  contentIdentity,
  type EventFacts,
  identityField,
  Oddity,
  readEvents,
  subjectField,
  timeText,
  typeField,
} from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { sha256Hex } from '../core/hash.ts';
import { hasPlainNames } from '../core/json-names.ts';
import { type JsonBody, own, readJsonObject } from '../core/json-shape.ts';
import { itemSlices } from '../core/json-slices.ts';
import { EVENTS_PER_REQUEST_MAX, SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import { isPrintable } from '../core/printable.ts';
import type {
  ActiveSecret,
  Provider,
  Reading,
  SignedRequest,
  SignInput,
  Verdict,
  VerifyOptions,
  WebhookRequest,
} from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { base64Bytes, hmacOf, judgeHmac, refused, type SigningKey, signingKeys } from '../core/signature.ts';

const LIST = 'notificationItems';
const ITEM = 'NotificationRequestItem';

/** In the order in which they are signed. */
const SIGNED_FIELDS = [
  'pspReference',
  'originalReference',
  'merchantAccountCode',
  'merchantReference',
  'amount.value',
  'amount.currency',
  'eventCode',
  'success',
];

export default {
  name: 'adyen',
  answerWithinSeconds: 10,
  /** What older integrations had to answer; 200 is enough by now, and the text does no harm. */
  answer: { body: '[accepted]', contentType: 'text/plain' },
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  verify,
  sign,
  events: ({ body }) => readEvents(body, LIST, eventFacts).map(knownBySigned),
  makeSecret: (random) => Buffer.from(random).toString('hex').toUpperCase(),
} satisfies Provider;

/**
 * All items or none: what is stored of a request must be signed, and a half accepted request would be sent again as a whole. The items are
 * judged in the very bytes that `events` reads.
 */
function verify({ body }: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Verdict {
  // Asked before anything is parsed: what is signed are values, so every reader must find the same ones.
  if (!hasPlainNames(body) || !readJsonObject(body).ok) return refused('bad-body');
  const items = itemSlices(body, LIST, EVENTS_PER_REQUEST_MAX + 1) ?? [];
  if (items.length === 0) return refused('no-item');
  if (items.length > EVENTS_PER_REQUEST_MAX) return refused('too-many-signatures');
  const keys = signingKeys(secrets, hexKey);
  let first: Verdict | undefined;
  for (const item of items) {
    const verdict = verifyItem(item, keys, options);
    if (!verdict.valid) return verdict;
    first ??= verdict;
  }
  return first ?? refused('no-item');
}

function verifyItem(slice: Uint8Array, keys: readonly SigningKey[], options: VerifyOptions): Verdict {
  const result = readJsonObject(slice);
  if (!result.ok) return refused('no-item');
  const item = own(result.body.object, ITEM);
  const signature = own(own(item, 'additionalData'), 'hmacSignature');
  if (typeof signature !== 'string' || signature === '') return refused('no-item');
  const signed = signedText(item);
  if (signed === undefined) return refused('bad-field');
  return judgeHmac({ keys, signatures: [signature], decode: base64Bytes, signed: [signed] }, options);
}

/** An odd item is known by what is signed of it: its date and the rest could be varied without end. */
function knownBySigned(reading: Reading): Reading {
  if (reading.kind === 'event') return reading;
  const result = readJsonObject(reading.bytes);
  const signed = result.ok ? signedText(own(result.body.object, ITEM)) : undefined;
  return signed === undefined ? reading : { ...reading, identity: contentIdentity(sha256Hex(signed)) };
}

/** Leaves a body without items as it is, and an item that Adyen could not have sent unsigned. */
function sign({ body, secret }: SignInput): SignedRequest {
  const key = hexKey(secret);
  if (key === undefined) {
    throw new TypeError(
      `The HMAC key of an Adyen webhook is 64 hex digits; received another text of ${secret.length} characters. ` +
        'Generate it in the Customer Area and copy it whole.',
    );
  }
  const result = readJsonObject(body);
  const items = result.ok ? own(result.body.object, LIST) : undefined;
  if (!result.ok || !Array.isArray(items)) return { headers: {}, body };
  const signed = { ...result.body.object, [LIST]: items.map((entry) => signItem(entry, key)) };
  return { headers: {}, body: Buffer.from(JSON.stringify(signed)) };
}

function signItem(entry: unknown, key: Uint8Array): unknown {
  const item = own(entry, ITEM);
  const signed = signedText(item);
  if (signed === undefined) return entry;
  const hmacSignature = hmacOf('sha256', key, [signed]).toString('base64');
  return { ...Object(entry), [ITEM]: { ...Object(item), additionalData: { ...Object(own(item, 'additionalData')), hmacSignature } } };
}

function hexKey(secret: string): Uint8Array | undefined {
  return /^[0-9A-Fa-f]{64}$/.test(secret) ? Buffer.from(secret, 'hex') : undefined;
}

/**
 * The eight fields as Adyen joins them, which is without any escaping: whoever could move text across a colon would have one signature for two
 * meanings. So only the merchant's own reference may hold a colon; with three fields before it and four behind it the text reads one way only.
 * Undefined for an item that has another form.
 */
function signedText(item: unknown): string | undefined {
  const amount = own(item, 'amount');
  const parts = [
    plainText(own(item, 'pspReference')),
    plainText(own(item, 'originalReference')),
    plainText(own(item, 'merchantAccountCode')),
    anyText(own(item, 'merchantReference')),
    amountText(own(amount, 'value')),
    plainText(own(amount, 'currency')),
    plainText(own(item, 'eventCode')),
    successText(own(item, 'success')),
  ];
  return parts.includes(undefined) ? undefined : parts.join(':');
}

/** A half of a surrogate pair is signed as another character, so it has no one meaning. */
function anyText(value: unknown): string | undefined {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' && value.isWellFormed() ? value : undefined;
}

function plainText(value: unknown): string | undefined {
  const text = anyText(value);
  return text === undefined || (text !== '' && (text.includes(':') || !isPrintable(text))) ? undefined : text;
}

/** Zero is a value. Beyond 2^53 a number has lost digits, so that two amounts would have one signature. */
function amountText(value: unknown): string | undefined {
  if (value === undefined || value === null) return '';
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Adyen sends a text; its library takes a boolean as well, which says the same. */
function successText(value: unknown): string | undefined {
  const text = typeof value === 'boolean' ? String(value) : value;
  return text === 'true' || text === 'false' ? text : undefined;
}

/**
 * Adyen has no event ids. A modification has a `pspReference` of its own, so that reference, code and outcome name one event, and all three are
 * signed. Nothing unsigned decides anything here, not even whether the event is odd: else each replay with another date would be kept anew.
 */
function eventFacts({ object }: JsonBody): EventFacts {
  const item = own(object, ITEM);
  const pspReference = identityField(own(item, 'pspReference'));
  const type = typeField(own(item, 'eventCode'));
  const success = successText(own(item, 'success'));
  if (success === undefined) throw new Oddity('no-success');
  return {
    identity: identityField(`${pspReference}:${type}:${success}`),
    type,
    occurredAt: timeText(own(item, 'eventDate')),
    subject: subjectField(own(item, 'originalReference')) ?? pspReference,
    account: accountField(own(item, 'merchantAccountCode') || undefined),
    // `live` is not signed, and the mode is part of the event's key.
    mode: undefined,
    fingerprint: fingerprintOf(withoutSignature(item)),
    authenticity: 'partial',
    signedFields: SIGNED_FIELDS,
  };
}

/** `additionalData` holds the signature, which is another one where the key was changed between two deliveries. */
function withoutSignature(item: unknown): JsonBody {
  const { additionalData: _, ...object } = Object(item) as { readonly additionalData?: unknown };
  return { object, text: JSON.stringify(object) };
}

export const guide: ProviderGuide = {
  title: 'Adyen (standard webhooks)',
  header: 'none: `additionalData.hmacSignature` in each item of `notificationItems`, base64',
  signs:
    '`pspReference`, `originalReference`, `merchantAccountCode`, `merchantReference`, `amount.value`, `amount.currency`, `eventCode` and `success`, ' +
    'joined by colons: HMAC-SHA256; every item of a request must be signed, and no other field is',
  signsTime: false,
  authenticity: 'partial',
  signedFields: SIGNED_FIELDS,
  secret: 'the HMAC key of the webhook, 64 hex digits, decoded to bytes',
  identity: '`pspReference`, `eventCode` and `success`, all signed; Adyen sends no event id',
  retries:
    'three quick tries, then from a queue for each endpoint after 2, 5, 10, 15, 30 minutes, 1, 2, 4, 8 hours and on, for up to 30 days; no order is promised',
  setup: [
    'In the Customer Area open Developers, then Webhooks, and add a Standard webhook with the URL that the stack printed, in the format JSON.',
    'Generate its HMAC key, save the webhook, and copy the key into the secret of the source.',
    'Set `account` of the source to your merchant account, so that the items of another account go to quarantine.',
  ],
  pitfalls: [
    'Reason, date, `live`, payment method and all of `additionalData` are not signed: read the amount and the references only, or ask Adyen for the rest.',
    'Test and live have keys of their own: give the test environment a source of its own with `"mode": "test"`, because `live` in the body proves nothing.',
    'An item that is not accepted holds up the queue of its endpoint: everything behind it waits.',
    'After a change of the key Adyen still signs with the old one for a while, so keep both entries in the secret.',
    'A capture or a refund that is reported first as done can be reported later as failed under another code, for example REFUND_FAILED.',
    'A field with a colon in it is refused, except for `merchantReference`, since the signed text could then be read in two ways.',
  ],
  sources: [
    '@adyen/api-library 32.1.0, HmacValidator',
    'docs.adyen.com/development-resources/webhooks/handle-webhook-events',
    'docs.adyen.com/development-resources/webhooks/troubleshoot',
    'docs.adyen.com/issuing/set-up-webhooks/best-practices',
  ],
};
