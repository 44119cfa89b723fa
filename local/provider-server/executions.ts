/** What was really done, for checkers: each operation that took effect, under which key and for which payment of ours. */
import type { Stripe } from 'stripe';

/** The metadata by which a payment intent names the payment of ours that it is for: `metadata[oncehook_payment]=pay_…`. */
export const REFERENCE = 'oncehook_payment';

/** The request of which something is a consequence; what time brings has none. */
export type Cause = { readonly requestId: string; readonly idempotencyKey: string | undefined };

export type Execution = {
  readonly atMillis: number;
  readonly operation: 'create' | 'create and confirm' | 'confirm' | 'update' | 'cancel' | 'refund';
  readonly requestId: string | undefined;
  readonly key: string | undefined;
  readonly reference: string | undefined;
  /** The payment intent. */
  readonly intent: string | undefined;
  /** Of the payment or the refund, in the smallest unit of its currency. */
  readonly amount: number;
};

type Recorder = { readonly time: { nowMillis(): number }; readonly executions: Execution[]; readonly cause: Cause | undefined };

/** Called where the effect has been decided, before it can be lost in an error: a decline is one as well. */
export function executed(
  { time, executions, cause }: Recorder,
  operation: Execution['operation'],
  about: { readonly intent: Stripe.PaymentIntent | undefined; readonly amount: number },
): void {
  executions.push({
    atMillis: time.nowMillis(),
    operation,
    requestId: cause?.requestId,
    key: cause?.idempotencyKey,
    reference: about.intent?.metadata[REFERENCE],
    intent: about.intent?.id,
    amount: about.amount,
  });
}
