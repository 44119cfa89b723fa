/** Svix: Standard Webhooks under the header names `svix-…`, which win, and as well under `webhook-…`. */
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { BASE64_SECRET_FORM, base64Key, standardWebhooks } from '../core/standard-webhooks.ts';

export default {
  name: 'svix',
  /** Svix takes an answer that comes later for a failure. */
  answerWithinSeconds: 15,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...standardWebhooks({ prefixes: ['svix-', 'webhook-'], keysOf: base64Key, secretForm: BASE64_SECRET_FORM }),
  makeSecret: (random: Uint8Array) => `whsec_${Buffer.from(random).toString('base64')}`,
} satisfies Provider;

export const guide: ProviderGuide = {
  title: 'Svix',
  header: '`svix-id`, `svix-timestamp`, `svix-signature: v1,…[ v1,…]`, or the same names with `webhook-`: base64',
  signs: 'the id, the time and the raw body, joined by dots: HMAC-SHA256; any `v1` may match, `v1a` is ignored',
  signsTime: true,
  authenticity: 'signed',
  secret: 'the signing secret of the endpoint: `whsec_` and base64, at least 24 bytes, decoded',
  identity: '`svix-id`, which is signed and the same on each retry; an id with a dot is refused, as a dot separates what is signed',
  retries:
    'eight tries within about 28 hours: at once, then after 5 seconds, 5 and 30 minutes, 2, 5, 10 and 10 hours; an endpoint that fails for five days is switched off; no order is promised',
  setup: [
    "Open the webhook settings of the sender (its own page, or Svix's application portal) and add an endpoint with the URL that the stack printed.",
    'Copy its signing secret into the secret of the source.',
  ],
  pitfalls: [
    'Where both families of headers are whole, `svix-…` is read and `webhook-…` is not; three headers of which one has the other prefix are refused.',
    'The body is the sender’s own: without a `type` the event is `untyped`, without an ISO 8601 `timestamp` it occurred when it was sent.',
    'Nothing says live or test: give a sandbox a source of its own with `"mode": "test"`.',
  ],
  sources: ['svix 1.99.1, Webhook', 'docs.svix.com/receiving/verifying-payloads/how-manual', 'docs.svix.com/retries'],
};
