/** Reads a payment intent of Stripe, as answers, lists, errors and events carry it. */
import { codeWord, currencyWord, idWord, isCount } from './api-answer.ts';
import { own } from './json-shape.ts';
import type { ProviderPayment, ProviderState } from './provider-api.ts';

/** Undefined where any part that counts is missing or has not its form. What has succeeded counts with what arrived. */
export function readIntent(value: unknown): ProviderPayment | undefined {
  const state = stateOf(value);
  const objectId = idWord(own(value, 'id'), 'pi_');
  const amount = own(value, state === 'SUCCEEDED' ? 'amount_received' : 'amount');
  const currency = currencyWord(own(value, 'currency'));
  const createdSeconds = own(value, 'created');
  const livemode = own(value, 'livemode');
  if (own(value, 'object') !== 'payment_intent' || state === undefined || objectId === undefined) return undefined;
  if (currency === undefined || !isCount(amount) || !isCount(createdSeconds) || typeof livemode !== 'boolean') return undefined;
  return {
    objectId,
    paymentId: idWord(own(own(value, 'metadata'), 'oncehook_payment'), 'pay_'),
    state,
    amount,
    currency,
    mode: livemode ? 'live' : 'test',
    createdSeconds,
    // A declined one may still be paid by another card, whoever has its client secret.
    final: state === 'SUCCEEDED' || own(value, 'status') === 'canceled',
    ...(state === 'FAILED' ? { failureCode: failureCode(value) } : {}),
    ...(state === 'REQUIRES_ACTION' ? { actionUrl: actionUrl(value) } : {}),
  };
}

/**
 * docs.stripe.com/payments/paymentintents/lifecycle. An intent that lacks a way to be paid has failed only if somebody tried: before that, the call that makes and
 * confirms it may still be under way.
 */
const STATES: ReadonlyMap<unknown, ProviderState> = new Map([
  ['succeeded', 'SUCCEEDED'],
  ['canceled', 'FAILED'],
  ['requires_action', 'REQUIRES_ACTION'],
  ['processing', 'PROCESSING'],
  ['requires_capture', 'PROCESSING'],
  ['requires_confirmation', 'PROCESSING'],
]);

function stateOf(intent: unknown): ProviderState | undefined {
  const status = own(intent, 'status');
  if (status !== 'requires_payment_method') return STATES.get(status);
  return typeof own(own(intent, 'last_payment_error'), 'type') === 'string' ? 'FAILED' : 'PROCESSING';
}

function failureCode(intent: unknown): string | undefined {
  const failure = own(intent, 'last_payment_error');
  if (own(intent, 'status') === 'canceled') return codeWord(own(intent, 'cancellation_reason')) ?? 'canceled';
  return [own(failure, 'decline_code'), own(failure, 'code'), own(failure, 'type')].map(codeWord).find((code) => code !== undefined);
}

/** There only where Stripe redirects; else the shop's page goes on with Stripe.js and the intent's client secret. */
function actionUrl(intent: unknown): string | undefined {
  const url = own(own(own(intent, 'next_action'), 'redirect_to_url'), 'url');
  return typeof url === 'string' && /^https:\/\/[!-~]{1,2000}$/.test(url) ? url : undefined;
}
