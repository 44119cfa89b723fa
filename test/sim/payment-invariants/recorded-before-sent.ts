/**
 * I11: when a charge reaches the provider, that it may be under way is already durable, and it still is when the charge is carried out. It does not
 * check the marker, which comes after the answer.
 */
import type { Report } from '../invariant.ts';
import type { MakePaymentInvariant } from '../payments/payment-invariant.ts';

export const recordedBeforeSent: MakePaymentInvariant = ({ payment }) => {
  const check = async (id: string, what: string, report: Report): Promise<void> => {
    const item = await payment(id);
    if (item === undefined) report(`a charge ${what}, and there is no payment`, id);
    else if (Number(item['attempts']?.N) < 1 && item['state']?.S === 'PENDING')
      report(`a charge ${what}, and its payment says that nothing was sent`, id);
  };
  return {
    name: 'I11 recorded before sent',
    see: (sighting, report) => {
      if (sighting.kind === 'charge asked') return check(sighting.key.replace(/^oncehook-/, ''), 'reached the provider', report);
      return sighting.kind === 'charge executed' ? check(sighting.paymentId, 'was carried out', report) : undefined;
    },
  };
};
