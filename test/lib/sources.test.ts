import { describe, expect, it } from '@jest/globals';
import type { LoadedProvider } from '../../lib/providers.ts';
import { readSources } from '../../lib/sources.ts';

const provider = (name: string, given: Partial<LoadedProvider> = {}): LoadedProvider => ({
  name,
  file: `${name}.ts`,
  signsUrl: false,
  fetchesKeys: false,
  fetchesObjects: false,
  needsFetch: undefined,
  ...given,
});

const STRIPE = provider('stripe');
const STANDARD = provider('standardwebhooks');
const PROVIDERS = [STANDARD, STRIPE];
const MORE = [
  ...PROVIDERS,
  provider('square', { signsUrl: true }),
  provider('xendit', { needsFetch: 'It signs nothing, so the object must be fetched first.' }),
];

const nothingElse = { toleranceSeconds: undefined, mode: undefined, account: undefined, url: undefined };

describe('the sources in cdk.json', () => {
  it('are read with their provider and tolerance', () => {
    const sources = readSources(
      { stripe: { provider: 'stripe' }, 'shop-eu': { provider: 'standardwebhooks', toleranceSeconds: 600 } },
      PROVIDERS,
    );

    expect(sources).toEqual([
      { name: 'stripe', provider: STRIPE, ...nothingElse },
      { name: 'shop-eu', provider: STANDARD, ...nothingElse, toleranceSeconds: 600 },
    ]);
  });

  it('may say which mode and which account they expect, and the URL where it is signed', () => {
    const square = { provider: 'square', mode: 'test', account: 'MLM17', url: 'https://pay.shop.example/webhooks/square?env=1' } as const;
    const [read] = readSources({ square }, MORE);

    expect(read).toMatchObject({ name: 'square', mode: 'test', account: 'MLM17', url: square.url });
  });

  it('of a provider that proves too little are refused with the reason', () => {
    const read = () => readSources({ indonesia: { provider: 'xendit' } }, MORE);

    expect(read).toThrow(
      expect.objectContaining({
        code: 'NEEDS_FETCH',
        message: expect.stringContaining(
          'sources.indonesia.provider: xendit cannot be a source yet. It signs nothing, so the object must be fetched first.',
        ),
      }),
    );
  });

  it('with a URL that their provider does not sign are refused, as it would change nothing', () => {
    const read = () => readSources({ stripe: { provider: 'stripe', url: 'https://pay.shop.example/x' } }, MORE);

    expect(read).toThrow(expect.objectContaining({ code: 'NEEDLESS_URL', message: expect.stringContaining('leave "url" out') }));
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
      'sources.stripe: unknown option "tolerance"; allowed are "provider", "toleranceSeconds", "mode", "account" and "url"',
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
    ['with another mode', { stripe: { provider: 'stripe', mode: 'sandbox' } }, 'received "sandbox"; allowed are "live" and "test"'],
    ['with an empty account', { stripe: { provider: 'stripe', account: '' } }, 'received ""; allowed are 1 to 255 letters'],
    ['with a # in the account', { stripe: { provider: 'stripe', account: 'a#b' } }, 'received "a#b"; allowed are 1 to 255 letters'],
    ['with a URL without https', { stripe: { provider: 'stripe', url: 'http://a.example/x' } }, 'allowed is the https URL exactly as'],
    ['with a URL that is none', { stripe: { provider: 'stripe', url: '/webhooks/stripe' } }, 'allowed is the https URL exactly as'],
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
    expect(() => readSources({ [name]: { provider: 'stripe' } }, PROVIDERS)).toThrow(/is taken by the product itself/);
  });

  it('that would share their logical ids are refused with both names', () => {
    const read = () => readSources({ 'eu-1': { provider: 'stripe' }, eu1: { provider: 'stripe' } }, PROVIDERS);

    expect(read).toThrow(expect.objectContaining({ code: 'SAME_NAME', message: expect.stringMatching(/"eu-1" and "eu1" are both Eu1/) }));
  });

  it('that hold a secret by mistake are refused without repeating it', () => {
    const read = () =>
      readSources({ stripe: { provider: 'whsec_c2VjcmV0', secret: 'whsec_c2VjcmV0' }, whsec: 'whsec_c2VjcmV0' }, PROVIDERS);

    expect(read).toThrow(expect.objectContaining({ message: expect.not.stringContaining('c2VjcmV0') }));
    expect(read).toThrow('A secret has no place here: it is set after the deployment, with `npx oncehook secret set`.');
  });
});
