/** Asks for the demo's payments as a service would: with the same key until there is an answer, and some of them twice at once. */
import type { Connection } from '../ops/connection.ts';
import { OperatorError } from '../ops/operator-error.ts';
import { createPaymentsClient } from '../ops/payments-client.ts';
import type { Order } from './demo-orders.ts';

export type Asked = {
  readonly order: Order;
  /** What each of its requests was answered with: the payment's id, or why there is none. */
  readonly answers: readonly string[];
};

export type Asking = { readonly connection: Connection; readonly url: string; readonly signal: AbortSignal | undefined };

export async function askAll(orders: readonly Order[], { connection, url, signal }: Asking): Promise<readonly Asked[]> {
  const client = createPaymentsClient(connection, url, signal);
  const ask = ({ wish, idempotencyKey }: Order) => client.ask(wish, idempotencyKey).catch(said);
  return await Promise.all(
    orders.map(async (order) => ({ order, answers: await Promise.all(Array.from({ length: order.copies }, () => ask(order))) })),
  );
}

function said(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  throw error;
}
