/** Makes what the demo has planned go wrong at the stand-in of the provider, and counts what did. */
import type { OrdersPlan } from './demo-orders.ts';
import type { Weather } from './provider-stand-ins.ts';

export type DemoWeather = {
  readonly faults: Required<Weather>;
  /** Answers that were lost so far. */
  lost(): number;
  /** The ids of the events of which nobody was told. */
  dropped(): ReadonlySet<string>;
};

/** Those that tell how a payment of the demo ends. Stripe has further events of it, which nobody here subscribes to. */
const ENDS: ReadonlySet<string> = new Set(['payment_intent.succeeded', 'payment_intent.payment_failed']);

/** Only the first answer gets lost: the next try under the same key is heard. */
export function weatherFor(plan: Pick<OrdersPlan, 'lost' | 'dropped'>): DemoWeather {
  const toLose = new Set(plan.lost.map(({ chargeKey }) => chargeKey));
  const toDrop = new Set(plan.dropped.map(({ chargeKey }) => chargeKey));
  const dropped = new Set<string>();
  let lost = 0;
  return {
    faults: {
      fates: ({ method, idempotencyKey = '' }) => {
        if (method !== 'POST' || !toLose.delete(idempotencyKey)) return {};
        lost += 1;
        return { answer: 'lost' };
      },
      dropped: ({ id, type, request }) => {
        if (!ENDS.has(type) || !toDrop.has(request.idempotency_key ?? '')) return false;
        dropped.add(id);
        return true;
      },
    },
    lost: () => lost,
    dropped: () => dropped,
  };
}
