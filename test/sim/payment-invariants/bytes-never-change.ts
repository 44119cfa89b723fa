/** I12: what is sent for a payment is the same to the last byte each time, and it is what was frozen when the payment was asked for. */
import type { MakePaymentInvariant } from '../payments/payment-invariant.ts';

export const bytesNeverChange: MakePaymentInvariant = () => {
  const sent = new Map<string, string>();
  return {
    name: 'I12 bytes never change',
    see: (sighting, report) => {
      if (sighting.kind !== 'charge asked') return;
      const first = sent.get(sighting.key) ?? sighting.body;
      sent.set(sighting.key, first);
      if (first !== sighting.body) report('one key was sent with other bytes than before', sighting.key);
    },
    atRest: ({ items }, report) => {
      for (const item of items('Payments')) {
        const id = String(item['pk']?.S);
        const body = sent.get(`oncehook-${id}`);
        if (body !== undefined && JSON.parse(item['request']?.S ?? '{}').body !== body)
          report('what was sent is not what is kept as frozen', id);
      }
    },
  };
};
