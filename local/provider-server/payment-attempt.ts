/** One try to pay an intent with one payment method: what becomes of the intent, its charge and its money, and which events tell it. */
import type { Stripe } from 'stripe';
import { ApiError, errorObject } from './api-error.ts';
import { paymentTransaction } from './balance.ts';
import { failedCharge, newCharge, pendingCharge } from './charges.ts';
import { keepMethod, type UsedMethod } from './payment-methods.ts';
import { emit, type StripeWorld } from './stripe-world.ts';
import type { Decline } from './test-payment-methods.ts';

type Intent = Stripe.PaymentIntent;

export type Attempt = {
  readonly method: UsedMethod;
  /** Where the customer must authenticate, the try fails at once: off session, or because the caller asked for that. */
  readonly withoutCustomer: boolean;
  readonly returnUrl: string | undefined;
};

/** The balance transaction follows the payment so much later (docs.stripe.com/payments/payment-intents/asynchronous-capture). */
const CAPTURE_MILLIS = 2_000;

const NOT_AUTHENTICATED: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/** Throws `ApiError` 402 where the payment is declined: the intent then waits for another payment method. */
export function pay(world: StripeWorld, intent: Intent, attempt: Attempt): Intent {
  keepMethod(world, attempt.method);
  if (!attempt.method.behaviour.authenticates) return charge(world, intent, attempt.method);
  if (attempt.withoutCustomer) return decline(world, { intent, method: attempt.method }, NOT_AUTHENTICATED);
  const waiting = world.store.put<Intent>({
    ...intent,
    last_payment_error: null,
    next_action: nextAction(intent, attempt.returnUrl),
    payment_method: attempt.method.object.id,
    status: 'requires_action',
  });
  emit(world, { type: 'payment_intent.requires_action', object: waiting });
  return waiting;
}

/** What the customer does in the browser. Throws `ApiError` 402 where the payment is declined after all. */
export function authenticated(world: StripeWorld, intent: Intent, method: UsedMethod): Intent {
  return charge(world, { ...intent, next_action: null }, method);
}

/** The customer failed to authenticate, or gave up: nothing is charged. */
export function notAuthenticated(world: StripeWorld, intent: Intent, { object }: UsedMethod): Intent {
  const error = new ApiError(402, {
    type: 'card_error',
    code: 'payment_intent_authentication_failure',
    message: 'The customer did not authenticate this payment. Choose another payment method or try again.',
    payment_method: object,
  });
  return unpaid(world, intent, error);
}

function charge(world: StripeWorld, intent: Intent, method: UsedMethod): Intent {
  const { outcome } = method.behaviour;
  if (outcome.kind === 'declined') return decline(world, { intent, method }, outcome.decline);
  const made = newCharge(world, intent, method);
  if (outcome.kind === 'succeeds') {
    world.store.add(made);
    return succeed(world, intent, { charge: made, method });
  }
  const pending = world.store.add(pendingCharge(made));
  const processing = world.store.put<Intent>({
    ...intent,
    last_payment_error: null,
    latest_charge: pending.id,
    payment_method: method.object.id,
    status: 'processing',
  });
  emit(world, { type: 'payment_intent.processing', object: processing });
  emit(world, { type: 'charge.pending', object: pending });
  if (outcome.millis !== undefined) world.time.after(outcome.millis, () => endProcessing(world, intent.id, { charge: made, method }));
  return processing;
}

type Charged = { readonly charge: Stripe.Charge; readonly method: UsedMethod };

function endProcessing(world: StripeWorld, intentId: string, charged: Charged): void {
  const intent = world.store.get('payment_intent', intentId);
  if (intent === undefined) return;
  const { outcome } = charged.method.behaviour;
  const failure = outcome.kind === 'processes' ? outcome.failure : undefined;
  if (failure === undefined) succeed(world, intent, charged);
  else fail(world, intent, { ...charged, charge: failedCharge(charged.charge, failure), reason: failure });
}

function succeed(world: StripeWorld, intent: Intent, { charge: made, method }: Charged): Intent {
  const atOnce = intent.capture_method === 'automatic';
  const paid = atOnce ? captured(world, made, method) : world.store.put(made);
  const succeeded = world.store.put<Intent>({
    ...intent,
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: paid.id,
    next_action: null,
    payment_method: method.object.id,
    status: 'succeeded',
  });
  emit(world, { type: 'charge.succeeded', object: paid });
  emit(world, { type: 'payment_intent.succeeded', object: succeeded });
  if (!atOnce) world.time.after(CAPTURE_MILLIS, () => captureLater(world, paid.id, method));
  return succeeded;
}

function captureLater(world: StripeWorld, chargeId: string, method: UsedMethod): void {
  const paid = world.store.get('charge', chargeId);
  if (paid === undefined) return;
  emit(world, { type: 'charge.updated', object: captured(world, paid, method), previous: { balance_transaction: null } });
}

function captured(world: StripeWorld, paid: Stripe.Charge, { behaviour }: UsedMethod): Stripe.Charge {
  const { id } = paymentTransaction(world, paid, behaviour.bypassesPending);
  return world.store.put({ ...paid, balance_transaction: id });
}

function decline(world: StripeWorld, { intent, method }: { intent: Intent; method: UsedMethod }, reason: Decline): never {
  const made = world.store.add(failedCharge(newCharge(world, intent, method), reason));
  throw fail(world, intent, { charge: made, method, reason });
}

/** The error as a confirmation would answer it; where time brought the failure, nobody asks for it. */
function fail(world: StripeWorld, intent: Intent, { charge: failed, method, reason }: Charged & { readonly reason: Decline }): ApiError {
  world.store.put(failed);
  emit(world, { type: 'charge.failed', object: failed });
  const detail = {
    type: method.behaviour.type === 'card' ? 'card_error' : 'invalid_request_error',
    code: reason.code,
    message: reason.message,
    charge: failed.id,
    payment_method: method.object,
    ...(reason.declineCode === undefined ? {} : { decline_code: reason.declineCode }),
  } as const;
  const error = new ApiError(402, detail);
  const object = unpaid(world, { ...intent, latest_charge: failed.id }, error);
  return new ApiError(402, { ...detail, payment_intent: object });
}

function unpaid(world: StripeWorld, intent: Intent, error: ApiError): Intent {
  const last_payment_error = errorObject(error) as Stripe.PaymentIntent.LastPaymentError;
  const object = world.store.put<Intent>({
    ...intent,
    last_payment_error,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  emit(world, { type: 'payment_intent.payment_failed', object });
  return object;
}

function nextAction({ id }: Intent, returnUrl: string | undefined): Stripe.PaymentIntent.NextAction {
  if (returnUrl === undefined) return { type: 'use_stripe_sdk', use_stripe_sdk: {} };
  return {
    type: 'redirect_to_url',
    redirect_to_url: { return_url: returnUrl, url: `https://hooks.stripe.com/redirect/authenticate/${id}` },
  };
}
