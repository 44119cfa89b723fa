/** What the provider says, held against what we know: the first that decides counts, and a contradiction freezes the payment. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adopt, type Statement } from '../../lambdas/core/adopt-payment.ts';
import { isFinal, type Payment } from '../../lambdas/core/payment.ts';
import type { ProviderPayment } from '../../lambdas/core/provider-api.ts';
import { aPayment, aStatement, MADE_MILLIS } from './payments.ts';

const said = (change: Partial<ProviderPayment> = {}, more: Partial<Statement> = {}): Statement => ({
  said: aStatement(change),
  by: 'charge',
  current: true,
  ...more,
});
const byWebhook = (change: Partial<ProviderPayment> = {}) => said(change, { by: 'webhook', current: false });

/** The payment after it, or the word for nothing to write. */
function adopted(payment: Payment, statement: Statement): Payment | 'same' {
  const change = adopt(payment, statement, MADE_MILLIS + 5_000);
  return change.kind === 'same' ? 'same' : change.payment;
}

const sent = aPayment({ state: 'SENT', attempts: 1, version: 2 });
const succeeded = aPayment({ state: 'SUCCEEDED', objectId: 'pi_1', dueAt: undefined });
const failed = aPayment({ state: 'FAILED', objectId: 'pi_1', failureCode: 'card_declined', dueAt: undefined });

describe('A statement of the provider', () => {
  it('ends a payment that succeeded', () => {
    expect(adopted(sent, said())).toMatchObject({ state: 'SUCCEEDED', objectId: 'pi_1', dueAt: undefined, version: 3 });
  });

  it('ends a payment that was declined, with the reason', () => {
    const declined = said({ state: 'FAILED', final: false, failureCode: 'card_declined' });
    expect(adopted(sent, declined)).toMatchObject({ state: 'FAILED', failureCode: 'card_declined', dueAt: undefined });
  });

  it('keeps a payment open that waits for its payer, with the address and a time to ask again', () => {
    const waiting = said({ state: 'REQUIRES_ACTION', final: false, actionUrl: 'https://hooks.stripe.com/3d' });
    expect(adopted(sent, waiting)).toMatchObject({
      state: 'REQUIRES_ACTION',
      actionUrl: 'https://hooks.stripe.com/3d',
      dueAt: '2026-11-23T22:26:05.000Z',
    });
  });

  it('ends it just as well where a webhook came before our own answer', () => {
    expect(adopted(sent, byWebhook())).toMatchObject({ state: 'SUCCEEDED' });
    expect(adopted(aPayment(), byWebhook())).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('changes nothing where it says what is known', () => {
    expect(adopted(succeeded, said())).toBe('same');
    expect(adopted(succeeded, byWebhook())).toBe('same');
    expect(adopted(failed, said({ state: 'FAILED', final: false }))).toBe('same');
  });

  it('changes nothing where it tells of an earlier moment', () => {
    expect(adopted(succeeded, byWebhook({ state: 'PROCESSING', final: false }))).toBe('same');
    expect(adopted(succeeded, byWebhook({ state: 'FAILED', final: false }))).toBe('same');
    expect(adopted(aPayment({ state: 'PROCESSING', objectId: 'pi_1' }), byWebhook({ state: 'REQUIRES_ACTION', final: false }))).toBe(
      'same',
    );
  });
});

describe('A contradiction freezes a payment', () => {
  const frozen = (payment: Payment, statement: Statement) => {
    const result = adopted(payment, statement);
    return result === 'same' ? result : [result.state, result.failureCode, result.dueAt];
  };
  const disputed = (code: string) => ['DISPUTED_BY_RECORDS', code, undefined];

  it.each([
    ['another amount', { amount: 2000 }, 'AMOUNT_DIFFERS'],
    ['another currency', { currency: 'usd' }, 'CURRENCY_DIFFERS'],
    ['another mode', { mode: 'live' }, 'MODE_DIFFERS'],
    ['another payment of ours', { paymentId: `pay_${'cd'.repeat(20)}` }, 'OTHER_PAYMENT'],
  ] as const)('%s', (_, change, code) => {
    expect(frozen(sent, said(change))).toEqual(disputed(code));
  });

  it('a second object for one intent, which is a second charge', () => {
    expect(frozen(succeeded, said({ objectId: 'pi_2' }))).toEqual(disputed('SECOND_OBJECT'));
  });

  it('paid after we had told of its failure', () => {
    expect(frozen(failed, byWebhook())).toEqual(disputed('PAID_AFTER_FAILURE'));
  });

  it('failed now, after it had succeeded', () => {
    expect(frozen(succeeded, said({ state: 'FAILED', final: false }))).toEqual(disputed('FAILED_AFTER_SUCCESS'));
    expect(frozen(succeeded, byWebhook({ state: 'FAILED', final: true }))).toEqual(disputed('FAILED_AFTER_SUCCESS'));
  });

  it('found after it had been given up', () => {
    expect(frozen(aPayment({ state: 'EXPIRED' }), said())).toEqual(disputed('FOUND_AFTER_EXPIRY'));
    expect(frozen(aPayment({ state: 'FAILED' }), said({ state: 'PROCESSING' }))).toEqual(disputed('FOUND_AFTER_REFUSAL'));
  });

  it('for good: a person decides', () => {
    expect(adopted(aPayment({ state: 'DISPUTED_BY_RECORDS' }), said())).toBe('same');
  });
});

describe('Whatever is said in whatever order', () => {
  const statement = fc.record({
    state: fc.constantFrom('SUCCEEDED', 'FAILED', 'PROCESSING', 'REQUIRES_ACTION'),
    amount: fc.constantFrom(1999, 1999, 1999, 5),
    objectId: fc.constantFrom('pi_1', 'pi_1', 'pi_1', 'pi_2'),
    final: fc.boolean(),
    current: fc.boolean(),
  });

  it('a payment that has ended never ends in another way, but in a dispute', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 12 }), (all) => {
        let payment: Payment = sent;
        for (const { current, ...change } of all) {
          const result = adopted(payment, said(change as Partial<ProviderPayment>, { current }));
          if (result === 'same') continue;
          if (isFinal(payment.state)) expect(result.state).toBe('DISPUTED_BY_RECORDS');
          expect(result.version).toBe(payment.version + 1);
          payment = result;
        }
      }),
    );
  });

  it('money of another amount is never taken for ours', () => {
    fc.assert(
      fc.property(statement, ({ current, ...change }) => {
        const result = adopted(sent, said({ ...(change as Partial<ProviderPayment>), amount: 5 }, { current }));
        expect(result).toMatchObject({ state: 'DISPUTED_BY_RECORDS' });
      }),
    );
  });
});
