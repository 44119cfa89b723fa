/** Refunds: all or part of a charge, until nothing of it is left (Stripe API reference, "Refunds"). */
import type { Stripe } from 'stripe';
import { invalidRequest, resourceMissing } from './api-error.ts';
import { refundFailureTransaction, refundTransaction } from './balance.ts';
import { executed } from './executions.ts';
import type { Form } from './form.ts';
import { choice, type Metadata, metadata, onlyKnown, text, wholeNumber } from './form-values.ts';
import type { Operation } from './operation.ts';
import { emit, fresh, type StripeWorld } from './stripe-world.ts';
import { SOON_MILLIS } from './test-payment-methods.ts';

type Charge = Stripe.Charge;
type Refund = Stripe.Refund;
type Named = { readonly intentId: string | undefined; readonly chargeId: string | undefined };
type Asked = { readonly amount: number; readonly reason: Refund['reason']; readonly metadata: Metadata };

const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

export const createRefund: Operation = (world, { form }) => {
  onlyKnown(form, ['payment_intent', 'charge', 'amount', 'reason', 'metadata', 'expand']);
  const named = readNames(form);
  const wanted = wholeNumber(form, 'amount', { min: 1, max: Number.MAX_SAFE_INTEGER });
  const reason = choice(form, 'reason', REASONS) ?? null;
  const change = metadata(form);
  return () => {
    const charge = chargeToRefund(world, named);
    const amount = refundable(charge, wanted);
    const intent = world.store.get('payment_intent', charge.payment_intent);
    executed(world, 'refund', { intent, amount });
    return refund(world, charge, { amount, reason, metadata: change?.({}) ?? {} });
  };
};

function readNames(form: Form): Named {
  const named = { intentId: text(form, 'payment_intent'), chargeId: text(form, 'charge') };
  if (named.intentId !== undefined || named.chargeId !== undefined) return named;
  throw invalidRequest('One of the following params should be provided for this request: payment_intent or charge.', {
    code: 'parameter_missing',
  });
}

function chargeToRefund({ store }: StripeWorld, { intentId, chargeId }: Named): Charge {
  const intent = store.get('payment_intent', intentId);
  if (intentId !== undefined && intent === undefined) throw resourceMissing('payment_intent', intentId, 'payment_intent');
  const charge = store.get('charge', chargeId ?? intent?.latest_charge);
  if (chargeId !== undefined && charge === undefined) throw resourceMissing('charge', chargeId, 'charge');
  const fits = intent === undefined || charge?.payment_intent === intent.id;
  if (charge?.status === 'succeeded' && fits) return charge;
  throw invalidRequest(`There is no successful charge to refund: ${intentId ?? chargeId}.`, {
    code: 'charge_not_refundable',
    param: chargeId === undefined ? 'payment_intent' : 'charge',
  });
}

function refundable({ id, amount, amount_refunded }: Charge, wanted: number | undefined): number {
  const left = amount - amount_refunded;
  if (left === 0) throw invalidRequest(`Charge ${id} has already been refunded.`, { code: 'charge_already_refunded' });
  if (wanted === undefined || wanted <= left) return wanted ?? left;
  throw invalidRequest(`Refund amount (${wanted}) is greater than unrefunded amount on charge (${left}).`, { param: 'amount' });
}

function refund(world: StripeWorld, charge: Charge, asked: Asked): Refund {
  const behaviour = world.behaviours.get(charge.payment_method ?? '');
  const pending = behaviour?.refunds === 'later' || behaviour?.type !== 'card';
  const made = newRefund(world, charge, { ...asked, pending });
  const { id } = refundTransaction(world, charge, made);
  const created = world.store.add<Refund>({ ...made, balance_transaction: id });
  const { amount_refunded } = charge;
  const refunded = amount_refunded + asked.amount === charge.amount;
  const changed = world.store.put<Charge>({ ...charge, amount_refunded: amount_refunded + asked.amount, refunded });
  const previous = { amount_refunded, ...(refunded ? { refunded: false } : {}) };
  emit(world, { type: 'refund.created', object: created });
  emit(world, { type: 'charge.refunded', object: changed, previous });
  if (pending) world.time.after(SOON_MILLIS, () => endPending(world, created.id));
  if (behaviour?.refunds === 'fails later') world.time.after(SOON_MILLIS, () => failLater(world, created.id));
  return created;
}

function endPending(world: StripeWorld, id: string): void {
  const held = world.store.get('refund', id);
  if (held?.status !== 'pending') return;
  const { pending_reason, ...done } = held;
  const object = world.store.put<Refund>({ ...done, status: 'succeeded' });
  emit(world, { type: 'refund.updated', object, previous: { status: 'pending', pending_reason } });
}

/** The money comes back, and the charge counts it as not refunded (docs.stripe.com/refunds, "Failed refunds"). */
function failLater(world: StripeWorld, id: string): void {
  const held = world.store.get('refund', id);
  const charge = world.store.get('charge', held?.charge);
  if (held === undefined || charge === undefined) return;
  const { id: failure_balance_transaction } = refundFailureTransaction(world, held);
  world.store.put<Charge>({ ...charge, amount_refunded: charge.amount_refunded - held.amount, refunded: false });
  const failed = { failure_balance_transaction, failure_reason: 'unknown', status: 'failed' } as const;
  const object = world.store.put<Refund>({ ...held, ...failed });
  emit(world, { type: 'refund.failed', object, previous: { status: held.status } });
}

function newRefund(
  world: StripeWorld,
  charge: Charge,
  { amount, reason, metadata, pending }: Asked & { readonly pending: boolean },
): Refund {
  return {
    id: `re_3${fresh(world).token(23)}`,
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: world.time.nowSeconds(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: { type: charge.payment_method_details?.type ?? 'card' },
    metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    ...(pending ? { pending_reason: 'processing' } : {}),
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: pending ? 'pending' : 'succeeded',
    transfer_reversal: null,
  };
}
