/** The demo's two acts: webhooks that come twice or more, and payments whose answers and webhooks get lost. */
import type { Connection } from '../ops/connection.ts';
import { type DemoOptions, type DemoOutcome, playDemo } from './demo.ts';
import { type PaymentsDemoOptions, playPayments } from './demo-payments.ts';
import type { StandIn } from './provider-stand-ins.ts';

export type ActsOptions = DemoOptions & Pick<PaymentsDemoOptions, 'orders'>;

/** Both are played to their end; equal only where both are. */
export async function playActs(connection: Connection, standIn: StandIn | undefined, options: ActsOptions): Promise<DemoOutcome> {
  const first = await playDemo(connection, options);
  const second = await playPayments(connection, standIn, options);
  return { equal: first.equal && second.equal };
}
