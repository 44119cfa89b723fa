/** Polar: Standard Webhooks under the header names `webhook-…`, keyed with the text of the secret, or with what it is in base64. */
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { textKey } from '../core/signature.ts';
import { base64Key, standardWebhooks } from '../core/standard-webhooks.ts';

export default {
  name: 'polar',
  /** The least of what Polar's pages have named, which is 10 and 20. */
  answerWithinSeconds: 10,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...standardWebhooks({ prefixes: ['webhook-'], keysOf, secretForm: 'a text that is not blank' }),
  makeSecret: (random: Uint8Array) => `polar_whs_${Buffer.from(random).toString('base64url')}`,
} satisfies Provider;

/** Polar signs with the text; since its library takes both readings, version 1.0, it may come to sign with the other one. */
function keysOf(secret: string): readonly Uint8Array[] {
  const text = textKey(secret);
  return text === undefined ? [] : [text, ...base64Key(secret)];
}

export const guide: ProviderGuide = {
  title: 'Polar',
  header: '`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,…[ v1,…]`: base64',
  signs: 'the id, the time and the raw body, joined by dots: HMAC-SHA256; any `v1` may match',
  signsTime: true,
  authenticity: 'signed',
  secret:
    'the secret of the endpoint, used as text; where it is base64 of at least 24 bytes, with or without `whsec_`, the decoded bytes count as well',
  identity: '`webhook-id`, which is signed and the same on each retry; an id with a dot is refused, as a dot separates what is signed',
  retries:
    'up to ten tries with growing pauses; an endpoint is switched off after ten failed deliveries in a row, and what waits for it is skipped; in order for each endpoint, but only up to an age limit',
  setup: [
    'In the settings of the organization open Webhooks and add an endpoint with the URL that the stack printed and the format Raw.',
    'Copy its secret, or the one you chose, into the secret of the source.',
  ],
  pitfalls: [
    'Libraries of Standard Webhooks want this secret encoded in base64 first; here it is stored as Polar shows it.',
    'The formats Discord and Slack send other bodies: choose Raw.',
    'The sandbox is a server of its own: give it a source of its own with `"mode": "test"`.',
    'A renewal is an `order.created` and an `order.paid` with `billing_reason` `subscription_cycle`; there is no event for a dispute.',
  ],
  sources: ['@polar-sh/sdk 0.49.0 and 1.0.1, validateEvent', 'polar.sh/docs/integrate/webhooks/delivery'],
};
