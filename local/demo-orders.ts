/** What the demo asks to be paid, and what goes wrong at the provider meanwhile: all decided by a seed before anything is asked. */
import { chargeKey, paymentId } from '../lambdas/core/payment.ts';
import { freshFrom } from '../ops/fixtures/fresh.ts';
import type { PaymentWish } from '../ops/payments-client.ts';
import { shuffle } from './demo-plan.ts';
import { LOCAL_USER_ARN } from './http-event.ts';
import { seededFraction } from './seeded-fraction.ts';

export type Order = {
  readonly idempotencyKey: string;
  readonly wish: PaymentWish;
  /** How often it is asked for at the same moment. */
  readonly copies: number;
  readonly isDeclined: boolean;
  /** The payment that it must become, however often it is asked for, and the key under which that is charged. */
  readonly payment: string;
  readonly chargeKey: string;
};

export type OrdersPlan = {
  readonly orders: readonly Order[];
  readonly requests: number;
  readonly currency: string;
  /** What the orders that are not declined come to, in minor units. */
  readonly total: number;
  /** Orders whose first answer of the provider gets lost. */
  readonly lost: readonly Order[];
  /** Orders of whose end no webhook tells. */
  readonly dropped: readonly Order[];
  /** Those of both: only reconciliation can tell how they ended, or the clock of payments half a minute later. */
  readonly silent: readonly Order[];
};

const AMOUNT_MIN = 100;
const AMOUNT_MAX = 9_999;
const TWICE_FRACTION = 1 / 3;
const DECLINED_FRACTION = 1 / 8;
const LOST_FRACTION = 1 / 4;
const DROPPED_FRACTION = 1 / 4;
const SILENT_FRACTION = 1 / 12;

/** At least one order of each kind. */
export function planOrders({ count, seed }: { readonly count: number; readonly seed: number }): OrdersPlan {
  const fresh = freshFrom(0, seededFraction(seed));
  const shuffled = () =>
    shuffle(
      Array.from({ length: count }, (_, number) => number),
      fresh,
    );
  const share = (fraction: number) => Math.max(1, Math.round(count * fraction));
  const [twice, declined] = [TWICE_FRACTION, DECLINED_FRACTION].map((fraction) => new Set(shuffled().slice(0, share(fraction))));
  const orders = Array.from({ length: count }, (_, number) => {
    const amount = fresh.whole(AMOUNT_MIN, AMOUNT_MAX);
    return orderOf({ seed, number, amount, copies: twice?.has(number) === true ? 2 : 1, isDeclined: declined?.has(number) === true });
  });
  const troubled = shuffled().map((number) => orders[number] as Order);
  const lost = troubled.slice(0, share(LOST_FRACTION));
  const silent = lost.slice(0, share(SILENT_FRACTION));
  return {
    orders,
    requests: orders.reduce((sum, { copies }) => sum + copies, 0),
    currency: CURRENCY,
    total: orders.reduce((sum, { isDeclined, wish }) => sum + (isDeclined ? 0 : wish.amount), 0),
    lost,
    dropped: [...silent, ...troubled.slice(lost.length, lost.length + share(DROPPED_FRACTION) - silent.length)],
    silent,
  };
}

const CURRENCY = 'usd';

type Drawn = Pick<Order, 'copies' | 'isDeclined'> & { readonly seed: number; readonly number: number; readonly amount: number };

/** The payment methods are those that Stripe documents for tests. */
function orderOf({ seed, number, amount, copies, isDeclined }: Drawn): Order {
  const idempotencyKey = `demo-${seed}-order-${number}`;
  const payment = paymentId(LOCAL_USER_ARN, idempotencyKey);
  const wish = {
    amount,
    currency: CURRENCY,
    provider: 'stripe',
    reference: `demo order ${number}`,
    paymentMethod: isDeclined ? 'pm_card_visa_chargeDeclined' : 'pm_card_visa',
  };
  return { idempotencyKey, wish, copies, isDeclined, payment, chargeKey: chargeKey(payment) };
}
