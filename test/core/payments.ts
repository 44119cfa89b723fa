/** Payments for tests: what a caller asked for, and what a provider says of it. */
import type { Payment } from '../../lambdas/core/payment.ts';
import type { ProviderPayment } from '../../lambdas/core/provider-api.ts';

export const MADE_AT = '2026-11-23T22:25:00.000Z';
export const MADE_MILLIS = Date.parse(MADE_AT);
export const HOUR_MILLIS = 3_600_000;
/** What Stripe promises for its keys at least. */
export const KEY_LIFE_SECONDS = 24 * 3600;

export const PAYMENT_ID = `pay_${'ab'.repeat(20)}`;

export function aPayment(change: Partial<Payment> = {}): Payment {
  return {
    intent: { id: PAYMENT_ID, amount: 1999, currency: 'eur', reference: 'order 17', paymentMethod: 'pm_card_visa' },
    provider: 'stripe',
    mode: 'test',
    fingerprint: 'f'.repeat(64),
    request: { method: 'POST', path: '/v1/payment_intents', body: 'amount=1999' },
    madeAt: MADE_AT,
    notAfter: '2026-11-24T22:25:00.000Z',
    state: 'PENDING',
    version: 1,
    dueAt: '2026-11-23T22:35:00.000Z',
    attempts: 0,
    firstAttemptAt: undefined,
    lastAttemptAt: undefined,
    objectId: undefined,
    failureCode: undefined,
    actionUrl: undefined,
    absentSince: undefined,
    lookAfter: undefined,
    lookOnly: false,
    history: [{ state: 'PENDING', at: MADE_AT, by: 'caller' }],
    ...change,
  };
}

export function aStatement(change: Partial<ProviderPayment> = {}): ProviderPayment {
  return {
    objectId: 'pi_1',
    paymentId: PAYMENT_ID,
    state: 'SUCCEEDED',
    amount: 1999,
    currency: 'eur',
    mode: 'test',
    createdSeconds: MADE_MILLIS / 1000,
    final: true,
    ...change,
  };
}
