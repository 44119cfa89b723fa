/** Square: `x-square-hmacsha256-signature`, one HMAC over the notification URL and the body behind it. */
import { bodySignature } from '../core/body-signature.ts';
import { accountField, type EventFacts, identityField, readEvent, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';

export default {
  name: 'square',
  /** Square's older pages name ten seconds, the newer ones none. */
  answerWithinSeconds: 10,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  signsUrl: true,
  ...bodySignature({
    header: 'x-square-hmacsha256-signature',
    encoding: 'base64',
    urlSigned: true,
    secretForm: 'the signature key of the subscription, a text that is not blank',
  }),
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => Buffer.from(random).toString('base64url').slice(0, 22),
} satisfies Provider;

/** `event_id` stays the same over all deliveries of one event; each change of a payment has an event of its own. */
function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  return {
    identity: identityField(own(event, 'event_id')),
    type: typeField(own(event, 'type')),
    occurredAt: timeField(own(event, 'created_at')),
    subject: subjectField(own(own(event, 'data'), 'id')),
    account: accountField(own(event, 'merchant_id')),
    mode: undefined,
    fingerprint: fingerprintOf(body),
    authenticity: 'signed',
  };
}

export const guide: ProviderGuide = {
  title: 'Square',
  header: '`x-square-hmacsha256-signature`: base64',
  signs: 'the notification URL as it stands in the subscription, then the raw body: HMAC-SHA256',
  signsTime: false,
  authenticity: 'signed',
  secret: 'the signature key of the webhook subscription, used as text',
  identity: '`event_id`, signed',
  retries:
    'for 24 hours by the newer pages, 72 by the older ones; a subscription that fails for three weeks is switched off; no order is promised',
  setup: [
    'In the Developer Console open the application, then Webhooks, then Subscriptions, and add one with the URL that the stack printed.',
    'Copy its signature key into the secret of the source.',
    'Behind a domain of your own set `url` of the source to the URL exactly as it stands in the subscription.',
  ],
  pitfalls: [
    'The URL is part of what is signed: one slash, the scheme or a query more and nothing matches.',
    'Production and sandbox have subscriptions and keys of their own: give the sandbox a source of its own with `"mode": "test"`.',
    '`payment.updated` comes many times for one payment, each time as another event; `data.object.payment.version` says which is newer.',
  ],
  sources: [
    'square 46.0.0, WebhooksHelper',
    'developer.squareup.com/docs/webhooks/step3validate',
    'developer.squareup.com/docs/webhooks/troubleshooting',
  ],
};
