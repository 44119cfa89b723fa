/** A consumer's declaration is checked where it is written, with a sentence that says what is allowed. */
import { describe, expect, it } from '@jest/globals';
import { type Consumer, defineConsumer } from '../../lambdas/core/contracts.ts';

const sound: Consumer = {
  name: 'tax-2026',
  epoch: 1,
  subscribes: { stripe: ['charge.refunded'] },
  tables: { Tax: { access: ['put'] } },
  apply: () => [],
};

const elsewhere = { prepare: () => ({}), perform: () => 1 };

describe('defineConsumer', () => {
  it('gives back a sound declaration', () => {
    expect(defineConsumer(sound)).toBe(sound);
  });

  it.each<[string, Partial<Consumer>, string]>([
    ['an empty name', { name: '' }, 'a name is'],
    ['a name with capitals', { name: 'Tax' }, 'a name is'],
    ['a name with an at sign', { name: 'tax@1' }, 'a name is'],
    ['a name with the separator of keys', { name: 'tax#1' }, 'a name is'],
    ['a name of 41 letters', { name: 'a'.repeat(41) }, 'a name is'],
    ['the name of the quarantine', { name: 'quarantine' }, 'is taken'],
    ['epoch 0', { epoch: 0 }, 'the epoch is'],
    ['a fraction of an epoch', { epoch: 1.5 }, 'the epoch is'],
    ['no subscription', { subscribes: {} }, 'subscribes to nothing'],
    ['a provider without types', { subscribes: { stripe: [] } }, 'subscribes to nothing'],
    ['a table in lower case', { tables: { tax: { access: ['put'] } } }, 'PascalCase'],
    ['a table with a hyphen', { tables: { 'Tax-2026': { access: ['put'] } } }, 'PascalCase'],
    ['what is sent without being prepared', { perform: () => 1 }, 'it has `perform` and no `prepare`. What is sent must be frozen'],
    ['what is prepared and never sent', { prepare: () => ({}) }, 'it has `prepare` and no `perform`'],
    ['a look-up of a consumer that sends nothing', { lookUp: () => 1 }, 'are for consumers with `perform`'],
    ['the life of a key of a consumer that sends nothing', { keyLifeSeconds: 86_400 }, 'are for consumers with `perform`'],
    ['a secret of a consumer that sends nothing', { secret: true }, 'are for consumers with `perform`'],
    ['a look-up that would never be asked', { ...elsewhere, lookUp: () => 1 }, 'it has `lookUp` and no `keyLifeSeconds`'],
    ['a key that lives shorter than a call may take', { ...elsewhere, keyLifeSeconds: 299 }, 'a whole number from 300; received 299'],
    ['a fraction of a key’s life', { ...elsewhere, keyLifeSeconds: 300.5 }, 'a whole number from 300'],
  ])('refuses %s', (_, given, says) => {
    expect(() => defineConsumer({ ...sound, ...given } as typeof sound)).toThrow(says);
  });

  it('gives back a sound declaration of an effect elsewhere', () => {
    const declared: Consumer = { ...sound, ...elsewhere, lookUp: () => undefined, keyLifeSeconds: 300 };
    expect(defineConsumer(declared)).toBe(declared);
  });

  it('says which consumer it is about', () => {
    expect(() => defineConsumer({ ...sound, epoch: -1 })).toThrow(/"tax-2026".*received -1/);
  });
});
