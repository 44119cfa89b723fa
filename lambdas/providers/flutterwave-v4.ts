/** Flutterwave, API v4: `flutterwave-signature`, one HMAC over the body, keyed with the secret hash. */
import { bodySignature } from '../core/body-signature.ts';
import {
  contentIdentity,
  type EventFacts,
  identityField,
  idText,
  readEvent,
  subjectField,
  timeField,
  typeField,
} from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { isoTime } from '../core/time.ts';

export default {
  name: 'flutterwave-v4',
  answerWithinSeconds: 60,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...bodySignature({
    header: 'flutterwave-signature',
    encoding: 'base64',
    secretForm: 'the secret hash that was chosen for the webhook, a text that is not blank',
  }),
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => Buffer.from(random).toString('base64url').slice(0, 32),
} satisfies Provider;

/**
 * Named by what it says, although `webhook_id` is signed: Flutterwave does not promise that a second delivery has the same one, and tells to look
 * for duplicates by the object and its status.
 */
function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  const webhookId = own(event, 'webhook_id') ?? own(event, 'id') ?? null;
  const fingerprint = fingerprintOf(body, ['type', 'data']);
  return {
    identity: contentIdentity(fingerprint),
    eventId: webhookId === null ? null : identityField(webhookId),
    type: typeField(own(event, 'type')),
    occurredAt: timeField(timeOf(own(event, 'timestamp'))),
    subject: subjectField(idText(own(own(event, 'data'), 'id'))),
    account: undefined,
    mode: undefined,
    fingerprint,
    authenticity: 'signed',
  };
}

/** Milliseconds have thirteen digits from 2001 to 2286; any other number would be taken for the wrong unit, so it is no time. */
function timeOf(timestamp: unknown): unknown {
  if (typeof timestamp !== 'number') return timestamp;
  return /^\d{13}$/.test(String(timestamp)) ? isoTime(timestamp) : 'no time';
}

export const guide: ProviderGuide = {
  title: 'Flutterwave (API v4)',
  header: '`flutterwave-signature`: base64',
  signs: 'the raw body: HMAC-SHA256; no time and no header is signed',
  signsTime: false,
  authenticity: 'signed',
  secret: 'the secret hash you choose for the webhook, used as text',
  identity:
    'the hash of the signed `type` and `data`; `webhook_id` is shown as the id of the event, but nothing says that a second delivery has the same one',
  retries: 'three times, 30 minutes apart, and only if retries are switched on in the dashboard; no order is promised',
  setup: [
    'In the dashboard open Settings, then Webhooks, and enter the URL that the stack printed and a long random secret hash.',
    'Switch on webhook retries there: without them each event is sent once.',
    'Put the same secret hash into the secret of the source.',
    'Let a job compare charges with the API from time to time, as Flutterwave advises.',
  ],
  pitfalls: [
    'An outage of more than 90 minutes loses events.',
    '`charge.completed` may tell of a charge that failed: decide by `data.status`.',
    'An older page of API v4 says that the header is the secret hash itself: such a request is refused, since its body would not be signed.',
    'API v3 sends `verif-hash` and signs nothing: that is the provider `flutterwave-v3`.',
    'Amounts are in the major unit of the currency, with decimals.',
    'Nothing says live or test: give the sandbox a source of its own with `"mode": "test"`.',
  ],
  sources: ['developer.flutterwave.com/docs/webhooks'],
};
