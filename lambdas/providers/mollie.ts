/** Mollie, next-gen webhooks: `X-Mollie-Signature: sha256=…`, one HMAC over the body. Classic webhooks sign nothing and are refused. */
import { bodySignature } from '../core/body-signature.ts';
import { type EventFacts, identityField, Oddity, readEvent, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Mode, Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';

export default {
  name: 'mollie',
  answerWithinSeconds: 15,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...bodySignature({
    header: 'x-mollie-signature',
    encoding: 'hex',
    prefix: 'sha256=',
    secretForm: 'the signing secret of the webhook, a text that is not blank',
  }),
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => Buffer.from(random).toString('hex').slice(0, 32),
} satisfies Provider;

/** The links around the event are no part of what it says. */
function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  return {
    identity: identityField(own(event, 'id')),
    type: typeField(own(event, 'type')),
    occurredAt: timeField(own(event, 'createdAt')),
    subject: subjectField(own(event, 'entityId')),
    account: undefined,
    mode: modeField(own(own(own(event, '_embedded'), 'entity'), 'mode')),
    fingerprint: fingerprintOf(body, ['id', 'type', 'createdAt', 'entityId', '_embedded']),
    authenticity: 'signed',
  };
}

/** Only some entities have it, and only in a full payload. `bad-mode`. */
function modeField(mode: unknown): Mode | undefined {
  if (mode === undefined || mode === null) return undefined;
  if (mode !== 'live' && mode !== 'test') throw new Oddity('bad-mode');
  return mode;
}

export const guide: ProviderGuide = {
  title: 'Mollie (next-gen webhooks)',
  header: '`X-Mollie-Signature: sha256=…`: hex, with or without `sha256=`',
  signs: 'the raw body: HMAC-SHA256; no time is signed',
  signsTime: false,
  authenticity: 'signed',
  secret: 'the signing secret of the webhook, used as text',
  identity: '`id` of the event (`event_…`), signed',
  retries: 'the schedule of next-gen webhooks is not known; past events can be read with the Webhook Events API; no order is promised',
  setup: [
    'In the Dashboard open Developers, then Webhooks, and create one with the URL that the stack printed and the events your consumers subscribe to.',
    'Copy its signing secret into the secret of the source.',
    'Choose the full payload, so that an event says what happened and not only to what.',
  ],
  pitfalls: [
    'Classic webhooks (`webhookUrl` of a payment) send only `id=tr_…` and no signature: they are refused.',
    'With the simple payload an event names its entity and nothing else: a consumer that books money asks the API for it.',
    'Test mode has webhooks of its own: give it a source of its own with `"mode": "test"`. The body says the mode only with the full payload, and not for every entity.',
    'Mollie expects 200 within 15 seconds.',
  ],
  sources: [
    'mollie-api-typescript 1.12.28, SignatureValidator',
    'docs.mollie.com/reference/webhooks-new',
    'docs.mollie.com/reference/webhooks-best-practices',
  ],
};
