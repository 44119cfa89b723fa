/** What a checker may look at and a test may break, past the API and its lags. */
import type { Stripe } from 'stripe';
import { type Execution, REFERENCE } from './executions.ts';
import type { Kind, Objects } from './object-store.ts';
import type { StripeWorld } from './stripe-world.ts';

/** By currency, in its smallest unit. */
export type Sums = { readonly [currency: string]: number };

export type Inspection = {
  /** Each operation that took effect, in order. Two under one key, or two charges for one reference, are money that moved twice. */
  executions(): readonly Execution[];
  executionsUnder(idempotencyKey: string): readonly Execution[];
  /** `reference` is the `metadata[oncehook_payment]` of the payment intent. */
  executionsFor(reference: string): readonly Execution[];
  /** The charges that succeeded for a payment of ours, refunded or not. */
  chargesFor(reference: string): readonly Stripe.Charge[];
  totals(): { readonly executions: number; readonly events: number; readonly charged: Sums; readonly refunded: Sums };
  /** All objects of a kind, the newest first. */
  all<K extends Kind>(kind: K): readonly Objects[K][];
  /** Takes one object away as if it had never been; what names it goes on naming it. False where there was none. */
  delete(id: string): boolean;
};

export function createInspection({ store, executions }: StripeWorld): Inspection {
  const succeeded = () => store.all('charge').filter(({ status }) => status === 'succeeded');
  return {
    executions: () => executions,
    executionsUnder: (idempotencyKey) => executions.filter(({ key }) => key === idempotencyKey),
    executionsFor: (wanted) => executions.filter(({ reference }) => reference === wanted),
    chargesFor: (wanted) => succeeded().filter(({ metadata }) => metadata[REFERENCE] === wanted),
    totals: () => ({
      executions: executions.length,
      events: store.all('event').length,
      charged: sums(succeeded()),
      refunded: sums(store.all('refund').filter(({ status }) => status !== 'failed')),
    }),
    all: (kind) => store.all(kind),
    delete: (id) => store.delete(id),
  };
}

function sums(moved: readonly { readonly amount: number; readonly currency: string }[]): Sums {
  const byCurrency: Record<string, number> = {};
  for (const { amount, currency } of moved) byCurrency[currency] = (byCurrency[currency] ?? 0) + amount;
  return byCurrency;
}
