/** What the demo asks to be paid, and what goes wrong at the provider meanwhile: decided by a seed. */
import type { Weather } from './provider-stand-ins.ts';
import { seededFraction } from './seeded-fraction.ts';

export type Order = {
  readonly key: string;
  readonly copies: number;
  readonly body: {
    readonly amount: number;
    readonly currency: 'usd';
    readonly provider: 'stripe';
    readonly reference: string;
    readonly paymentMethod: string;
  };
};

const DECLINED_EVERY = 8;
const TWICE_EVERY = 3;
const LOST_EVERY = 5;
const DROPPED_EVERY = 6;

export function ordersFor(count: number, seed: number): readonly Order[] {
  const fraction = seededFraction(seed);
  return Array.from({ length: count }, (_, number) => ({
    key: `demo-${seed}-${number}`,
    copies: number % TWICE_EVERY === 0 ? 2 : 1,
    body: {
      amount: 100 + Math.floor(fraction() * 9_900),
      currency: 'usd',
      provider: 'stripe',
      reference: `demo order ${number}`,
      paymentMethod: number % DECLINED_EVERY === 3 ? 'pm_card_visa_chargeDeclined' : 'pm_card_visa',
    },
  }));
}

export type DemoWeather = {
  readonly faults: Required<Weather>;
  /** How many answers were lost, and how many events that somebody waits for were never told. */
  lost(): number;
  dropped(): number;
};

/** No payment loses both its answer and its webhook: then only the clock would find out, which takes a minute or two. */
export function weatherFor(seed: number): DemoWeather {
  const lost = new Set<string>();
  const dropped = new Set<string>();
  let charges = seed % LOST_EVERY;
  let told = seed % DROPPED_EVERY;
  return {
    faults: {
      fates: ({ method, idempotencyKey }) => {
        if (method !== 'POST' || idempotencyKey === undefined || lost.has(idempotencyKey)) return {};
        charges += 1;
        if (charges % LOST_EVERY !== 0) return {};
        lost.add(idempotencyKey);
        return { answer: 'lost' };
      },
      dropped: ({ id, type, request }) => {
        if (type !== 'payment_intent.succeeded' || lost.has(request?.idempotency_key ?? '')) return false;
        told += 1;
        if (told % DROPPED_EVERY !== 0) return false;
        dropped.add(id);
        return true;
      },
    },
    lost: () => lost.size,
    dropped: () => dropped.size,
  };
}
