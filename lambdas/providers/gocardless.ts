/** GoCardless: `Webhook-Signature`, one HMAC over a body that holds a list of events. */
import { bodySignature } from '../core/body-signature.ts';
import { accountField, type EventFacts, identityField, readEvents, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';

export default {
  name: 'gocardless',
  answerWithinSeconds: 10,
  /** What GoCardless asks for where a signature is wrong. */
  answer: { refusedStatus: 498 },
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...bodySignature({
    header: 'webhook-signature',
    encoding: 'hex',
    secretForm: 'the secret of the webhook endpoint, a text that is not blank',
  }),
  events: ({ body }) => readEvents(body, 'events', eventFacts),
  makeSecret: (random) => Buffer.from(random).toString('base64url').slice(0, 40),
} satisfies Provider;

/** `meta.webhook_id` beside the list names the delivery; each event has an id of its own. */
function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  const resource = typeField(own(event, 'resource_type'));
  const links = own(event, 'links');
  return {
    identity: identityField(own(event, 'id')),
    type: typeField(`${resource}.${typeField(own(event, 'action'))}`),
    occurredAt: timeField(own(event, 'created_at')),
    // Types are in the plural and links in the singular: `payments` and `payment`, `instalment_schedules` and `instalment_schedule`.
    subject: subjectField(own(links, resource.replace(/s$/, ''))),
    account: accountField(own(links, 'organisation')),
    mode: undefined,
    fingerprint: fingerprintOf(body),
    authenticity: 'signed',
  };
}

export const guide: ProviderGuide = {
  title: 'GoCardless',
  header: '`Webhook-Signature`: hex',
  signs: 'the raw body: HMAC-SHA256; no time is signed',
  signsTime: false,
  authenticity: 'signed',
  secret: 'the secret of the webhook endpoint, used as text',
  identity: '`id` of each event (`EV…`), signed; `meta.webhook_id` names the delivery and is another one each time',
  retries: 'eight times with growing pauses; no order is promised',
  setup: [
    'In the Dashboard open Developers, then create a webhook endpoint with the URL that the stack printed.',
    'Put its secret into the secret of the source.',
  ],
  pitfalls: [
    'One request holds many events that have nothing to do with each other; each is stored and deduplicated alone, and the request is answered once all of them are.',
    'An event names its payment and not the amount: a consumer that books money asks the API for the resource.',
    'Sandbox and live have endpoints and secrets of their own: give the sandbox a source of its own with `"mode": "test"`.',
    'With a partner app `links.organisation` says whose event it is; it becomes the account.',
    'A wrong signature is answered 498, as GoCardless asks; redirects are not followed.',
    'The signature is taken in lower-case hex, as it is sent; the library of GoCardless would take upper case as well.',
  ],
  sources: [
    'gocardless-nodejs 10.1.2, webhooks.parse',
    'developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks',
    'support.gocardless.com, Webhook retries',
  ],
};
