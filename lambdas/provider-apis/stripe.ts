/** Stripe: payment intents, events and balance transactions of API v1, in the version whose objects this file knows. */
import {
  type AnsweredItem,
  answerCode,
  answeredItems,
  answeredJson,
  codeWord,
  currencyWord,
  idWord,
  isCount,
  isGood,
  readAnswer,
  retryAfterSeconds,
} from '../core/api-answer.ts';
import { RejectedError } from '../core/errors.ts';
import { type JsonObject, own } from '../core/json-shape.ts';
import { money } from '../core/money.ts';
import type {
  Answered,
  ApiAnswer,
  ApiList,
  ApiPage,
  ApiRequest,
  ChargeReading,
  ListedEvent,
  PaymentIntent,
  ProviderApi,
  ProviderPayment,
  ProviderTransaction,
} from '../core/provider-api.ts';
import { readIntent } from '../core/stripe-intent.ts';

/** That of stripe 23.1.0. It is frozen with a charge, so a charge of an earlier release is sent in the version it was made for. */
const VERSION = { 'stripe-version': '2026-10-28.endive' };
const EVENT_TYPES = ['succeeded', 'payment_failed', 'processing', 'requires_action', 'canceled'].map((name) => `payment_intent.${name}`);
const KEY = /^[rs]k_(test|live)_[A-Za-z0-9_]{8,240}$/;
/** The most that Stripe gives (docs.stripe.com/api/pagination). */
const PAGE = 100;
/** An event may carry an invoice of many lines: so many of 80 KB each fit into what is read of one answer. */
const EVENTS_PAGE = 50;

export default {
  name: 'stripe',
  origin: 'https://api.stripe.com',
  authorization: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  modeOfKey: (apiKey) => KEY.exec(apiKey)?.[1] as 'test' | 'live' | undefined,
  makeKey: (random) => `sk_test_${Buffer.from(random).toString('hex')}`,
  charge: {
    /** "At least 24 hours" (docs.stripe.com/api/idempotent_requests). */
    keyLifeSeconds: 24 * 3600,
    request: chargeRequest,
    withKey: (request, idempotencyKey) => ({ ...request, headers: { ...request.headers, 'idempotency-key': idempotencyKey } }),
    read: readCharge,
    one: {
      request: (objectId) => get(`/v1/payment_intents/${encodeURIComponent(objectId)}`),
      read: (answer) => readAnswer(answer, { value: readIntent, error: errorCode }),
    },
    search: {
      request: (paymentId) =>
        get('/v1/payment_intents/search', { query: `metadata["oncehook_payment"]:"${searched(paymentId)}"`, limit: PAGE }),
      read: (answer) => readPage(answer, ({ object }) => readIntent(object)),
    },
    list: apiList('/v1/payment_intents', ({ object }) => readIntent(object)),
    eventTypes: EVENT_TYPES,
    paymentOf,
  },
  events: { ...apiList('/v1/events', listedEvent, { limit: EVENTS_PAGE }), keptSeconds: 30 * 24 * 3600 },
  /** What a movement belongs to stands only in its source: a charge names its intent, a refund its charge. */
  transactions: apiList('/v1/balance_transactions', transactionField, { 'expand[]': 'data.source' }),
} satisfies ProviderApi;

type Query = { readonly [name: string]: string | number | undefined };

