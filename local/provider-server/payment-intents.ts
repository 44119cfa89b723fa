/** The operations that change a payment intent: create, update, confirm and cancel (Stripe API reference, "PaymentIntents"). */
import type { Stripe } from 'stripe';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { paidIntent } from '../../ops/fixtures/stripe-payment-intent.ts';
import { type ErrorDetail, invalidRequest, resourceMissing } from './api-error.ts';
import { failedCharge } from './charges.ts';
import { executed } from './executions.ts';
import { choice, metadata, onlyKnown, text } from './form-values.ts';
import { type ConfirmValues, type CreateValues, confirmValues, createValues, needsReturnUrl, noReturnUrl } from './intent-values.ts';
import type { Operation } from './operation.ts';
import { pay } from './payment-attempt.ts';
import { findMethod, keepMethod, type UsedMethod } from './payment-methods.ts';
import { emit, fresh, type StripeWorld } from './stripe-world.ts';

type Intent = Stripe.PaymentIntent;

export const createIntent: Operation = (world, { form }) => {
  const values = createValues(form);
  const { amount } = values;
  if (values.confirm && values.method === undefined) throw noMethod();
  if (values.confirm && values.returnUrl === undefined && needsReturnUrl(values)) throw noReturnUrl();
  return () => {
    const method = values.method === undefined ? undefined : findMethod(world, values.method);
    const intent = newIntent(world, values);
    if (method !== undefined) checkMethod(intent, method);
    world.store.add(intent);
    const confirms = values.confirm && !world.breaksOff;
    executed(world, confirms ? 'create and confirm' : 'create', { intent, amount });
    emit(world, { type: 'payment_intent.created', object: intent });
    if (method === undefined || values.confirm !== confirms) return intent;
    if (confirms) return pay(world, intent, { ...values, method });
    keepMethod(world, method);
    return world.store.put<Intent>({ ...intent, payment_method: method.object.id, status: 'requires_confirmation' });
  };
};

/** Stripe tells no event of it. */
export const updateIntent: Operation = (world, { form, id }) => {
  onlyKnown(form, ['metadata', 'description', 'expand']);
  const change = metadata(form);
  const description = text(form, 'description');
  return () => {
    const intent = intentOf(world, id);
    const changed = { metadata: change?.(intent.metadata) ?? intent.metadata, description: description ?? intent.description };
    executed(world, 'update', { intent, amount: intent.amount });
    return world.store.put<Intent>({ ...intent, ...changed });
  };
};

const CONFIRMABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

export const confirmIntent: Operation = (world, { form, id }) => {
  const values = confirmValues(form);
  return () => {
    const intent = intentOf(world, id);
    if (!CONFIRMABLE.includes(intent.status)) throw unexpectedState(intent, 'confirm', CONFIRMABLE);
    const attempt = { ...values, method: methodToConfirm(world, intent, values) };
    executed(world, 'confirm', { intent, amount: intent.amount });
    return pay(world, intent, attempt);
  };
};

const CANCELABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const;

export const cancelIntent: Operation = (world, { form, id }) => {
  onlyKnown(form, ['cancellation_reason', 'expand']);
  const reason = choice(form, 'cancellation_reason', REASONS) ?? null;
  return () => {
    const intent = intentOf(world, id);
    if (!CANCELABLE.includes(intent.status) && !endsNever(world, intent)) throw unexpectedState(intent, 'cancel', CANCELABLE);
    executed(world, 'cancel', { intent, amount: intent.amount });
    const pending = world.store.get('charge', intent.latest_charge);
    if (pending?.status === 'pending')
      world.store.put(failedCharge(pending, { code: 'payment_method_customer_decline', message: 'The payment was canceled.' }));
    const status = { status: 'canceled', canceled_at: world.time.nowSeconds(), cancellation_reason: reason, next_action: null } as const;
    const canceled = world.store.put<Intent>({ ...intent, ...status });
    emit(world, { type: 'payment_intent.canceled', object: canceled });
    return canceled;
  };
};

function intentOf(world: StripeWorld, id: string): Intent {
  const intent = world.store.get('payment_intent', id);
  if (intent === undefined) throw resourceMissing('payment_intent', id);
  return intent;
}

function newIntent(world: StripeWorld, values: CreateValues): Intent {
  const made = fresh(world);
  const { amount, currency, types } = values;
  const payment = freshPayment(made, { amount, currency });
  return {
    ...paidIntent(payment),
    ...values.kept,
    amount_received: 0,
    automatic_payment_methods: types === undefined && values.automatic.enabled ? values.automatic : null,
    capture_method: values.captureMethod,
    created: made.nowSeconds,
    latest_charge: null,
    metadata: { ...values.metadata?.({}) },
    payment_method: null,
    ...(types === undefined ? {} : { payment_method_configuration_details: null }),
    payment_method_types: [...(types ?? typesFor(currency))],
    shipping: null,
    status: 'requires_payment_method',
  };
}

/** What the Dashboard of the local account has enabled. */
function typesFor(currency: string): readonly string[] {
  return ['card', 'link', ...(currency === 'usd' ? ['us_bank_account'] : []), ...(currency === 'eur' ? ['sepa_debit'] : [])];
}

function checkMethod({ payment_method_types }: Intent, { object: { type } }: UsedMethod): void {
  if (payment_method_types.includes(type)) return;
  throw invalidRequest(
    `The PaymentMethod provided (${type}) is not allowed for this PaymentIntent, which takes ${payment_method_types.join(', ')}.`,
    {
      code: 'payment_intent_incompatible_payment_method',
      param: 'payment_method',
    },
  );
}

function methodToConfirm(world: StripeWorld, intent: Intent, { method: name, returnUrl }: ConfirmValues): UsedMethod {
  const held = typeof intent.payment_method === 'string' ? intent.payment_method : undefined;
  const wanted = name ?? held;
  if (wanted === undefined) throw noMethod(intent);
  const method = findMethod(world, wanted);
  checkMethod(intent, method);
  if (intent.automatic_payment_methods?.allow_redirects === 'always' && returnUrl === undefined) throw noReturnUrl();
  return method;
}

/** Stripe cancels a payment that is under way "in rare cases"; here, where the test method says that it stays under way for good. */
function endsNever(world: StripeWorld, { status, payment_method }: Intent): boolean {
  const outcome = typeof payment_method === 'string' ? world.behaviours.get(payment_method)?.outcome : undefined;
  return status === 'processing' && outcome?.kind === 'processes' && outcome.millis === undefined;
}

function noMethod(intent?: Intent) {
  const message = 'You cannot confirm this PaymentIntent because it is missing a payment method: send payment_method.';
  return invalidRequest(message, stateDetail(intent));
}

function unexpectedState(intent: Intent, verb: string, allowed: readonly string[]) {
  const message = `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}. It must be one of ${allowed.join(', ')}.`;
  return invalidRequest(message, stateDetail(intent));
}

function stateDetail(intent: Intent | undefined): Partial<ErrorDetail> {
  return { code: 'payment_intent_unexpected_state', ...(intent === undefined ? {} : { payment_intent: intent }) };
}
