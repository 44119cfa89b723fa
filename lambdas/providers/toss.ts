/** Toss Payments: `tosspayments-webhook-signature: v1:…,…` over `{body}:{transmission time}`, on payouts and sellers only. */
import { contentIdentity, type EventFacts, readEvent, subjectField, timeField, typeField, unsignedId } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type { ActiveSecret, Provider, SignedRequest, SignInput, Verdict, VerifyOptions, WebhookRequest } from '../core/provider.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { base64Bytes, headerFault, hmacOf, judgeHmac, refused, signingKeys, textKey } from '../core/signature.ts';
import { isoTime, millisOf } from '../core/time.ts';

const SIGNATURE = 'tosspayments-webhook-signature';
const TIME = 'tosspayments-webhook-transmission-time';
const TRANSMISSION = 'tosspayments-webhook-transmission-id';

/** Korean time has no summer time. */
const KOREA_HOURS = 9;

export default {
  name: 'toss',
  answerWithinSeconds: 10,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  needsFetch:
    'Toss Payments signs what it tells of payouts and sellers and nothing else: a payment event carries no signature, so the payment must be fetched from its API first.',
  verify,
  sign,
  events: ({ headers, body }) => [readEvent(body, (json) => eventFacts(headers, json))],
  makeSecret: (random) => Buffer.from(random).toString('hex'),
} satisfies Provider;

/**
 * The time must have the one form that Toss gives it: it is signed behind the body and a colon, so that with any other form a part of the time
 * could be taken for the end of the body.
 */
function verify({ headers, body }: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Verdict {
  const fault = headerFault(headers, SIGNATURE) ?? headerFault(headers, TIME);
  if (fault !== undefined) return refused(fault);
  const [list = '', time = ''] = [headers[SIGNATURE], headers[TIME]];
  if (!/^v1:[A-Za-z0-9+/=,]+$/.test(list)) return refused('bad-header');
  const millis = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(time) ? millisOf(time) : undefined;
  if (millis === undefined) return refused('bad-timestamp');
  return judgeHmac(
    {
      keys: signingKeys(secrets, textKey),
      signatures: list.slice(3).split(','),
      decode: base64Bytes,
      signed: [body, `:${time}`],
      timestamp: String(Math.floor(millis / 1000)),
    },
    options,
  );
}

function sign({ body, secret, nowSeconds, id }: SignInput): SignedRequest {
  const key = textKey(secret);
  if (key === undefined)
    throw new TypeError('A security key of Toss Payments is a text that is not blank. Copy it from the developer centre again.');
  const time = `${isoTime((nowSeconds + KOREA_HOURS * 3600) * 1000).slice(0, 19)}+09:00`;
  const signature = hmacOf('sha256', key, [body, `:${time}`]).toString('base64');
  return { headers: { [SIGNATURE]: `v1:${signature}`, [TIME]: time, [TRANSMISSION]: id }, body };
}

/** The transmission's id is unsigned, so the content names the event. */
function eventFacts(headers: WebhookRequest['headers'], body: JsonBody): EventFacts {
  const event = body.object;
  const data = own(event, 'data') ?? own(event, 'entityBody');
  const fingerprint = fingerprintOf(body);
  return {
    identity: contentIdentity(fingerprint),
    eventId: unsignedId(headers, TRANSMISSION),
    type: typeField(own(event, 'eventType')),
    occurredAt: timeField(koreanTime(own(event, 'createdAt'))),
    subject: subjectField(own(data, 'paymentKey') ?? own(data, 'id')),
    account: undefined,
    mode: undefined,
    fingerprint,
    authenticity: 'signed',
  };
}

/** `createdAt` is written without a zone. */
function koreanTime(value: unknown): unknown {
  return typeof value === 'string' && /T[\d:.]+$/.test(value) ? `${value}+09:00` : value;
}

export const guide: ProviderGuide = {
  title: 'Toss Payments',
  header: '`tosspayments-webhook-signature: v1:…,…`: base64, with `tosspayments-webhook-transmission-time`',
  signs:
    'the raw body, a colon and the transmission time: HMAC-SHA256; either value may match; only `payout.changed` and `seller.changed` are signed',
  signsTime: true,
  authenticity: 'signed',
  secret: 'the security key of the developer centre, used as text',
  identity: 'the hash of the signed body: `tosspayments-webhook-transmission-id` is unsigned and only shown',
  retries: 'up to seven times, after 1, 4, 16, 64, 256, 1024 and 4096 minutes (3 days 19 hours); `createdAt` says the order',
  setup: [
    'In the developer centre open Webhooks and register the URL that the stack printed.',
    'Copy the security key into the secret of the source.',
  ],
  pitfalls: [
    '`PAYMENT_STATUS_CHANGED` and `DEPOSIT_CALLBACK` carry no signature, and whoever registers both gets two events for one payment of a virtual account.',
    '`createdAt` has no zone; it is Korean time.',
    'Whether a retry has a transmission time of its own is not documented; where it does not, a retry is older than `toleranceSeconds`.',
  ],
  sources: ['docs.tosspayments.com/en/webhooks', 'techchat.tosspayments.com/m/1308725417263497257, which quotes the documentation'],
};
