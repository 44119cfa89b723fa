/** Coinbase Commerce: `X-CC-Webhook-Signature`, one HMAC over a delivery that holds the event. */
import { bodySignature } from '../core/body-signature.ts';
import { type EventFacts, identityField, readEvent, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';

export default {
  name: 'coinbase-commerce',
  /** Coinbase publishes none; five seconds are the least that most providers give. */
  answerWithinSeconds: 5,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...bodySignature({
    header: 'x-cc-webhook-signature',
    encoding: 'hex',
    secretForm: 'the shared secret of the webhook subscriptions, a text that is not blank',
  }),
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => Buffer.from(random).toString('hex'),
} satisfies Provider;

/** `id`, `attempt_number` and `scheduled_for` beside the event belong to the delivery. */
function eventFacts(body: JsonBody): EventFacts {
  const event = own(body.object, 'event');
  const data = own(event, 'data');
  return {
    identity: identityField(own(event, 'id')),
    type: typeField(own(event, 'type')),
    occurredAt: timeField(own(event, 'created_at')),
    subject: subjectField(own(data, 'id') ?? own(data, 'code')),
    account: undefined,
    mode: undefined,
    fingerprint: fingerprintOf(body, ['event']),
    authenticity: 'signed',
  };
}

export const guide: ProviderGuide = {
  title: 'Coinbase Commerce',
  header: '`X-CC-Webhook-Signature`: hex',
  signs: 'the raw body: HMAC-SHA256; no time and no header is signed',
  signsTime: false,
  authenticity: 'signed',
  secret: 'the shared secret of the webhook subscriptions, used as text',
  identity: '`event.id`, signed; the `id` beside it names the delivery',
  retries: 'with growing pauses of at most an hour, for up to three days; no order is promised',
  setup: [
    'In Coinbase Commerce open Settings, then Webhook subscriptions, and add an endpoint with the URL that the stack printed.',
    'Show the shared secret there and put it into the secret of the source.',
  ],
  pitfalls: [
    'All endpoints of an account have one shared secret.',
    '`charge:pending` says that the money was seen on the chain, and `charge:confirmed` that it is final.',
    'A charge can be paid too little, too much or too late: decide by `event.data.payments` and the timeline, never by the type alone.',
    'Amounts are texts with decimals, in crypto with many: never read them as numbers.',
    'There is no test mode: the mode is that of the source.',
  ],
  sources: [
    'coinbase-commerce-node 1.0.4, Webhook',
    'docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-overview',
    'docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-fields',
  ],
};
