import { describe, expect, it } from '@jest/globals';
import { readSources } from '../../lib/sources.ts';

const PROVIDERS = ['standardwebhooks', 'stripe'];

describe('the sources in cdk.json', () => {
  it('are read with their provider and tolerance', () => {
    const sources = readSources(
      { stripe: { provider: 'stripe' }, 'shop-eu': { provider: 'standardwebhooks', toleranceSeconds: 600 } },
      PROVIDERS,
    );

    expect(sources).toEqual([
      { name: 'stripe', provider: 'stripe', toleranceSeconds: undefined },
      { name: 'shop-eu', provider: 'standardwebhooks', toleranceSeconds: 600 },
    ]);
  });

  it.each([
    ['that are missing', undefined, 'it is missing'],
    ['of which there is none', {}, 'it is empty'],
    ['that are a list', [{ provider: 'stripe' }], 'sources: received a list; allowed is an object of sources by name'],
    ['that came as text from the command line', '{"stripe":{"provider":"stripe"}}', 'sources: received "{\\"stripe'],
    [
      'with a name in capitals',
      { Stripe: { provider: 'stripe' } },
      "sources.Stripe: the name is not allowed; a source's name is 1 to 40 lower-case letters",
    ],
    ['with a name of 41 characters', { ['a'.repeat(41)]: { provider: 'stripe' } }, 'the name is not allowed'],
    ['with a slash in the name', { 'a/b': { provider: 'stripe' } }, 'the name is not allowed'],
    ['that are no objects', { stripe: 'stripe' }, 'sources.stripe: received "stripe"; allowed is an object like { "provider"'],
    ['without a provider', { stripe: {} }, 'sources.stripe.provider: received undefined; allowed are standardwebhooks, stripe'],
    [
      'with an option that does not exist',
      { stripe: { provider: 'stripe', tolerance: 5 } },
      'sources.stripe: unknown option "tolerance"; allowed are "provider" and "toleranceSeconds"',
    ],
    [
      'with a tolerance of zero',
      { stripe: { provider: 'stripe', toleranceSeconds: 0 } },
      'sources.stripe.toleranceSeconds: received 0; allowed is a whole number of seconds from 1 to 604800',
    ],
    [
      'with a tolerance above a week',
      { stripe: { provider: 'stripe', toleranceSeconds: 604_801 } },
      'received 604801; allowed is a whole number',
    ],
    [
      'with a tolerance in parts of a second',
      { stripe: { provider: 'stripe', toleranceSeconds: 1.5 } },
      'received 1.5; allowed is a whole number',
    ],
    ['with a tolerance as text', { stripe: { provider: 'stripe', toleranceSeconds: '300' } }, 'received "300"; allowed is a whole number'],
  ])('%s are refused with the place, what was received and what is allowed', (_what, value, message) => {
    expect(() => readSources(value, PROVIDERS)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining(message) }),
    );
  });

  it('with an unknown provider are refused with the list of those there are', () => {
    const read = () => readSources({ stripe: { provider: 'strpe' } }, PROVIDERS);

    expect(read).toThrow(
      'sources.stripe.provider: received "strpe"; allowed are standardwebhooks, stripe: the files in lambdas/providers.',
    );
  });

  it('are refused with all their faults at once', () => {
    const read = () => readSources({ Stripe: { provider: 'stripe' }, adyen: { provider: 'adyen' } }, PROVIDERS);

    expect(read).toThrow(/sources\.Stripe: .*sources\.adyen\.provider: /s);
  });

  it.each(['key', 'quarantine', 'oncehook'])('of the name %s are refused: it begins other keys of the same tables', (name) => {
    expect(() => readSources({ [name]: { provider: 'stripe' } }, ['stripe'])).toThrow(/is taken by the product itself/);
  });

  it('that would share their logical ids are refused with both names', () => {
    const read = () => readSources({ 'eu-1': { provider: 'stripe' }, eu1: { provider: 'stripe' } }, PROVIDERS);

    expect(read).toThrow(expect.objectContaining({ code: 'SAME_NAME', message: expect.stringMatching(/"eu-1" and "eu1" are both Eu1/) }));
  });

  it('that hold a secret by mistake are refused without repeating it', () => {
    const read = () =>
      readSources({ stripe: { provider: 'whsec_c2VjcmV0', secret: 'whsec_c2VjcmV0' }, whsec: 'whsec_c2VjcmV0' }, PROVIDERS);

    expect(read).toThrow(expect.objectContaining({ message: expect.not.stringContaining('c2VjcmV0') }));
    expect(read).toThrow('A secret has no place here: it is set after the deployment, in Secrets Manager.');
  });
});
