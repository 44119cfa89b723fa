/** Lemon Squeezy: `X-Signature`, one HMAC over the body; the event has a name and no id. */
import { bodySignature } from '../core/body-signature.ts';
import { contentIdentity, type EventFacts, idText, Oddity, readEvent, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Mode, Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';

export default {
  name: 'lemonsqueezy',
  /** Lemon Squeezy publishes none; five seconds are the pause before its first retry. */
  answerWithinSeconds: 5,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...bodySignature({
    header: 'x-signature',
    encoding: 'hex',
    secretForm: 'the signing secret that was chosen for the webhook, a text that is not blank',
  }),
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => Buffer.from(random).toString('hex').slice(0, 40),
} satisfies Provider;

/**
 * Named by all that it says. The name, the object and `updated_at` would not do: that time has whole seconds, and two changes of one subscription
 * can fall into one.
 */
function eventFacts(body: JsonBody): EventFacts {
  const [meta, data] = [own(body.object, 'meta'), own(body.object, 'data')];
  const attributes = own(data, 'attributes');
  const fingerprint = fingerprintOf(withoutDelivery(body), ['meta', 'data']);
  return {
    identity: contentIdentity(fingerprint),
    eventId: null,
    type: typeField(own(meta, 'event_name')),
    occurredAt: timeField(own(attributes, 'updated_at')),
    subject: subjectField(idText(own(data, 'id'))),
    account: undefined,
    mode: modeField(own(meta, 'test_mode') ?? own(attributes, 'test_mode')),
    fingerprint,
    authenticity: 'signed',
  };
}

/** What may be another one in each delivery of one event: links, which are signed anew for a day, and the id of the webhook. */
const OF_THE_DELIVERY: ReadonlySet<string> = new Set(['urls', 'webhook_id']);

/** A number that cannot be held exactly becomes the text of its digits, so that none is rounded. */
function withoutDelivery({ object, text }: JsonBody): JsonBody {
  const lasting: unknown = JSON.parse(text, (name, value: unknown, context?: { readonly source?: string }) => {
    if (OF_THE_DELIVERY.has(name)) return undefined;
    return typeof value === 'number' && !Number.isSafeInteger(value) ? (context?.source ?? String(value)) : value;
  });
  return { object, text: JSON.stringify(lasting) };
}

/** `bad-mode`. */
function modeField(testMode: unknown): Mode | undefined {
  if (testMode === undefined || testMode === null) return undefined;
  if (typeof testMode !== 'boolean') throw new Oddity('bad-mode');
  return testMode ? 'test' : 'live';
}

export const guide: ProviderGuide = {
  title: 'Lemon Squeezy',
  header: '`X-Signature`: hex',
  signs: 'the raw body: HMAC-SHA256; no time and no header is signed, also not `X-Event-Name`',
  signsTime: false,
  authenticity: 'signed',
  secret: 'the signing secret you choose for the webhook, used as text',
  identity:
    'the hash of the signed body without its links (`urls`) and `webhook_id`: there is no event id, and `updated_at` has whole seconds, in which an object can change twice',
  retries: 'three times only, after 5, 25 and 125 seconds, on any status but 200; no order is promised',
  setup: [
    'In Lemon Squeezy open Settings, then Webhooks, and add one with the URL that the stack printed, a long random signing secret and the events your consumers subscribe to.',
    'Put the same secret into the secret of the source.',
    'Let a job compare orders and subscriptions with the API from time to time: what failed for three minutes is not sent again.',
  ],
  pitfalls: [
    'An outage of three minutes loses events: what failed four times can only be sent again by hand, or be found with the API.',
    '`order_created`, `subscription_created` and `subscription_payment_success` tell of one purchase: book by one of them.',
    '`subscription_payment_success` and `subscription_payment_recovered` may carry one and the same invoice: take its id as the natural key.',
    'The account is not told apart: a webhook belongs to one store, and `data.attributes.store_id` says which.',
    '`meta.test_mode` is signed and becomes the mode.',
    '`meta.webhook_id` is not documented, so nothing relies on it.',
  ],
  sources: ['docs.lemonsqueezy.com/help/webhooks/signing-requests', 'docs.lemonsqueezy.com/help/webhooks/webhook-requests'],
};
