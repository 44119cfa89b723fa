/** Mercado Pago: `x-signature: ts=…,v1=…` over the `data.id` of the query, `x-request-id` and the time; the body is not signed. */
import { codeWord, readAnswer } from '../core/api-answer.ts';
import { type EventFacts, identityField, idText, Oddity, readEvent, subjectField, timeField, typeField } from '../core/event-fields.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { type JsonBody, own, readJsonObject } from '../core/json-shape.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../core/limits.ts';
import type {
  ActiveSecret,
  Mode,
  OddEvent,
  Provider,
  Reading,
  SignedRequest,
  SignInput,
  Verdict,
  VerifyOptions,
  WebhookRequest,
} from '../core/provider.ts';
import type { Answered, ApiAnswer, ApiRequest } from '../core/provider-api.ts';
import type { ProviderGuide } from '../core/provider-guide.ts';
import { headerFault, hexBytes, hmacOf, judgeHmac, refused, signingKeys, textKey } from '../core/signature.ts';

const SIGNATURE = 'x-signature';
const REQUEST_ID = 'x-request-id';

export default {
  name: 'mercadopago',
  /** Mercado Pago names 22; an older page five for its retries. */
  answerWithinSeconds: 5,
  toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS,
  needsFetch:
    'Mercado Pago signs which payment it speaks of and not what it says: the body is unsigned, so the payment must be fetched from its API first.',
  fetch: {
    origin: 'https://api.mercadopago.com',
    apiKeyOf: (secret) => TOKEN.exec(secret)?.[1],
    authorization: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
    request: requestFor,
    read: readPayment,
  },
  verify,
  sign,
  events: (request) => [readEvent(request.body, (json) => eventFacts(request, json))],
  makeSecret: (random) => {
    const hex = Buffer.from(random).toString('hex');
    return `${hex}|TEST-${hex}`;
  },
} satisfies Provider;

/** An entry holds the secret signature and, behind a bar, the access token with which payments are fetched. */
const TOKEN = /\|((?:APP_USR|TEST)-[\w-]{10,200})$/;

function signatureKey(secret: string): Uint8Array | undefined {
  return textKey(secret.replace(TOKEN, ''));
}

/** What is signed beside the time; a part without a value is left out of the signed text. */
type Named = { readonly dataId: string | undefined; readonly requestId: string | undefined };

