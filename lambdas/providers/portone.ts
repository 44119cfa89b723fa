/** PortOne (V2): Standard Webhooks under the header names `webhook-…`; the payment is `data.paymentId`. */
import { own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { BASE64_SECRET_FORM, base64Key, standardWebhooks } from '../core/standard-webhooks.ts';

export default {
  name: 'portone',
  /** PortOne waits this long for the connection, and as long again for the answer. */
  answerWithinSeconds: 30,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...standardWebhooks({
    prefixes: ['webhook-'],
    keysOf: base64Key,
    secretForm: BASE64_SECRET_FORM,
    subjectOf: (data) => own(data, 'paymentId'),
  }),
  makeSecret: (random: Uint8Array) => `whsec_${Buffer.from(random).toString('base64')}`,
} satisfies Provider;

export const guide: ProviderGuide = {
  title: 'PortOne',
  header: '`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,…[ v1,…]`: base64',
  signs: 'the id, the time as it stands in the header and the raw body, joined by dots: HMAC-SHA256; any `v1` may match',
  signsTime: true,
  authenticity: 'signed',
  secret: 'the webhook secret of the console: `whsec_` and base64, at least 24 bytes, decoded',
  identity: '`webhook-id`, which is signed and the same on each retry; an id with a dot is refused, as a dot separates what is signed',
  retries: 'five more tries after about 0, 1, 4, 16, 64 and 256 minutes; no order is promised',
  setup: [
    'In the console open the webhook settings of the payment integration, choose module V2 and webhook version 2024-04-25, and enter the URL that the stack printed.',
    'Issue a webhook secret there and put it into the secret of the source.',
    'Two secrets may be active at once: to rotate, issue the second, set it with `--keep-old`, and expire the first later.',
  ],
  pitfalls: [
    'An event names the payment and not its amount: a consumer that books money asks `GET /payments/{paymentId}` for it.',
    'Webhook version 2024-01-01 has neither `type` nor `data`: its events are `untyped` and name no payment, so choose 2024-04-25.',
    'The `paymentId` is yours, and one payment may have several tries, each with a `transactionId` of its own.',
    'Live and test mode have URLs and secrets of their own: give the test mode a source of its own with `"mode": "test"`.',
    '`noticeUrls` of a payment request replaces the URL of the console for that payment.',
  ],
  sources: ['@portone/server-sdk 0.19.0, Webhook.verify', 'developers.portone.io/opi/ko/integration/webhook/readme-v2'],
};
