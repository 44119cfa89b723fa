/** Standard Webhooks 1.0, as any sender may use it: `webhook-signature: v1,…`, keyed with the decoded secret. */
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { BASE64_SECRET_FORM, base64Key, standardWebhooks } from '../core/standard-webhooks.ts';

export default {
  name: 'standardwebhooks',
  /** The lower end of what the specification suggests to senders. */
  answerWithinSeconds: 15,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...standardWebhooks({ prefixes: ['webhook-'], keysOf: base64Key, secretForm: BASE64_SECRET_FORM }),
  makeSecret: (random: Uint8Array) => `whsec_${Buffer.from(random).toString('base64')}`,
} satisfies Provider;

export const guide: ProviderGuide = {
  title: 'Standard Webhooks',
  header: '`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,…[ v1,…]`: base64',
  signs: 'the id, the time and the raw body, joined by dots: HMAC-SHA256; any `v1` may match, `v1a` is ignored',
  signsTime: true,
  authenticity: 'signed',
  secret: '`whsec_` and base64, or base64 alone: at least 24 bytes, decoded',
  identity: '`webhook-id`, which is signed and the same on each retry; an id with a dot is refused, as a dot separates what is signed',
  retries: 'as the sender likes; the specification suggests about three days with growing pauses; no order is promised',
  setup: [
    'Give the sender the URL that the stack printed.',
    'Put the secret it shows, or the one you agreed on, into the secret of the source.',
  ],
  pitfalls: [
    'The specification leaves the body to the sender: without a `type` the event is `untyped`.',
    'Nothing says live or test: give a sandbox a source of its own with `"mode": "test"`.',
  ],
  sources: ['standardwebhooks 1.1.1', 'github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md'],
};
