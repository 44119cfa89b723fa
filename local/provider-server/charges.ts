/** The charge of one try to pay: its shape is that of the fixtures, its facts are those of the payment intent. */
import type { Stripe } from 'stripe';
import { charge as fixtureCharge } from '../../ops/fixtures/stripe-charge.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { NO_BILLING, type UsedMethod } from './payment-methods.ts';
import { fresh, type StripeWorld } from './stripe-world.ts';
import type { Decline } from './test-payment-methods.ts';

/** Its money has not moved yet: the charge has no balance transaction. A charge that is not by card has an id `py_…`. */
export function newCharge(world: StripeWorld, intent: Stripe.PaymentIntent, { object: method, behaviour }: UsedMethod): Stripe.Charge {
  const made = fresh(world);
  const { amount, currency } = intent;
  const id = `${behaviour.type === 'card' ? 'ch' : 'py'}_3${made.token(23)}`;
  const payment = freshPayment(made, {
    amount,
    currency,
    intent: intent.id,
    charge: id,
    method: method.id,
    createdSeconds: made.nowSeconds,
  });
  return {
    ...fixtureCharge(payment, 0),
    balance_transaction: null,
    billing_details: NO_BILLING,
    customer: intent.customer,
    description: intent.description,
    metadata: intent.metadata,
    payment_method_details: paymentMethodDetails(fixtureCharge(payment, 0), { object: method, behaviour }),
    receipt_email: intent.receipt_email,
    shipping: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    transfer_group: intent.transfer_group,
  };
}

export function pendingCharge(charge: Stripe.Charge): Stripe.Charge {
  return { ...charge, amount_captured: 0, captured: false, outcome: null, paid: false, status: 'pending' };
}

export function failedCharge(charge: Stripe.Charge, { code, declineCode, message }: Decline): Stripe.Charge {
  return {
    ...charge,
    amount_captured: 0,
    captured: false,
    failure_code: code,
    failure_message: message,
    outcome: {
      advice_code: 'try_again_later',
      network_advice_code: null,
      network_decline_code: null,
      network_status: 'declined_by_network',
      reason: declineCode ?? code,
      risk_level: 'normal',
      seller_message: 'The bank did not return any further details with this decline.',
      type: 'issuer_declined',
    },
    paid: false,
    status: 'failed',
  };
}

function paymentMethodDetails(byCard: Stripe.Charge, { object, behaviour }: UsedMethod): Stripe.Charge.PaymentMethodDetails {
  const { type, brand, last4 } = behaviour;
  if (type === 'card' && byCard.payment_method_details?.card !== undefined)
    return { type, card: { ...byCard.payment_method_details.card, brand, network: brand, last4 } };
  if (object.us_bank_account !== undefined) {
    const { account_holder_type, account_type, bank_name, fingerprint, routing_number } = object.us_bank_account;
    return {
      type,
      us_bank_account: { account_holder_type, account_type, bank_name, fingerprint, last4, payment_reference: null, routing_number },
    };
  }
  return { type, sepa_debit: { bank_code: '37040044', branch_code: '', country: brand, fingerprint: null, last4, mandate: null } };
}
