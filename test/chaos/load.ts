/** What goes on while the faults do: stories of a provider, orders of a shop, payers who act, and time that passes faster for payments. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ChargedStripe } from './charged-stripe.ts';
import type { HurriedPayments } from './hurried-payments.ts';
import type { Provider } from './provider.ts';
import type { Shop } from './shop.ts';

export type Load = {
  readonly provider: Provider;
  readonly shop: Shop;
  readonly stripe: ChargedStripe;
  readonly payments: HurriedPayments;
};

const STORIES_IN_FLIGHT = 12;
/** Three payments a second: few beside the webhooks, and some two hundred in a minute. */
const ORDER_PAUSE_MILLIS = 330;
const HURRY_PAUSE_MILLIS = 1_500;
/** Of those who are waited for, at each turn. */
const PAYER_ACTS_SHARE = 0.3;

/** Resolves when the last story and the last order have come to their ends. */
export async function load({ provider, shop, stripe, payments }: Load, signal: AbortSignal): Promise<void> {
  signal.addEventListener('abort', () => {
    provider.insist();
    shop.insist();
  });
  const tell = async () => {
    while (!signal.aborted) await provider.tell();
  };
  const sell = async () => {
    const orders: Promise<void>[] = [];
    while (!signal.aborted) {
      orders.push(shop.order());
      await pause(ORDER_PAUSE_MILLIS);
    }
    await Promise.all(orders);
  };
  const hurry = async () => {
    const runs: Promise<void>[] = [];
    while (!signal.aborted) {
      stripe.payersAct(PAYER_ACTS_SHARE);
      // The engine may be away at the moment.
      await payments.hurry().catch(() => undefined);
      runs.push(payments.runClock());
      await pause(HURRY_PAUSE_MILLIS);
    }
    await Promise.all(runs);
  };
  await Promise.all([...Array.from({ length: STORIES_IN_FLIGHT }, tell), sell(), hurry()]);

  async function pause(millis: number): Promise<void> {
    await wait(millis, undefined, { signal }).catch(() => undefined);
  }
}
