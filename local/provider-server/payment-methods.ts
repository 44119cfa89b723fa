/** Payment methods of the account: each use of a test name makes one, as with Stripe, and it can be used again by its id. */
import type { Stripe } from 'stripe';
import { resourceMissing } from './api-error.ts';
import { fresh, type StripeWorld } from './stripe-world.ts';
import { type TestPaymentMethod, testPaymentMethod } from './test-payment-methods.ts';

export type UsedMethod = { readonly object: Stripe.PaymentMethod; readonly behaviour: TestPaymentMethod };

/** By a test name or by an id. Nothing is kept before `keepMethod`. Throws `ApiError` for one that is not there. */
export function findMethod(world: StripeWorld, name: string): UsedMethod {
  const object = world.store.get('payment_method', name);
  const held = object === undefined ? undefined : world.behaviours.get(object.id);
  if (object !== undefined && held !== undefined) return { object, behaviour: held };
  const behaviour = testPaymentMethod(name);
  if (behaviour === undefined) throw resourceMissing('PaymentMethod', name, 'payment_method');
  return { object: paymentMethod(world, behaviour), behaviour };
}

export function keepMethod(world: StripeWorld, { object, behaviour }: UsedMethod): void {
  world.store.add(object);
  world.behaviours.set(object.id, behaviour);
}

function paymentMethod(world: StripeWorld, behaviour: TestPaymentMethod): Stripe.PaymentMethod {
  return {
    id: `pm_1${fresh(world).token(23)}`,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: NO_BILLING,
    created: world.time.nowSeconds(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: behaviour.type,
    ...detailsOf(behaviour),
  };
}

export const NO_BILLING = {
  address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
  email: null,
  name: null,
  phone: null,
  tax_id: null,
};

function detailsOf({ type, brand, last4 }: TestPaymentMethod): Pick<Stripe.PaymentMethod, 'card' | 'us_bank_account' | 'sepa_debit'> {
  if (type === 'card') return { card: { ...CARD, brand, display_brand: brand, last4, networks: { available: [brand], preferred: null } } };
  if (type === 'us_bank_account') return { us_bank_account: { ...US_BANK_ACCOUNT, bank_name: brand, last4 } };
  return { sepa_debit: { ...SEPA_DEBIT, country: brand, last4 } };
}

const CARD = {
  checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'unchecked' },
  country: 'US',
  exp_month: 11,
  exp_year: 2031,
  fingerprint: 'kQ3xVw8TtB1nZr5L',
  funding: 'credit',
  generated_from: null,
  regulated_status: 'unregulated',
  three_d_secure_usage: { supported: true },
  wallet: null,
} satisfies Partial<Stripe.PaymentMethod.Card>;

const US_BANK_ACCOUNT = {
  account_holder_type: 'individual',
  account_type: 'checking',
  financial_connections_account: null,
  fingerprint: 'FFDMA0jJDFjDf0aS',
  networks: { preferred: 'ach', supported: ['ach'] },
  routing_number: '110000000',
  status_details: null,
} satisfies Partial<Stripe.PaymentMethod.UsBankAccount>;

const SEPA_DEBIT = {
  bank_code: '37040044',
  branch_code: '',
  fingerprint: 'vifs0Ho7vwRn1Miu',
  generated_from: null,
} satisfies Partial<Stripe.PaymentMethod.SepaDebit>;
