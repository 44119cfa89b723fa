/** Paddle Billing: `Paddle-Signature: ts=…;h1=…` over `{ts}:{body}`, keyed with the whole secret text. */
import { type EventFacts, identityField, readEvent, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import type { ActiveSecret, Provider, SignedRequest, SignInput, Verdict, VerifyOptions, WebhookRequest } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { headerFault, hexBytes, hmacOf, judgeHmac, refused, signingKeys, textKey } from '../core/signature.ts';

const HEADER = 'paddle-signature';

export default {
  name: 'paddle',
  /** Paddle takes an answer that comes later for a failure. */
  answerWithinSeconds: 5,
  /**
   * Paddle's library allows five seconds, which a cold start and a clock slightly off already use up. A wider window costs nothing here, since a
   * replay is the same event.
   */
  toleranceSeconds: 30,
  verify,
  sign,
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret,
} satisfies Provider;

/**
 * Stricter than Paddle's library: the future is bounded, `ts` stands once and is a plain number, and the header has no white space and no comma,
 * with which the HTTP API joins two headers. More generous in one thing: the library looks at the last `h1` only, and during a rotation any may match.
 */
function verify({ headers, body }: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Verdict {
  const fault = headerFault(headers, HEADER);
  if (fault !== undefined) return refused(fault);
  const header = headers[HEADER] ?? '';
  if (!/^[\x21-\x2b\x2d-\x7e]+$/.test(header)) return refused('bad-header');
  const items = header.split(';').map((item) => item.split(/=(.*)/, 2) as [string, string | undefined]);
  const valuesOf = (scheme: string) => items.filter(([name]) => name === scheme).map(([, value]) => value ?? '');
  const [timestamp, second] = valuesOf('ts');
  if (timestamp === undefined) return refused('no-timestamp');
  if (second !== undefined) return refused('two-timestamps');
  const signatures = valuesOf('h1');
  if (signatures.includes('')) return refused('bad-header');
  const keys = signingKeys(secrets, textKey);
  return judgeHmac({ keys, signatures, decode: hexBytes, signed: [timestamp, ':', body], timestamp }, options);
}

function sign({ body, secret, nowSeconds }: SignInput): SignedRequest {
  const key = textKey(secret);
  if (key === undefined)
    throw new TypeError('A secret of Paddle is a text that is not blank. Copy it from the notification destination again.');
  const signature = hmacOf('sha256', key, [`${nowSeconds}:`, body]).toString('hex');
  return { headers: { [HEADER]: `ts=${nowSeconds};h1=${signature}` }, body };
}

/** `event_id` stays where Paddle sends an event again, also where somebody replays it; `notification_id` is another one then. */
function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  return {
    identity: identityField(own(event, 'event_id')),
    type: typeField(own(event, 'event_type')),
    occurredAt: timeField(own(event, 'occurred_at')),
    subject: subjectField(own(own(event, 'data'), 'id')),
    account: undefined,
    mode: undefined,
    fingerprint: fingerprintOf(body, ['event_id', 'event_type', 'occurred_at', 'data']),
    authenticity: 'signed',
  };
}

function makeSecret(random: Uint8Array): string {
  const hex = Buffer.from(random).toString('hex');
  return `pdl_ntfset_01${hex.slice(0, 24)}_${hex.slice(24)}`;
}

export const guide: ProviderGuide = {
  title: 'Paddle Billing',
  header: '`Paddle-Signature: ts=…;h1=…[;h1=…]`: hex',
  signs: 'the time, a colon and the raw body: HMAC-SHA256; any `h1` may match',
  signsTime: true,
  authenticity: 'signed',
  secret: 'the secret key of the notification destination, the whole text `pdl_ntfset_…`',
  identity: '`event_id`, signed; it stays where a notification is replayed, while `notification_id` changes',
  retries: 'live 60 times within three days, in the sandbox three times within 15 minutes; no order is promised',
  setup: [
    'Open Developer tools, then Notifications, and add a destination of the type URL with the URL that the stack printed and the events your consumers subscribe to.',
    'Copy its secret key into the secret of the source.',
  ],
  pitfalls: [
    "Paddle's library refuses what is older than 5 seconds, which is shorter than a cold start with a clock slightly off; here it is 30, and `toleranceSeconds` of the source changes it.",
    'Paddle waits for an answer only 5 seconds, so ours is given after 4 at most.',
    'The sandbox has destinations and keys of its own: give it a source of its own with `"mode": "test"`.',
    '`occurred_at` says which of two events is newer; they arrive in any order.',
    'Refunds and chargebacks are both adjustments: `data.action` says which, and a refund counts once `data.status` is `approved`.',
    'This is Paddle Billing; Paddle Classic signs its webhooks another way.',
  ],
  sources: [
    '@paddle/paddle-node-sdk 3.10.0, WebhooksValidator',
    'developer.paddle.com/webhooks/about/signature-verification',
    'developer.paddle.com/webhooks/about/respond-to-webhooks',
    'developer.paddle.com/api-reference/notifications/replay-notification',
  ],
};
