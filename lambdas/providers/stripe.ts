/** Stripe: `Stripe-Signature: t=…,v1=…` over `{t}.{body}`, keyed with the whole secret text; events of API v1 and thin events of v2. */

import {
  accountField,
  type EventFacts,
  identityField,
  Oddity,
  readEvent,
  subjectField,
  timeField,
  typeField,
} from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { ActiveSecret, Mode, Provider, SignedRequest, SignInput, Verdict, VerifyOptions, WebhookRequest } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { headerFault, hexBytes, hmacOf, judgeHmac, refused, signingKeys, textKey } from '../core/signature.ts';

const HEADER = 'stripe-signature';

const stripe = {
  name: 'stripe',
  /** Stripe publishes none; ten seconds is the least that its guides have named. */
  answerWithinSeconds: 10,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  verify,
  sign,
  events: ({ body }) => [readEvent(body, eventFacts)],
  makeSecret: (random) => `whsec_${Buffer.from(random).toString('hex')}`,
} satisfies Provider;

export default stripe;

/**
 * Stricter than Stripe's own library: the future is bounded, `t` stands once and is a plain number, and the header has no white space.
 * Two signature headers arrive joined by a comma, so they have two `t` and are refused. As there, upper-case hex and schemes other than `v1` never match.
 */
function verify({ headers, body }: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Verdict {
  const fault = headerFault(headers, HEADER);
  if (fault !== undefined) return refused(fault);
  const header = headers[HEADER] ?? '';
  if (!/^[\x21-\x7e]+$/.test(header)) return refused('bad-header');
  const items = header.split(',').map((item) => item.split(/=(.*)/, 2) as [string, string | undefined]);
  const valuesOf = (scheme: string) => items.filter(([name]) => name === scheme).map(([, value]) => value ?? '');
  const [timestamp, second] = valuesOf('t');
  if (timestamp === undefined) return refused('no-timestamp');
  if (second !== undefined) return refused('two-timestamps');
  const signatures = valuesOf('v1');
  if (signatures.includes('')) return refused('bad-header');
  const keys = signingKeys(secrets, textKey);
  return judgeHmac({ keys, signatures, decode: hexBytes, signed: [timestamp, '.', body], timestamp }, options);
}

function sign({ body, secret, nowSeconds }: SignInput): SignedRequest {
  const key = textKey(secret);
  if (key === undefined)
    throw new TypeError(
      'A Stripe signing secret is a text like whsec_…; received a blank one. Copy it from the endpoint in the Dashboard.',
    );
  const signature = hmacOf('sha256', key, [`${nowSeconds}.`, body]).toString('hex');
  return { headers: { [HEADER]: `t=${nowSeconds},v1=${signature}` }, body };
}

function eventFacts(body: JsonBody): EventFacts {
  const event = body.object;
  const thin = own(event, 'object') === 'v2.core.event';
  return {
    identity: identityField(own(event, 'id')),
    type: typeField(own(event, 'type')),
    occurredAt: timeField(own(event, 'created')),
    subject: subjectField(own(thin ? own(event, 'related_object') : own(own(event, 'data'), 'object'), 'id')),
    account: accountField(own(event, thin ? 'context' : 'account')),
    mode: modeField(own(event, 'livemode')),
    // The rest differs between two deliveries of one event, for example `pending_webhooks`.
    fingerprint: fingerprintOf(body, ['id', 'type', 'created', 'data', ...(thin ? ['related_object'] : [])]),
    authenticity: 'signed',
  };
}

/** Stripe always sends it, and a platform's live endpoint also receives test events: without it, money would be a guess. */
function modeField(livemode: unknown): Mode {
  if (typeof livemode !== 'boolean') throw new Oddity('no-livemode');
  return livemode ? 'live' : 'test';
}

export const guide: ProviderGuide = {
  title: 'Stripe',
  header: '`Stripe-Signature: t=…,v1=…[,v1=…]`: hex',
  signs: 'the time, a dot and the raw body: HMAC-SHA256; any `v1` may match, other schemes are ignored',
  signsTime: true,
  authenticity: 'signed',
  secret: 'the signing secret of the endpoint, the whole text `whsec_…` (it is no base64)',
  identity: '`id` of the event (`evt_…`), signed, with the connected account and `livemode`',
  retries: 'up to three days with growing pauses, in a sandbox three times in a few hours; no order is promised',
  setup: [
    'In the Dashboard open Developers, then Webhooks, and add an endpoint with the URL that the stack printed and the events your consumers subscribe to.',
    'Reveal its signing secret and put it into the secret of the source.',
    'To rotate it, roll the secret in the Dashboard with an overlap and set the new one with `--keep-old` of the same length.',
  ],
  pitfalls: [
    'Sandbox and live endpoints have secrets of their own; `"mode": "live"` sends what is of the other mode to quarantine.',
    'Stripe may send two event objects for one fact: give the consumer a natural key, for example the id of the payment intent.',
    '`charge.refunded` carries the sum of all refunds so far: book the difference.',
    'Events are pinned to the API version of the account or the endpoint, so their members differ between accounts.',
  ],
  sources: ['stripe 23.1.0, Webhooks', 'docs.stripe.com/webhooks', 'docs.stripe.com/webhooks/process-undelivered-events'],
};
