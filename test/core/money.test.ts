/** Only whole minor units in a named currency reach a book. */
import { describe, expect, it } from '@jest/globals';
import { isRejected } from '../../lambdas/core/errors.ts';
import { money } from '../../lambdas/core/money.ts';

function rejectionOf(amount: unknown, currency: unknown): unknown {
  try {
    return money(amount, currency);
  } catch (error) {
    return isRejected(error) ? error.code : error;
  }
}

describe('money', () => {
  it.each([0, 1, 5000, Number.MAX_SAFE_INTEGER])('takes %d minor units', (amount) => {
    expect(money(amount, 'USD')).toEqual({ amount, currency: 'usd' });
  });

  it.each([
    ['the first whole number that has lost a digit', JSON.parse('9007199254740993')],
    ['a number beyond every bound', JSON.parse('1e400')],
    ['a negative number', -1],
    ['minus zero', JSON.parse('-0')],
    ['a fraction', 0.1],
    ['NaN', Number.NaN],
    ['a text', '100'],
    ['a bigint', 100n],
    ['null', null],
    ['nothing', undefined],
    ['a list', [100]],
  ])('rejects %s for good', (_, amount) => {
    expect(rejectionOf(amount, 'usd')).toBe('BAD_AMOUNT');
  });

  it.each([['eu'], ['euro'], ['u$d'], ['usd '], [''], [978], [null], [undefined]])('rejects the currency %j for good', (currency) => {
    expect(rejectionOf(100, currency)).toBe('BAD_CURRENCY');
  });

  it('does not repeat what it received, which may be anything', () => {
    expect(() => money('4111 1111 1111 1111', 'usd')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('4111') }));
  });
});
