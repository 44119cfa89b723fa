/** Who gets an event, and what is an address. */
import { describe, expect, it } from '@jest/globals';
import { addressesFor, consumerOf, QUARANTINE, type Route } from '../../lambdas/core/routes.ts';

const routes: readonly Route[] = [
  { address: 'ledger@1', subscribes: { stripe: ['payment_intent.succeeded', 'charge.refunded'] } },
  { address: 'audit@3', subscribes: { stripe: ['*'], adyen: ['AUTHORISATION'] } },
  { address: 'receipts@1', subscribes: { oncehook: ['ledger.entry-posted'] } },
];

describe('addressesFor', () => {
  it.each([
    ['stripe', 'charge.refunded', ['ledger@1', 'audit@3']],
    ['stripe', 'anything.else', ['audit@3']],
    ['adyen', 'AUTHORISATION', ['audit@3']],
    ['adyen', 'CANCELLATION', []],
    ['oncehook', 'ledger.entry-posted', ['receipts@1']],
    ['standardwebhooks', 'charge.refunded', []],
  ])('sends %s %s to %j', (provider, type, addresses) => {
    expect(addressesFor(routes, provider, type)).toEqual(addresses);
  });

  it.each(['__proto__', 'constructor', 'toString'])('finds nobody for a provider called %s', (provider) => {
    expect(addressesFor(routes, provider, 'charge.refunded')).toEqual([]);
  });

  it('takes a star in an event’s type for nothing but its name', () => {
    expect(addressesFor(routes, 'stripe', '*')).toEqual(['audit@3']);
    expect(addressesFor(routes, 'adyen', '*')).toEqual([]);
  });
});

describe('consumerOf', () => {
  it.each([
    ['ledger@1', 'ledger'],
    ['ledger@999999', 'ledger'],
    ['tax-2026@12', 'tax-2026'],
  ])('reads the name out of %s', (address, name) => {
    expect(consumerOf(address)).toBe(name);
  });

  it.each([
    'ledger',
    'ledger@',
    'ledger@0',
    'ledger@01',
    'ledger@-1',
    'ledger@1.5',
    '@1',
    'Ledger@1',
    'ledger@1 ',
    'ledger@1\n',
    'a@1@2',
    QUARANTINE,
    '',
  ])('takes %j for no address', (text) => {
    expect(consumerOf(text)).toBeUndefined();
  });
});
