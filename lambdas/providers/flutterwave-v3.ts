/** Flutterwave, API v3: the secret hash itself in `verif-hash`, the same in each request; nothing is signed. */
import { contentIdentity, type EventFacts, idText, readEvent, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { sharedToken } from '../core/shared-token.ts';

export default {
  name: 'flutterwave-v3',
  answerWithinSeconds: 60,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  needsFetch:
    'Flutterwave signs nothing in API v3: verif-hash is the same in every request, so whoever has seen one can write any other, and the transaction must be fetched from its API first.',
  ...sharedToken({
    header: 'verif-hash',
    secretForm: 'the secret hash that was chosen for the webhook, a text that is not blank',
  }),
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => Buffer.from(random).toString('base64url').slice(0, 32),
} satisfies Provider;

/** None of it is authentic. The hash of the body is at least the same for each try. */
function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  const data = own(event, 'data');
  const fingerprint = fingerprintOf(body);
  return {
    identity: contentIdentity(fingerprint),
    eventId: null,
    type: typeField(own(event, 'event')),
    occurredAt: timeField(own(data, 'created_at')),
    subject: subjectField(idText(own(data, 'id'))),
    account: undefined,
    mode: undefined,
    fingerprint,
    authenticity: 'partial',
    signedFields: [],
  };
}

export const guide: ProviderGuide = {
  title: 'Flutterwave (API v3)',
  header: '`verif-hash`: the secret hash itself',
  signs: 'nothing: the secret hash only shows that the sender knows it',
  signsTime: false,
  authenticity: 'partial',
  signedFields: [],
  secret: 'the secret hash you choose for the webhook, compared as text',
  identity: 'the hash of the body, which nobody signed; there is no event id, and what happened must be fetched',
  retries: 'three times, 30 minutes apart, and only if retries are switched on in the dashboard; no order is promised',
  setup: [
    'In the dashboard open Settings, then Webhooks, and enter the URL that the stack printed and a long random secret hash.',
    'Switch on webhook retries there: without them each event is sent once.',
    'Put the same secret hash into the secret of the source.',
  ],
  pitfalls: [
    'Who has seen one request, for example in a log, has the secret hash and can write any other.',
    '`charge.completed` also tells of a charge that failed: decide by `data.status`, and ask the API for it.',
    'API v4 signs the body in `flutterwave-signature`: that is the provider `flutterwave-v4`.',
    'Nothing says live or test.',
  ],
  sources: ['developer.flutterwave.com/v3.0/docs/webhooks'],
};
