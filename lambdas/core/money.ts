/** Money as integer minor units with its ISO 4217 currency; anything else is rejected before it reaches a book. */
import { RejectedError } from './errors.ts';

export type Money = { readonly amount: number; readonly currency: string };

/** `amount` in minor units (cents), zero or more; `currency` in lower case. Throws `RejectedError` `BAD_AMOUNT` or `BAD_CURRENCY`. */
export function money(amount: unknown, currency: unknown): Money {
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 0 || Object.is(amount, -0)) {
    throw new RejectedError(
      'BAD_AMOUNT',
      `The amount is a ${describe(amount)}; allowed is a whole number of minor units from 0 to ${Number.MAX_SAFE_INTEGER}. ` +
        'The provider sent something else than its documented integer: compare the event with its API version.',
    );
  }
  if (typeof currency !== 'string' || !/^[A-Za-z]{3}$/.test(currency)) {
    throw new RejectedError(
      'BAD_CURRENCY',
      `The currency is a ${describe(currency)}; allowed are the three letters of ISO 4217, for example usd.`,
    );
  }
  return { amount, currency: currency.toLowerCase() };
}

function describe(value: unknown): string {
  if (typeof value !== 'number') return value === null ? 'null' : typeof value;
  if (!Number.isFinite(value)) return 'number beyond every bound';
  return Number.isInteger(value) ? 'whole number that is negative or has lost digits' : 'fraction';
}
