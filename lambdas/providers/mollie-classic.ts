/** Mollie, classic webhooks: a form with the id of an object, and nothing that could be verified. */
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { refused } from '../core/signature.ts';

export default {
  name: 'mollie-classic',
  answerWithinSeconds: 15,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  needsFetch:
    'Mollie signs nothing in classic webhooks: a request is the id of an object that anybody could send, so the object must be fetched from its API first.',
  verify: () => refused('unsigned'),
  /** The id is the same for each change of the object: without the fetched state there is nothing to name an event by. */
  events: ({ body }) => [{ kind: 'odd', reason: 'unsigned', bytes: body, contentType: 'application/octet-stream' }],
  /** An API key, with which the object would be fetched: the webhook itself has no secret. */
  makeSecret: (random) => `test_${Buffer.from(random).toString('hex').slice(0, 30)}`,
} satisfies Provider;

export const guide: ProviderGuide = {
  title: 'Mollie (classic webhooks)',
  header: 'none; the body is a form, `id=tr_…`',
  signs: 'nothing',
  signsTime: false,
  authenticity: 'partial',
  signedFields: [],
  secret: 'none; a fetch would need the API key',
  identity: 'none without a fetch: the id of the object is the same for each of its changes, so it would need the fetched state beside it',
  retries: 'ten times over about 26 hours, until the answer is 200; no order is promised',
  setup: ['Use next-gen webhooks instead, with the provider `mollie`: they are signed.'],
  pitfalls: [
    'Anybody can send the id of an object, so that a request is only a hint to look.',
    'The kind of the object stands in its id only: `tr_…` for a payment, `sub_…` for a subscription.',
    'A refund or a chargeback comes as the id of its payment.',
  ],
  sources: ['docs.mollie.com/reference/webhooks'],
};
