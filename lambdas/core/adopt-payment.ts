/** What the provider says of a payment, held against what we know of it: the first answer that decides counts, and a contradiction freezes it. */
import { isFinal, type Payment } from './payment.ts';
import { later, moved, type PaymentChange } from './payment-steps.ts';
import type { ProviderPayment } from './provider-api.ts';

export type Statement = {
  readonly said: ProviderPayment;
  /** `webhook` tells of a moment in the past; `charge` and `lookup` of now, unless the answer was a stored one. */
  readonly by: 'charge' | 'lookup' | 'webhook';
  /** Whether it is how things are now, or how they once were. */
  readonly current: boolean;
};

const SAME: PaymentChange = { kind: 'same' };

export function adopt(payment: Payment, statement: Statement, nowMillis: number): PaymentChange {
  const { said, by } = statement;
  if (payment.state === 'DISPUTED_BY_RECORDS') return SAME;
  const contradiction = contradictionOf(payment, statement);
  if (contradiction !== undefined) {
    return changed(
      moved(payment, nowMillis, {
        state: 'DISPUTED_BY_RECORDS',
        by,
        code: contradiction,
        objectId: payment.objectId ?? said.objectId,
        actionUrl: undefined,
        dueAt: undefined,
      }),
    );
  }
  if (isFinal(payment.state)) return SAME;
  if (said.state === 'SUCCEEDED') return changed(moved(payment, nowMillis, { ...known(said), by, actionUrl: undefined, dueAt: undefined }));
  if (said.state === 'FAILED')
    return changed(
      moved(payment, nowMillis, { ...known(said), by, code: said.failureCode ?? 'DECLINED', actionUrl: undefined, dueAt: undefined }),
    );
  // A moment in the past that decides nothing: what we know is newer, or will be asked for when it is due.
  if (!statement.current && payment.state !== 'PENDING' && payment.state !== 'SENT' && payment.state !== 'UNKNOWN') return SAME;
  return changed(
    moved(payment, nowMillis, { ...known(said), by, actionUrl: said.actionUrl, dueAt: later(nowMillis, pollSeconds(payment, nowMillis)) }),
  );
}

function known(said: ProviderPayment) {
  return { state: said.state, objectId: said.objectId, absentSince: undefined };
}

function changed(payment: Payment): PaymentChange {
  return { kind: 'changed', payment };
}

/** Why both cannot be true, as a code; undefined where they can. */
function contradictionOf(payment: Payment, { said, current }: Statement): string | undefined {
  if (said.paymentId !== undefined && said.paymentId !== payment.intent.id) return 'OTHER_PAYMENT';
  if (payment.objectId !== undefined && payment.objectId !== said.objectId) return 'SECOND_OBJECT';
  if (said.amount !== payment.intent.amount) return 'AMOUNT_DIFFERS';
  if (said.currency !== payment.intent.currency) return 'CURRENCY_DIFFERS';
  if (said.mode !== payment.mode) return 'MODE_DIFFERS';
  switch (payment.state) {
    case 'EXPIRED':
      return 'FOUND_AFTER_EXPIRY';
    case 'FAILED':
      if (said.state === 'SUCCEEDED') return 'PAID_AFTER_FAILURE';
      // We never sent it, or were told that nothing was executed: then there can be no object that may still be paid.
      return payment.objectId === undefined && said.state !== 'FAILED' ? 'FOUND_AFTER_REFUSAL' : undefined;
    case 'SUCCEEDED':
      return said.state === 'FAILED' && (current || said.final) ? 'FAILED_AFTER_SUCCESS' : undefined;
    default:
      return undefined;
  }
}

/** Seconds until a payment is asked for again that waits for the payer or a bank: often at first, then twice a day, as bank debits take days. */
function pollSeconds(payment: Payment, nowMillis: number): number {
  const ageSeconds = (nowMillis - Date.parse(payment.madeAt)) / 1000;
  if (ageSeconds < 600) return 60;
  return ageSeconds < 24 * 3600 ? 1800 : 12 * 3600;
}
