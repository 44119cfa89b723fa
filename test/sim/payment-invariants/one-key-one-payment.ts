/**
 * Each key names one payment: every 202 for it has the same bytes, a request for something else gets 422 once the first one has been answered, and
 * nothing but 202, 409, 422 and 503 is ever answered. It does not check how long it takes.
 */
import type { MakePaymentInvariant } from '../payments/payment-invariant.ts';

export const oneKeyOnePayment: MakePaymentInvariant = () => {
  const first = new Map<string, { readonly asked: string; readonly body: string }>();
  return {
    name: 'one key, one payment',
    see: (sighting, report) => {
      if (sighting.kind !== 'payment answered') return;
      const { key, asked, status, body } = sighting;
      if (![0, 202, 409, 422, 503].includes(status)) report(`a request for a payment was answered ${status}`, key);
      const known = first.get(key);
      if (status === 202 && known === undefined) first.set(key, { asked, body });
      if (known === undefined) {
        if (status === 422) report('a key was refused that nobody had used before', key);
        return;
      }
      if (status === 202 && known.asked !== asked) report('another request under one key was taken', key);
      if (status === 202 && known.body !== body) report(`one key was answered ${body} after ${known.body}`, key);
      if (status === 422 && known.asked === asked) report('the same request under one key was refused', key);
    },
    atRest: ({ items, orders }, report) => {
      const payments = items('Payments').length;
      if (payments !== orders.length) report(`${orders.length} orders led to ${payments} payments`);
    },
  };
};
