/** What the demo sends, decided by a seed before anything is sent, and what the books must say afterwards. */
import type { Made } from '../ops/fixtures/fixture.ts';
import { type Fresh, freshFrom } from '../ops/fixtures/fresh.ts';
import { chargeRefunded, paymentSucceeded } from '../ops/fixtures/stripe.ts';
import { freshPayment, type Payment } from '../ops/fixtures/stripe-payment.ts';
import { seededFraction } from './seeded-fraction.ts';

export type DemoPlan = {
  readonly events: readonly Made[];
  /** Deliveries that are under way together, wave after wave; an event stands in it as often as it is delivered. */
  readonly waves: readonly (readonly Made[])[];
  readonly deliveries: number;
  readonly currency: string;
  /** What each customer paid less what was given back, in minor units. */
  readonly paidByCustomer: ReadonlyMap<string, number>;
  readonly total: number;
};

/** One in three payments is refunded, and every third of those in two steps. */
const REFUNDED_EVERY = 3;
const IN_FLIGHT_MAX = 16;
const EXTRA_COPIES_MAX = 3;

export function planDemo(options: { readonly events: number; readonly seed: number; readonly nowSeconds: number }): DemoPlan {
  const fraction = seededFraction(options.seed);
  const fresh = freshFrom(options.nowSeconds, fraction);
  const events: Made[] = [];
  const paidByCustomer = new Map<string, number>();
  let currency = '';
  for (let payments = 0; events.length < options.events; payments += 1) {
    const payment = freshPayment(fresh);
    const refunds = payments % REFUNDED_EVERY === 0 ? refundsOf(payment, fresh, payments % (REFUNDED_EVERY * 3) === 0) : [];
    const story = [{ made: paymentSucceeded(payment, fresh), refunded: 0 }, ...refunds].slice(0, options.events - events.length);
    events.push(...story.map(({ made }) => made));
    paidByCustomer.set(payment.customer, payment.amount - (story.at(-1)?.refunded ?? 0));
    currency = payment.currency;
  }
  const waves = wavesOf(events, fresh);
  return {
    events,
    waves,
    deliveries: waves.flat().length,
    currency,
    paidByCustomer,
    total: [...paidByCustomer.values()].reduce((sum, amount) => sum + amount, 0),
  };
}

/** `refunded` is cumulative, as Stripe sends it. */
function refundsOf(payment: Payment, fresh: Fresh, inTwoSteps: boolean): { made: Made; refunded: number }[] {
  const last = fresh.whole(2, payment.amount);
  const first = inTwoSteps ? fresh.whole(1, last - 1) : last;
  const steps = inTwoSteps ? [first, last] : [last];
  return steps.map((now, index) => ({ made: chargeRefunded(payment, { before: index === 0 ? 0 : first, now }, fresh), refunded: now }));
}

/** A third of the events come twice or more: half of those at the same moment, the others somewhere among the rest. */
function wavesOf(events: readonly Made[], fresh: Fresh): Made[][] {
  const together: Made[][] = [];
  events.forEach((event, index) => {
    const copies = index % 3 === 0 ? fresh.whole(1, EXTRA_COPIES_MAX) : 0;
    const all = Array.from({ length: 1 + copies }, () => event);
    if (index % 2 === 0) together.push(all);
    else together.push(...all.map((copy) => [copy]));
  });
  shuffle(together, fresh);
  const waves: Made[][] = [];
  let room = 0;
  for (const group of together) {
    if (group.length > room) {
      waves.push([]);
      room = Math.max(group.length, fresh.whole(1, IN_FLIGHT_MAX));
    }
    waves.at(-1)?.push(...group);
    room -= group.length;
  }
  return waves;
}

/** In place, every order equally likely (Fisher and Yates). */
export function shuffle<T>(list: T[], fresh: Fresh): T[] {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = fresh.whole(0, last);
    const [a, b] = [list[last] as T, list[other] as T];
    list[last] = b;
    list[other] = a;
  }
  return list;
}
