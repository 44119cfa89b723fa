/** Standard Webhooks 1.0, as any sender may use it: `webhook-signature: v1,…`, keyed with the decoded secret. */
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { Provider } from '../core/provider.ts';
import { BASE64_SECRET_FORM, base64Key, standardWebhooks } from '../core/standard-webhooks.ts';

export default {
  name: 'standardwebhooks',
  /** The lower end of what the specification suggests to senders. */
  answerWithinSeconds: 15,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  ...standardWebhooks({ prefixes: ['webhook-'], keysOf: base64Key, secretForm: BASE64_SECRET_FORM }),
  makeSecret: (random: Uint8Array) => `whsec_${Buffer.from(random).toString('base64')}`,
} satisfies Provider;
