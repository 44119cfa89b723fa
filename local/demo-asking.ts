/** Asks for the demo's payments as a service would: with the same key until there is an answer, and some of them twice at once. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import type { Order } from './demo-orders.ts';

export type Asked = {
  readonly order: Order;
  /** What each of its requests was answered with: the payment's id, or what came instead. */
  readonly answers: readonly string[];
};

const TRIES_MAX = 10;
const PAUSE_MILLIS = 200;

export async function askAll(url: string, orders: readonly Order[], signal?: AbortSignal): Promise<readonly Asked[]> {
  return await Promise.all(
    orders.map(async (order) => ({
      order,
      answers: await Promise.all(Array.from({ length: order.copies }, () => ask(url, order, signal))),
    })),
  );
}

async function ask(url: string, { idempotencyKey, wish }: Order, signal: AbortSignal | undefined): Promise<string> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
  let got = '';
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    if (tries > 1) await systemClock.sleep(PAUSE_MILLIS * tries, signal);
    signal?.throwIfAborted();
    const { status, text } = await post(url, { headers, body: JSON.stringify(wish) });
    if (status === 202) return String((JSON.parse(text) as { readonly id: unknown }).id);
    got = status === undefined ? text : `HTTP ${status}`;
    // What is wrong with a request stays wrong; 409 and 5xx are for now (docs/payments-api.json).
    if (status !== undefined && status !== 409 && status < 500) break;
  }
  return got;
}

type Posted = { readonly status: number | undefined; readonly text: string };

async function post(url: string, request: { readonly headers: Record<string, string>; readonly body: string }): Promise<Posted> {
  try {
    const { status, text } = await fetch(url, { method: 'POST', ...request }).then(async (answer) => ({
      status: answer.status,
      text: await answer.text(),
    }));
    return { status, text };
  } catch {
    return { status: undefined, text: 'no answer' };
  }
}