function get(path: string, query: Query = {}): ApiRequest {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]]));
  return { method: 'GET', path: given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`, headers: VERSION };
}

/** A value of the query language (docs.stripe.com/search). */
function searched(text: string): string {
  return text.replace(/[\\"]/g, '\\$&');
}

/**
 * Made and confirmed in one call (docs.stripe.com/api/payment_intents/create). Methods that would send the payer to another site are excluded, as they need an
 * address to come back to. A card may still ask for 3-D Secure: then the shop's page goes on with Stripe.js and the intent's client secret.
 */
function chargeRequest({ id, amount, currency, reference, paymentMethod, customer }: PaymentIntent): ApiRequest {
  const asked = money(amount, currency);
  const body = new URLSearchParams({
    amount: String(asked.amount),
    currency: asked.currency,
    payment_method: paymentMethod,
    ...(customer === undefined ? {} : { customer }),
    confirm: 'true',
    'automatic_payment_methods[enabled]': 'true',
    'automatic_payment_methods[allow_redirects]': 'never',
    'metadata[oncehook_payment]': id,
    'metadata[oncehook_reference]': reference,
  });
  const headers = { ...VERSION, 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', path: '/v1/payment_intents', body: body.toString(), headers };
}

/**
 * What a status and an error's type say: docs.stripe.com/api/errors, /error-low-level and /api/idempotent_requests. An answer that is no object of Stripe's own
 * may come from anybody on the way, so it says nothing, whatever its status.
 */
function readCharge(answer: ApiAnswer): ChargeReading {
  const { status, headers } = answer;
  const body = answeredJson(answer)?.object;
  const error = errorOf(body);
  const replayed = headers['idempotent-replayed'] === 'true';
  // Stripe asks not to try again where it would only repeat what it has stored (stripe 23.1.0, RequestSender).
  const unknown: ChargeReading = {
    kind: 'unknown',
    code: error?.code ?? answerCode(answer),
    replayed: replayed || headers['stripe-should-retry'] === 'false',
  };
  if (isGood(answer)) {
    const payment = readIntent(body);
    return payment === undefined ? unknown : { kind: 'payment', payment, replayed };
  }
  // 424 says that somebody behind Stripe failed, and not how far he came.
  if (error === undefined || status < 400 || status >= 500 || status === 424) return unknown;
  const { code } = error;
  if (status === 401 || status === 403) return { kind: 'unauthorized', code };
  if (status === 409 || status === 429 || code === 'rate_limit')
    return { kind: 'again', code, retryAfterSeconds: retryAfterSeconds(answer) };
  if (error.type === 'idempotency_error') return { kind: 'key-mismatch', code };
  if (error.payment !== undefined) {
    const payment = readIntent(error.payment);
    // An error that shows a payment in any other state contradicts itself.
    return payment?.state === 'FAILED' ? { kind: 'payment', payment, replayed } : unknown;
  }
  return error.type === 'invalid_request_error' ? { kind: 'refused', code, replayed } : unknown;
}

type StripeError = { readonly type: string; readonly code: string; readonly payment: unknown };

function errorOf(body: unknown): StripeError | undefined {
  const error = own(body, 'error');
  const type = codeWord(own(error, 'type'));
  if (type === undefined) return undefined;
  return {
    type,
    code: codeWord(own(error, 'decline_code')) ?? codeWord(own(error, 'code')) ?? type,
    payment: own(error, 'payment_intent') ?? undefined,
  };
}

function errorCode(body: JsonObject): string | undefined {
  return errorOf(body)?.code;
}

function paymentOf(data: unknown): ProviderPayment | undefined {
  const type = own(data, 'type');
  const object = own(own(data, 'data'), 'object');
  if (typeof type !== 'string' || !EVENT_TYPES.includes(type) || own(own(object, 'metadata'), 'oncehook_payment') === undefined)
    return undefined;
  const payment = readIntent(object);
  if (payment?.paymentId !== undefined) return payment;
  throw new RejectedError(
    'BAD_PAYMENT',
    `A ${type} of Stripe bears a payment of ours and has no id, amount, currency or state that can be believed; its endpoint is probably set to an API version far from ${VERSION['stripe-version']}.`,
  );
}

type ItemReader<T> = (item: AnsweredItem) => T | undefined;

function apiList<T>(path: string, read: ItemReader<T>, query: Query = {}): ApiList<T> {
  return {
    request: ({ fromSeconds, toSeconds }, after) =>
      get(path, { 'created[gte]': fromSeconds, 'created[lt]': toSeconds, limit: PAGE, ...query, starting_after: after }),
    read: (answer) => readPage(answer, read),
  };
}

/** All items of a page or none. The cursor is the last item's id, but for a search, which gives one. */
function readPage<T>(answer: ApiAnswer, read: ItemReader<T>): Answered<ApiPage<T>> {
  const pageOf = (body: JsonObject): ApiPage<T> | undefined => {
    const listed = answeredItems(answer, 'data');
    const more = own(body, 'has_more');
    const items = listed?.flatMap((item) => read(item) ?? []);
    if (items === undefined || items.length !== listed?.length || typeof more !== 'boolean') return undefined;
    if (!more) return { items, after: undefined };
    const after = own(body, 'object') === 'search_result' ? own(body, 'next_page') : own(listed.at(-1)?.object, 'id');
    return typeof after === 'string' && after !== '' ? { items, after } : undefined;
  };
  const answered = readAnswer(answer, { value: pageOf, error: errorCode });
  // The item of the cursor is gone: test data can be deleted.
  return answered.kind === 'again' && answered.code === 'resource_missing' ? { kind: 'absent' } : answered;
}

function listedEvent({ object, bytes }: AnsweredItem): ListedEvent | undefined {
  const id = idWord(own(object, 'id'), 'evt_');
  const createdSeconds = own(object, 'created');
  return id === undefined || !isCount(createdSeconds) ? undefined : { id, createdSeconds, bytes };
}

/** Payments of banks and wallets are `payment`, those of cards `charge`; a refund that failed comes back as a refund of the other sign. */
const KINDS: ReadonlyMap<unknown, ProviderTransaction['kind']> = new Map([
  ['charge', 'payment'],
  ['payment', 'payment'],
  ['refund', 'refund'],
  ['payment_refund', 'refund'],
  ['refund_failure', 'refund'],
]);

function transactionField({ object }: AnsweredItem): ProviderTransaction | undefined {
  const id = idWord(own(object, 'id'), 'txn_');
  const [amount, createdSeconds, source] = [own(object, 'amount'), own(object, 'created'), own(object, 'source')];
  const currency = currencyWord(own(object, 'currency'));
  if (id === undefined || currency === undefined || !Number.isSafeInteger(amount) || !isCount(createdSeconds)) return undefined;
  const parent = own(source, PARENTS.get(own(source, 'object')) ?? 'id');
  const objectId = [parent, own(source, 'id'), source].find((name) => typeof name === 'string') as string | undefined;
  return {
    id,
    kind: KINDS.get(own(object, 'type')) ?? 'other',
    objectId,
    amount: Number(amount),
    currency,
    ...presentedIn(source, { amount: Number(amount), currency }),
    createdSeconds,
  };
}

/** How events name what a source belongs to: a payment by its intent, a refund by its charge. */
const PARENTS: ReadonlyMap<unknown, string> = new Map([
  ['charge', 'payment_intent'],
  ['refund', 'charge'],
]);

/** A charge of which a part was captured moved that part. */
function presentedIn(
  source: unknown,
  moved: { readonly amount: number; readonly currency: string },
): Pick<ProviderTransaction, 'presented'> {
  const currency = currencyWord(own(source, 'currency'));
  const amount = own(source, 'amount_captured') ?? own(source, 'amount');
  if (currency === undefined || currency === moved.currency || !isCount(amount)) return {};
  return { presented: { amount: moved.amount < 0 ? -amount : amount, currency } };
}
