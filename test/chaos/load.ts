/** What goes on while the faults do: stories of a provider, orders of a shop, payers who act, and time that passes faster for payments. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from '../../ops/connection.ts';
import type { ChargedStripe } from './charged-stripe.ts';
import type { HurriedPayments } from './hurried-payments.ts';
import type { Provider } from './provider.ts';
import type { Shop } from './shop.ts';

export type Load = {
  readonly connection: Connection;
  readonly provider: Provider;
  readonly shop: Shop;
  readonly stripe: ChargedStripe;
  readonly payments: HurriedPayments;
};

const STORIES_IN_FLIGHT = 8;
/**
 * While more messages wait nothing new is told or asked for: on a slow machine the consumers would otherwise do their work when the faults are
 * over. It is some seconds' work.
 */
const WAITING_MESSAGES_MAX = 80;
const DEPTH_PAUSE_MILLIS = 300;
/** Three payments a second: few beside the webhooks, and some two hundred in a minute. */
const ORDER_PAUSE_MILLIS = 330;
const HURRY_PAUSE_MILLIS = 1_500;
/** Of those who are waited for, at each turn. */
const PAYER_ACTS_SHARE = 0.3;

/** Resolves when the last story and the last order have come to their ends. */
export async function load({ connection, provider, shop, stripe, payments }: Load, signal: AbortSignal): Promise<void> {
  signal.addEventListener('abort', () => {
    provider.insist();
    shop.insist();
  });
  let isBehind = false;
  const watch = async () => {
    while (!signal.aborted) {
      // Where it cannot be asked for a moment, what was true before counts.
      isBehind = await deepest(connection).then(
        (depth) => depth > WAITING_MESSAGES_MAX,
        () => isBehind,
      );
      await pause(DEPTH_PAUSE_MILLIS);
    }
  };
  const tell = async () => {
    while (!signal.aborted) await (isBehind ? pause(DEPTH_PAUSE_MILLIS) : provider.tell());
  };
  const sell = async () => {
    const orders: Promise<void>[] = [];
    while (!signal.aborted) {
      if (!isBehind) orders.push(shop.order());
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
  await Promise.all([...Array.from({ length: STORIES_IN_FLIGHT }, tell), sell(), hurry(), watch()]);

  async function pause(millis: number): Promise<void> {
    await wait(millis, undefined, { signal }).catch(() => undefined);
  }
}

/** How many messages wait in the fullest queue. */
async function deepest({ consumers, queueDepths }: Connection): Promise<number> {
  const depths = await queueDepths();
  return Math.max(...(await Promise.all(consumers.map(({ queueUrl }) => depths.depth(queueUrl)))));
}
