/** Adyen, platform and management webhooks: `HmacSignature`, one HMAC over the body, keyed with the decoded hex key. */
import { bodySignature } from '../core/body-signature.ts';
import {
  accountField,
  contentIdentity,
  type EventFacts,
  Oddity,
  readEvent,
  subjectField,
  timeField,
  typeField,
} from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Mode, Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';

export default {
  name: 'adyen-platform',
  answerWithinSeconds: 10,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...bodySignature({
    header: 'hmacsignature',
    encoding: 'base64',
    keyOf: hexKey,
    secretForm: 'the HMAC key of the webhook, 64 hex digits',
  }),
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => Buffer.from(random).toString('hex').toUpperCase(),
} satisfies Provider;

function hexKey(secret: string): Uint8Array | undefined {
  return /^[0-9A-Fa-f]{64}$/.test(secret) ? Buffer.from(secret, 'hex') : undefined;
}

/** `data.id` stays while a transfer goes through its states, and `timestamp` is when the event was queued, so that only the whole body is one event. */
function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  const data = own(event, 'data');
  const subject = subjectField(own(data, 'id'));
  const fingerprint = fingerprintOf(body);
  return {
    identity: contentIdentity(fingerprint),
    eventId: subject ?? null,
    type: typeField(own(event, 'type')),
    occurredAt: timeField(own(event, 'timestamp') ?? own(event, 'createdAt') ?? own(data, 'creationDate')),
    subject,
    account: accountField(own(data, 'balancePlatform')),
    mode: modeField(own(event, 'environment')),
    fingerprint,
    authenticity: 'signed',
  };
}

/** Disputes come without it: then the source says. `bad-environment`. */
function modeField(environment: unknown): Mode | undefined {
  if (environment === undefined || environment === null) return undefined;
  if (environment !== 'live' && environment !== 'test') throw new Oddity('bad-environment');
  return environment;
}

export const guide: ProviderGuide = {
  title: 'Adyen (platform and management webhooks)',
  header: '`HmacSignature`: base64',
  signs: 'the raw body: HMAC-SHA256; no time and no header is signed',
  signsTime: false,
  authenticity: 'signed',
  secret: 'the HMAC key of the webhook, 64 hex digits, decoded to bytes',
  identity:
    'the hash of the signed body: Adyen sends no event id, and `data.id`, which is shown as such, names the object through all its states',
  retries:
    'three quick tries, then from a queue for each endpoint after 2, 5, 10, 15, 30 minutes, 1, 2, 4, 8 hours and on, for up to 30 days; no order is promised',
  setup: [
    'In the Customer Area open Developers, then Webhooks, and add the platform or management webhooks you need with the URL that the stack printed.',
    'Generate the HMAC key of each, save it, and put the key into the secret of the source: one source for each webhook, or all keys as entries of one secret.',
  ],
  pitfalls: [
    'Standard webhooks, with `notificationItems`, are signed another way: they are the provider `adyen`.',
    'Events of one transfer arrive in any order: `data.sequenceNumber` says which is newer, and `data.status` what it is now.',
    'An event that is not accepted holds up the queue of its endpoint: everything behind it waits.',
    'After a change of the key Adyen still signs with the old one for a while, so keep both entries in the secret.',
    '`environment` is signed and becomes the mode; an event without it, such as a dispute, has the mode of its source.',
    'The account is `data.balancePlatform`; management webhooks have none, so do not set `account` of a source that receives them.',
  ],
  sources: [
    '@adyen/api-library 32.1.0, HmacValidator and the typings of its webhooks',
    'docs.adyen.com/development-resources/webhooks/troubleshoot',
    'docs.adyen.com/issuing/set-up-webhooks/best-practices',
  ],
};
