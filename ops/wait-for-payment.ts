/** Waits for the end of a payment, as long as a person would. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { isFinal, type PaymentState } from '../lambdas/core/payment.ts';
import type { PaymentsClient, ShownPayment } from './payments-client.ts';

/** Charges usually end within seconds; what takes longer goes on without anybody who waits. */
export const PAYMENT_PATIENCE_SECONDS = 15;
const POLL_MILLIS = 250;

/** What the payment was when it ended, needed the payer, or the patience was over. */
export async function waitForPayment(client: PaymentsClient, id: string): Promise<ShownPayment> {
  const deadlineMillis = systemClock.nowMillis() + PAYMENT_PATIENCE_SECONDS * 1000;
  for (;;) {
    const payment = await client.show(id);
    if (isAtRest(payment) || systemClock.nowMillis() + POLL_MILLIS >= deadlineMillis) return payment;
    await systemClock.sleep(POLL_MILLIS);
  }
}

/** One that waits for the payer does not end by waiting here. */
function isAtRest({ state }: ShownPayment): boolean {
  return isFinal(state as PaymentState) || state === 'REQUIRES_ACTION';
}
