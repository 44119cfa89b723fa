/** Razorpay: `X-Razorpay-Signature`, one HMAC over the body; the id of the event stands in a header that is not signed. */
import { bodySignature } from '../core/body-signature.ts';
import {
  accountField,
  contentIdentity,
  type EventFacts,
  readEvent,
  subjectField,
  timeField,
  typeField,
  unsignedId,
} from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider, WebhookRequest } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';

const EVENT_ID = 'x-razorpay-event-id';

export default {
  name: 'razorpay',
  /** Razorpay takes an answer that comes later for a failure. */
  answerWithinSeconds: 5,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...bodySignature({
    header: 'x-razorpay-signature',
    encoding: 'hex',
    secretForm: 'the secret that was chosen for the webhook, a text that is not blank',
  }),
  events: ({ headers, body }) => [readEvent(body, (json) => eventFacts(headers, json))],
  makeSecret: (random) => Buffer.from(random).toString('hex').slice(0, 32),
} satisfies Provider;

/** The body is a snapshot and `created_at` the time of the event, not of the delivery, so that each try says the same. */
function eventFacts(headers: WebhookRequest['headers'], body: JsonBody): EventFacts {
  const event = body.object;
  const type = typeField(own(event, 'event'));
  const fingerprint = fingerprintOf(body);
  return {
    identity: contentIdentity(fingerprint),
    eventId: unsignedId(headers, EVENT_ID),
    type,
    occurredAt: timeField(own(event, 'created_at')),
    subject: subjectField(subjectOf(own(event, 'payload'), type)),
    account: accountField(own(event, 'account_id')),
    mode: undefined,
    fingerprint,
    authenticity: 'signed',
  };
}

/** What the event's name begins with: the refund of `refund.processed`, the payment of `payment.dispute.created`. */
function subjectOf(payload: unknown, type: string): unknown {
  const named = own(payload, type.replace(/\..*$/, ''));
  return own(own(named ?? own(payload, 'payment'), 'entity'), 'id');
}

export const guide: ProviderGuide = {
  title: 'Razorpay',
  header: '`X-Razorpay-Signature`: hex',
  signs: 'the raw body: HMAC-SHA256; no time and no header is signed',
  signsTime: false,
  authenticity: 'signed',
  secret: 'the secret you choose for the webhook (not the API key), used as text',
  identity:
    'the hash of the signed body: `x-razorpay-event-id` is unsigned and only shown, or somebody who holds one request could send it again under new ids for ever',
  retries:
    'with growing pauses for 24 hours after the event; a webhook that fails for 24 hours is switched off until you switch it on again; no order is promised',
  setup: [
    'In the Dashboard open Account & Settings, then Webhooks, and add one with the URL that the stack printed, a long random secret and the events your consumers subscribe to.',
    'Put the same secret into the secret of the source.',
    'Enter an alert e-mail address there: Razorpay writes to it when it switches a webhook off.',
  ],
  pitfalls: [
    'Test and live mode have webhooks of their own and the body does not say which: give the test mode a source of its own with `"mode": "test"`.',
    'After a change of the secret older events are still sent again under the old one: set the new one with `--keep-old` for at least 24 hours.',
    '`payment.captured` and `order.paid` tell of one payment: book by one of them, or give the consumer a natural key.',
    '`payment.failed` may be followed by `payment.captured` for the same payment, when the customer tries again.',
    'An answer after more than five seconds counts as a failure, so ours is given after four at most.',
  ],
  sources: [
    'razorpay 2.9.8, validateWebhookSignature',
    'razorpay.com/docs/webhooks/validate-test',
    'razorpay.com/docs/webhooks/best-practices',
  ],
};