/** Stricter than Mercado Pago's library: `ts` and `v1` stand once, nothing is trimmed, and no value can contain what separates the signed parts. */
function verify(request: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Verdict {
  const fault = headerFault(request.headers, SIGNATURE);
  if (fault !== undefined) return refused(fault);
  const header = request.headers[SIGNATURE] ?? '';
  if (!/^[\x21-\x7e]+$/.test(header)) return refused('bad-header');
  const items = header.split(',').map((item) => item.split(/=(.*)/, 2) as [string, string | undefined]);
  const valuesOf = (scheme: string) => items.filter(([name]) => name === scheme).map(([, value]) => value ?? '');
  const [timestamp, second] = valuesOf('ts');
  if (timestamp === undefined) return refused('no-timestamp');
  if (second !== undefined) return refused('two-timestamps');
  const signatures = valuesOf('v1');
  if (signatures.length > 1) return refused('too-many-signatures');
  const named = namedBy(request);
  if (named === undefined) return refused('bad-field');
  return judgeHmac(
    {
      keys: signingKeys(secrets, signatureKey),
      signatures,
      decode: hexBytes,
      signed: [manifest(named, timestamp)],
      // Thirteen digits are milliseconds, which occur beside seconds; what is signed is the text as it stands.
      timestamp: /^\d{13}$/.test(timestamp) ? timestamp.slice(0, -3) : timestamp,
    },
    options,
  );
}

/** `id` becomes `x-request-id`, and the query of `url` names the payment. */
function sign({ body, secret, nowSeconds, id, url }: SignInput): SignedRequest {
  const key = signatureKey(secret);
  if (key === undefined) throw new TypeError('A secret of Mercado Pago is a text that is not blank. Copy it from the application again.');
  const query = url === undefined ? '' : new URL(url).search.slice(1);
  const named = namedBy({ headers: { [REQUEST_ID]: id }, body, query });
  if (named === undefined)
    throw new TypeError('The id and the data.id of the URL are letters, digits and _-. only, and there is one data.id.');
  const signature = hmacOf('sha256', key, [manifest(named, String(nowSeconds))]).toString('hex');
  return { headers: { [SIGNATURE]: `ts=${nowSeconds},v1=${signature}`, [REQUEST_ID]: id }, body };
}

/** Undefined where a value has a form in which a part could be read as two, or where there are two of them. */
function namedBy({ headers, query = '' }: WebhookRequest): Named | undefined {
  const [dataId = '', second] = new URLSearchParams(query).getAll('data.id');
  const requestId = Object.hasOwn(headers, REQUEST_ID) ? (headers[REQUEST_ID] ?? '') : '';
  if (second !== undefined || !/^[\w.-]{0,128}$/.test(dataId) || !/^[\w.:-]{0,120}$/.test(requestId)) return undefined;
  return { dataId: dataId === '' ? undefined : dataId.toLowerCase(), requestId: requestId === '' ? undefined : requestId };
}

function manifest({ dataId, requestId }: Named, timestamp: string): string {
  const pairs = [
    ['id', dataId],
    ['request-id', requestId],
    ['ts', timestamp],
  ];
  return pairs.map(([name, value]) => (value === undefined ? '' : `${name}:${value};`)).join('');
}

/**
 * Named by what is signed: the payment and the request that speaks of it. The signed time is left out, because each try may have its own. As nothing
 * signed tells one state of the payment from another, only a fetch can say what happened.
 */
function eventFacts(request: WebhookRequest, body: JsonBody): EventFacts {
  const named = namedBy(request);
  if (named?.dataId === undefined && named?.requestId === undefined) throw new Oddity('no-id');
  const event = body.object;
  const told = idText(own(own(event, 'data'), 'id'));
  if (named.dataId !== undefined && typeof told === 'string' && told.toLowerCase() !== named.dataId) throw new Oddity('other-object');
  return {
    identity: identityField(`${named.dataId ?? ''}:${named.requestId ?? ''}`),
    eventId: subjectField(idText(own(event, 'id'))) ?? null,
    type: typeField(own(event, 'action') ?? own(event, 'type')),
    occurredAt: timeField(own(event, 'date_created')),
    subject: named.dataId,
    account: undefined,
    mode: undefined,
    fingerprint: fingerprintOf(body),
    authenticity: 'partial',
    signedFields: ['data.id'],
  };
}

/** What a notification speaks of is signed, and of what kind that is, is not: whoever changes it gets a payment or nothing. */
function requestFor(request: WebhookRequest): ApiRequest | OddEvent {
  const { dataId, requestId } = namedBy(request) ?? {};
  const result = readJsonObject(request.body);
  const topic = new URLSearchParams(request.query).get('type') ?? (result.ok ? own(result.body.object, 'type') : undefined) ?? 'payment';
  if (dataId !== undefined && /^\d{1,20}$/.test(dataId) && topic === 'payment') return { method: 'GET', path: `/v1/payments/${dataId}` };
  const reason = topic === 'payment' ? 'no-payment' : 'other-topic';
  const identity = `${dataId ?? ''}:${requestId ?? ''}`;
  return { kind: 'odd', reason, identity, bytes: request.body, contentType: 'application/octet-stream' };
}

/** A payment that is not found is asked for again: the notification is signed, so there is or will be one. */
function readPayment(answer: ApiAnswer, request: WebhookRequest): Answered<Reading> {
  const asked = namedBy(request)?.dataId;
  const isAsked = (payment: unknown) => asked !== undefined && idText(own(payment, 'id')) === asked;
  const answered = readAnswer<Reading>(answer, {
    value: (payment) => (isAsked(payment) ? readEvent(Buffer.from(answer.body), paymentFacts) : undefined),
    error: (problem) =>
      own(problem, 'status') === answer.status ? (codeWord(own(problem, 'error')) ?? `HTTP_${answer.status}`) : undefined,
  });
  return answered.kind === 'absent' ? { kind: 'again', code: 'ABSENT' } : answered;
}

/** What is a new state of a payment; each change has a `date_last_updated` of its own, so none comes back. */
const STATE = [
  'id',
  'status',
  'status_detail',
  'date_last_updated',
  'live_mode',
  'currency_id',
  'transaction_amount',
  'transaction_amount_refunded',
];

function paymentFacts(body: JsonBody): EventFacts {
  const payment = body.object;
  const id = idText(own(payment, 'id'));
  const status = own(payment, 'status');
  if (typeof status !== 'string' || !/^[a-z_]{1,40}$/.test(status)) throw new Oddity('bad-status');
  const fingerprint = fingerprintOf(body, STATE);
  return {
    identity: identityField(`${id}:${fingerprint}`),
    eventId: null,
    type: typeField(`payment.${status}`),
    occurredAt: timeField(own(payment, 'date_last_updated') ?? own(payment, 'date_created')),
    subject: subjectField(id),
    account: undefined,
    mode: modeField(own(payment, 'live_mode')),
    fingerprint,
    authenticity: 'fetched',
  };
}

function modeField(live: unknown): Mode {
  if (typeof live !== 'boolean') throw new Oddity('no-mode');
  return live ? 'live' : 'test';
}

export const guide: ProviderGuide = {
  title: 'Mercado Pago',
  header: '`x-signature: ts=…,v1=…`: hex, with `x-request-id`',
  signs:
    '`id:{data.id of the query, in lower case};request-id:{x-request-id};ts:{ts};` without the parts that have no value: HMAC-SHA256; the body is not signed',
  signsTime: true,
  authenticity: 'fetched',
  secret:
    'the secret signature of the application, a bar, and its access token: `{signature}|APP_USR-…`; the first verifies the notification, the second fetches the payment',
  identity:
    'the id of the payment with a hash of its fetched state (status, amounts, `date_last_updated`): of the notification only `data.id` and `x-request-id` are signed',
  retries: 'the pages disagree: every 15 minutes, or after 15 and 30 minutes, 6, 48 and 96 hours; no order is promised',
  setup: [
    'In Your integrations open the application, then Webhooks, and enter the URL that the stack printed for the topic Payments, and no other.',
    'Join the secret signature that is shown there and the access token of the same application with a bar, and put both into the secret of the source.',
    'Events have the types `payment.approved`, `payment.refunded` and so on; their data is the payment as the API gives it.',
    'The function fetches payments from api.mercadopago.com, so it must reach the Internet.',
  ],
  pitfalls: [
    'The body is not signed at all, so nothing in it is used but the topic: whoever holds one request can send it again with another `action` and another `id`.',
    'Notifications of another topic are kept in quarantine, and notifications for QR codes carry no signature and are refused.',
    'A payment that is not found is answered 503 and comes again, so the simulator of the Dashboard fails unless it is given the id of a payment that exists.',
    'A state that was over before it could be fetched is no event: of two quick changes the second one may be seen twice.',
    '`transaction_amount_refunded` is a sum: book the difference. Amounts are decimal numbers, not minor units.',
    '`ts` is in seconds or, with thirteen digits, in milliseconds.',
    'Whether a retry has a `ts` and an `x-request-id` of its own is not documented.',
  ],
  sources: [
    'mercadopago 3.6.1, WebhookSignatureValidator and Payment.get',
    'mercadopago.com, Your integrations, Notifications, Webhooks',
    'mercadopago.com, API reference, Payments',
  ],
};
