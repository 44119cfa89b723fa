/**
 * I10: the provider carries out at most one charge for each payment, whatever was lost, repeated or given up in between, and even where it has
 * forgotten the key. It does not check what we say of it: that is I19.
 */
import type { MakePaymentInvariant } from '../payments/payment-invariant.ts';

export const chargedOnce: MakePaymentInvariant = () => {
  const executed = new Map<string, number>();
  return {
    name: 'I10 charged once',
    see: (sighting, report) => {
      if (sighting.kind !== 'charge executed') return;
      const count = (executed.get(sighting.paymentId) ?? 0) + 1;
      executed.set(sighting.paymentId, count);
      if (count > 1) report(`the provider carried out ${count} charges for one payment`, sighting.paymentId);
    },
    atRest: ({ model, orders }, report) => {
      for (const { key, paymentId } of orders) {
        const id = paymentId() ?? key;
        const count = model.inspection.chargesFor(id).length;
        if (count > 1) report(`the provider has ${count} successful charges for one payment`, id);
      }
    },
  };
};
