/** Reads a request for a payment: who asks, under which key, and for what. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { sha256Hex } from '../core/hash.ts';
import { readJsonObject } from '../core/json-shape.ts';
import { IDEMPOTENCY_KEY_CHARACTERS_MAX, IDENTITY_CHARACTERS_MAX } from '../core/limits.ts';
import { isPrintable } from '../core/printable.ts';
import type { PaymentIntent } from '../core/provider-api.ts';
import { Problem } from './problem.ts';

export type PaymentRequest = {
  readonly principal: string;
  readonly idempotencyKey: string;
  readonly provider: string;
  readonly intent: Omit<PaymentIntent, 'id'>;
  /** The same for every way of writing the same request down. */
  readonly fingerprint: string;
};

/** An event of a route whose callers sign with IAM (payload format 2.0). */
type IamEvent = Pick<APIGatewayProxyEventV2, 'headers' | 'body' | 'isBase64Encoded' | 'requestContext'>;

const FIELDS = ['amount', 'currency', 'provider', 'reference', 'paymentMethod', 'customer'] as const;
/** Six fields of at most 255 characters each. */
const BODY_BYTES_MAX = 16 * 1024;
/** Stripe's own bound for a charge, 99,999,999 minor units, is the provider's to enforce; this one keeps every sum exact. */
const AMOUNT_MAX = 1_000_000_000_000;

/** Throws a `Problem` for whatever the caller did wrong. */
export function paymentRequest(event: IamEvent, providers: readonly string[]): PaymentRequest {
  const idempotencyKey = keyOf(event.headers);
  const fields = fieldsOf(event);
  const provider = word(fields, 'provider');
  if (!providers.includes(provider))
    throw bad('UNKNOWN_PROVIDER', `"provider" is none that this stack charges through; allowed are ${providers.join(', ')}.`);
  const intent = {
    amount: amountOf(fields['amount']),
    currency: currencyOf(fields['currency']),
    reference: word(fields, 'reference'),
    paymentMethod: methodOf(word(fields, 'paymentMethod')),
    ...(fields['customer'] === undefined ? {} : { customer: word(fields, 'customer') }),
  };
  const { amount, currency, reference, paymentMethod, customer } = intent;
  const asked = [amount, currency, provider, reference, paymentMethod, ...(customer === undefined ? [] : [customer])];
  const fingerprint = sha256Hex(JSON.stringify(asked));
  return { principal: principalOf(event), idempotencyKey, provider, intent, fingerprint };
}

/**
 * The caller as IAM knows it. Of an assumed role the session is left out: a caller that tries again from another instance has another session, and
 * its key must be the same.
 */
function principalOf({ requestContext }: IamEvent): string {
  const { authorizer } = requestContext as { readonly authorizer?: { readonly iam?: { readonly userArn?: unknown } } };
  const userArn = authorizer?.iam?.userArn;
  if (typeof userArn !== 'string' || userArn === '')
    throw new Problem(503, 'NO_CALLER', 'The route did not say who calls; it must be authorised by IAM. Deploy the stack again.');
  return /^(arn:[\w-]+:sts::\d+:assumed-role\/[^/]+)\//.exec(userArn)?.[1] ?? userArn;
}

/** A structured field string (`"…"`, draft-ietf-httpapi-idempotency-key-header) or the same text bare, as many clients send it. */
function keyOf(headers: IamEvent['headers']): string {
  const value = Object.entries(headers ?? {})
    .find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1]
    ?.trim();
  if (value === undefined || value === '')
    throw bad(
      'NO_IDEMPOTENCY_KEY',
      'The header Idempotency-Key is missing. Send one that names this payment, and the same one each time you ask for it again.',
    );
  const key = /^"([^"\\]*)"$/.exec(value)?.[1] ?? value;
  if (key.length >= 1 && key.length <= IDEMPOTENCY_KEY_CHARACTERS_MAX && /^[\x21-\x7e]+$/.test(key) && !/["\\,]/.test(key)) return key;
  throw bad(
    'BAD_IDEMPOTENCY_KEY',
    `The Idempotency-Key has ${key.length} characters or some that are not allowed; allowed are 1 to ${IDEMPOTENCY_KEY_CHARACTERS_MAX} visible ASCII characters without quotes, commas and backslashes, and one key only.`,
  );
}

function fieldsOf({ body = '', isBase64Encoded }: IamEvent): { readonly [name: string]: unknown } {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > BODY_BYTES_MAX) throw new Problem(413, 'TOO_LARGE', `The body is longer than ${BODY_BYTES_MAX} bytes.`);
  const result = readJsonObject(bytes);
  if (!result.ok)
    throw bad(
      'NOT_JSON',
      `The body is no JSON object in UTF-8 (${result.fault}); allowed is one with amount, currency, provider, reference, paymentMethod and, for a saved method, customer.`,
    );
  const parsed = result.body.object;
  const unknown = Object.keys(parsed).filter((name) => !FIELDS.includes(name as (typeof FIELDS)[number]));
  if (unknown.length > 0)
    throw bad(
      'UNKNOWN_FIELD',
      `The body has ${unknown.length} unknown fields; allowed are ${FIELDS.join(', ')}. What is not understood is not left out in silence.`,
    );
  return parsed;
}

function amountOf(amount: unknown): number {
  if (typeof amount === 'number' && Number.isSafeInteger(amount) && amount > 0 && amount <= AMOUNT_MAX) return amount;
  throw bad('BAD_AMOUNT', `"amount" is a whole number of minor units (cents) from 1 to ${AMOUNT_MAX}; received was ${kindOf(amount)}.`);
}

function currencyOf(currency: unknown): string {
  if (typeof currency === 'string' && /^[A-Za-z]{3}$/.test(currency)) return currency.toLowerCase();
  throw bad('BAD_CURRENCY', `"currency" is the three letters of ISO 4217, for example eur; received was ${kindOf(currency)}.`);
}

function word(fields: { readonly [name: string]: unknown }, name: (typeof FIELDS)[number]): string {
  const value = fields[name];
  if (typeof value === 'string' && value.length >= 1 && value.length <= IDENTITY_CHARACTERS_MAX && isPrintable(value)) return value;
  throw bad(
    `BAD_${name.toUpperCase()}`,
    `"${name}" is 1 to ${IDENTITY_CHARACTERS_MAX} printable characters; received was ${kindOf(value)}.`,
  );
}

/** A token of the provider; the number of a card must never come this way, since everything here is kept for ever. */
function methodOf(text: string): string {
  if (!/^[\d -]{12,23}$/.test(text)) return text;
  throw bad(
    'CARD_NUMBER',
    '"paymentMethod" is made of digits like the number of a card; allowed is the token that the provider gives for one, for example pm_….',
  );
}

/** What it is, never what it says: a card number in the wrong field must not come back in an error. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function bad(code: string, detail: string): Problem {
  return new Problem(400, code, detail);
}
