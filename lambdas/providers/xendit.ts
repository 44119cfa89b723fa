/** Xendit: a token in `x-callback-token`, the same in each request; nothing is signed. */
import {
  contentIdentity,
  type EventFacts,
  idText,
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
import { sharedToken } from '../core/shared-token.ts';

export default {
  name: 'xendit',
  answerWithinSeconds: 30,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  needsFetch:
    'Xendit signs nothing: x-callback-token is the same in every request, so whoever has seen one can write any other, and the payment must be fetched from its API first.',
  ...sharedToken({
    header: 'x-callback-token',
    secretForm: 'the webhook verification token of the account, a text that is not blank',
  }),
  events: ({ headers, body }) => [readEvent(body, (json) => eventFacts(headers, json))],
  makeSecret: (random) => Buffer.from(random).toString('hex'),
} satisfies Provider;

/** None of it is authentic. The hash of the body is at least the same for each try, whatever `webhook-id` says. */
function eventFacts(headers: WebhookRequest['headers'], body: JsonBody): EventFacts {
  const event = body.object;
  const data = own(event, 'data');
  const fingerprint = fingerprintOf(body);
  return {
    identity: contentIdentity(fingerprint),
    eventId: unsignedId(headers, 'webhook-id'),
    type: typeField(own(event, 'event')),
    occurredAt: timeField(own(event, 'created')),
    subject: subjectField(idText(own(data, 'id') ?? own(data, 'payment_id'))),
    account: undefined,
    mode: undefined,
    fingerprint,
    authenticity: 'partial',
    signedFields: [],
  };
}

export const guide: ProviderGuide = {
  title: 'Xendit',
  header: '`x-callback-token`: the token itself',
  signs: 'nothing: the token only shows that the sender knows it',
  signsTime: false,
  authenticity: 'partial',
  signedFields: [],
  secret: 'the webhook verification token of the account, compared as text',
  identity: 'the hash of the body, which nobody signed; `webhook-id` is only shown, and what happened must be fetched',
  retries: 'six times within 24 hours, the first after 15 and 45 minutes and two hours; no order is promised',
  setup: [
    'In the Dashboard open Settings, then Webhooks, and enter the URL that the stack printed for the products you use.',
    'Copy the webhook verification token that is shown there into the secret of the source.',
  ],
  pitfalls: [
    'Who has seen one request, for example in a log, has the token and can write any other.',
    'Older callbacks, such as that of a paid invoice, have no `event` and would be kept as odd.',
    'Bill payments are signed another way, with `X-Callback-Signature`, and are not read.',
    'Test and live mode have tokens of their own, and the body does not say which.',
  ],
  sources: ['docs.xendit.co/docs/set-up-webhooks', 'docs.xendit.co/webhook/delivery-attempts-and-retries'],
};
