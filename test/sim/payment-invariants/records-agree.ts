/**
 * I19: once nothing goes wrong any more each payment has ended, as the provider has it: paid where there is a charge, and nowhere else; the sums
 * are equal. Nothing here contradicts itself, so nothing may be disputed. And each end was told exactly once. Only where tables were restored may a payment that the
 * provider refused without keeping anything of it be told as failed, and as expired once its key is too old to ask again.
 */
import type { Report } from '../invariant.ts';
import type { MakePaymentInvariant, PaymentsAtRest } from '../payments/payment-invariant.ts';
import { ENDS } from '../payments/teller.ts';
import type { WireItem } from '../sighting.ts';

const TOLD: { readonly [state: string]: (typeof ENDS)[number] } = { SUCCEEDED: ENDS[0], FAILED: ENDS[1], EXPIRED: ENDS[2] };

export const recordsAgree: MakePaymentInvariant = () => {
  let isRestored = false;
  return {
    name: 'I19 records agree',
    see: ({ kind }) => {
      isRestored ||= kind === 'tables restored';
    },
    atRest: (rest, report) => {
      const payments = rest.items('Payments');
      for (const payment of payments) checkOne(payment, { ...rest, isRestored }, report);
      const ours = payments.filter(({ state }) => state?.S === 'SUCCEEDED').reduce((sum, { amount }) => sum + Number(amount?.N), 0);
      const theirs = rest.model.inspection.totals().charged['usd'] ?? 0;
      if (ours !== theirs) report(`our payments come to ${ours}, the provider's to ${theirs}`);
      for (const { key, paymentId } of rest.orders)
        if (paymentId() === undefined) report('an order was never answered with a payment', key);
    },
  };
};

function checkOne(
  payment: WireItem,
  { model, items, isRestored }: PaymentsAtRest & { readonly isRestored: boolean },
  report: Report,
): void {
  const id = String(payment['pk']?.S);
  const state = String(payment['state']?.S);
  const charges = model.inspection.chargesFor(id).length;
  const end = TOLD[state];
  if (end === undefined) report(`the payment is ${state} ${payment['failureCode']?.S ?? ''} in the end`, id);
  if ((state === 'SUCCEEDED') !== charges > 0) report(`the payment is ${state}, and the provider has ${charges} charges`, id);
  if (payment['dueAt'] !== undefined) report(`the payment is ${state} and still due`, id);
  const told = items('Told').filter(({ pk }) => pk?.S === `teller@1#${id}`);
  const text = told.map(({ sk, count }) => `${sk?.S} ${count?.N}`).join(', ');
  const isToldAnew = isRestored && text === `${ENDS[2]} 1, ${ENDS[1]} 1` && state === 'EXPIRED';
  if (text !== `${end} 1` && !isToldAnew) report(`the end of the payment is ${state}; what was told of it: ${text || 'nothing'}`, id);
}
