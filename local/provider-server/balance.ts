/** Balance transactions: what each payment and each refund moved, what Stripe took for it, and when it is available. */
import type { Stripe } from 'stripe';
import { fresh, type StripeWorld } from './stripe-world.ts';

/** Stripe's price of a card payment in the US: 2.9 % and 30 cents. */
const CARD_FEE = { perThousand: 29, fixed: 30, max: Number.POSITIVE_INFINITY };
/** And of an ACH debit: 0.8 %, at most five dollars. The server takes it for every bank debit. */
const DEBIT_FEE = { perThousand: 8, fixed: 0, max: 500 };
/** Two days: what Stripe pays out in the US by. */
const AVAILABLE_AFTER_SECONDS = 2 * 24 * 3600;

type Entry = Pick<Stripe.BalanceTransaction, 'amount' | 'currency' | 'description' | 'reporting_category' | 'type'> & {
  readonly source: string;
  readonly fee: number;
  readonly availableAtOnce: boolean;
};

/** `type` is `charge` for cards and `payment` for all others (docs.stripe.com/reports/balance-transaction-types). */
export function paymentTransaction(world: StripeWorld, charge: Stripe.Charge, availableAtOnce: boolean): Stripe.BalanceTransaction {
  const byCard = isCard(charge);
  return transaction(world, {
    amount: charge.amount,
    currency: charge.currency,
    description: charge.description,
    reporting_category: 'charge',
    type: byCard ? 'charge' : 'payment',
    source: charge.id,
    fee: feeOf(charge.amount, byCard ? CARD_FEE : DEBIT_FEE),
    availableAtOnce,
  });
}

/** Stripe keeps the fee of the payment. */
export function refundTransaction(world: StripeWorld, charge: Stripe.Charge, refund: Stripe.Refund): Stripe.BalanceTransaction {
  return transaction(world, {
    amount: -refund.amount,
    currency: refund.currency,
    description: `REFUND FOR ${isCard(charge) ? 'CHARGE' : 'PAYMENT'}${charge.description === null ? '' : ` (${charge.description})`}`,
    reporting_category: 'refund',
    type: isCard(charge) ? 'refund' : 'payment_refund',
    source: refund.id,
    fee: 0,
    availableAtOnce: true,
  });
}

/** The amount of a refund that failed comes back. */
export function refundFailureTransaction(world: StripeWorld, refund: Stripe.Refund): Stripe.BalanceTransaction {
  return transaction(world, {
    amount: refund.amount,
    currency: refund.currency,
    description: `REFUND FAILURE (${refund.id})`,
    reporting_category: 'refund_failure',
    type: 'refund_failure',
    source: refund.id,
    fee: 0,
    availableAtOnce: true,
  });
}

/** As it stands now: pending money becomes available without an event. */
export function withStatus(transaction: Stripe.BalanceTransaction, nowSeconds: number): Stripe.BalanceTransaction {
  return { ...transaction, status: transaction.available_on <= nowSeconds ? 'available' : 'pending' };
}

function transaction(world: StripeWorld, { source, fee, availableAtOnce, ...entry }: Entry): Stripe.BalanceTransaction {
  const nowSeconds = world.time.nowSeconds();
  return world.store.add({
    id: `txn_3${fresh(world).token(23)}`,
    object: 'balance_transaction',
    ...entry,
    available_on: nowSeconds + (availableAtOnce ? 0 : AVAILABLE_AFTER_SECONDS),
    balance_type: 'payments',
    created: nowSeconds,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency: entry.currency, description: 'Stripe processing fees', type: 'stripe_fee' }],
    net: entry.amount - fee,
    source,
    status: availableAtOnce ? 'available' : 'pending',
  });
}

/** Half a cent is a cent. Whole numbers all the way: no fee is ever a hair off. */
function feeOf(amount: number, { perThousand, fixed, max }: typeof CARD_FEE): number {
  return Math.min(max, Math.floor((amount * perThousand + 500) / 1000) + fixed);
}

function isCard(charge: Stripe.Charge): boolean {
  return charge.payment_method_details?.type === 'card';
}
