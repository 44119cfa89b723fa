/** Checkout.com: `Cko-Signature`, one HMAC over the body, keyed with the signature key of the webhook. */
import { bodySignature } from '../core/body-signature.ts';
import { type EventFacts, identityField, readEvent, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';

export default {
  name: 'checkout',
  answerWithinSeconds: 10,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...bodySignature({
    header: 'cko-signature',
    encoding: 'hex',
    secretForm: 'the signature key of the webhook, a text that is not blank',
  }),
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => Buffer.from(random).toString('hex'),
} satisfies Provider;

/** The links and the workflow around the event are no part of what it says. */
function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  return {
    identity: identityField(own(event, 'id')),
    type: typeField(own(event, 'type')),
    // The name of the time differs between the documented types: a capture has `timestamp`.
    occurredAt: timeField(own(event, 'created_on') ?? own(event, 'timestamp')),
    subject: subjectField(own(own(event, 'data'), 'id')),
    account: undefined,
    mode: undefined,
    fingerprint: fingerprintOf(body, ['id', 'type', 'created_on', 'timestamp', 'data']),
    authenticity: 'signed',
  };
}

export const guide: ProviderGuide = {
  title: 'Checkout.com',
  header: '`Cko-Signature`: hex',
  signs: 'the raw body: HMAC-SHA256; no time and no header is signed',
  signsTime: false,
  authenticity: 'signed',
  secret: 'the signature key of the webhook, used as text',
  identity: '`id` of the event (`evt_…`), signed',
  retries:
    'eight times, after 5, 10, 15 and 30 minutes and 1, 4, 12 and 12 hours, about 30 hours in all; at least once and in no promised order',
  setup: [
    'In the Dashboard open Developers, then Webhooks, and add one with the URL that the stack printed and the events your consumers subscribe to.',
    'Put its signature key into the secret of the source.',
  ],
  pitfalls: [
    'The key in the `Authorization` header is another one and not looked at: it would say nothing about the body.',
    '`payment_captured` may arrive before `payment_approved`.',
    'Amounts are in the minor unit of the currency, which has no, two or three decimals.',
    'The subject of a dispute is the dispute (`dsp_…`); its payment is `data.payment_id`. An authentication has no `data.id` and so no subject.',
    'Several captures or refunds of one payment differ in `data.action_id`: take it as the natural key.',
    'Nothing in the body says live or test by a name: give the sandbox a source of its own with `"mode": "test"`.',
    'Whether an event that is sent again by hand keeps its `id` is not documented.',
  ],
  sources: [
    'checkout.com/docs/workflows/set-up-your-webhook-receiver',
    'checkout.com/docs/developer-resources/event-notifications/receive-webhooks',
  ],
};
