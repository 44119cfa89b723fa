/**
 * I5 and I16 for payments: whatever webhooks were dropped, after a reconciliation each charge of the provider has one entry in the ledger, of its
 * amount, and nothing else has. It does not check balances, which the world of webhooks does.
 */
import type { MakePaymentInvariant } from '../payments/payment-invariant.ts';

export const bookedOnce: MakePaymentInvariant = () => ({
  name: 'I16 booked once',
  atRest: ({ items, model }, report) => {
    const entries = new Map<string, number>();
    for (const { sk, object, lines } of items('Ledger')) {
      if (sk?.S !== 'entry') continue;
      const [line] = lines?.L ?? [];
      const { amount } = (line?.['M'] ?? {}) as { readonly amount?: { readonly N?: string } };
      if (entries.has(String(object?.S))) report('one payment has two entries in the ledger', String(object?.S));
      entries.set(String(object?.S), Number(amount?.N));
    }
    const charges = model.inspection.all('charge').filter(({ status }) => status === 'succeeded');
    for (const { payment_intent: intent, amount, metadata } of charges) {
      const booked = entries.get(String(intent));
      if (booked !== amount)
        report(`the provider charged ${amount}, the ledger has ${booked ?? 'nothing'}`, metadata['oncehook_payment'] ?? '');
      entries.delete(String(intent));
    }
    for (const object of entries.keys()) report('the ledger has an entry of what the provider never charged', object);
  },
});
