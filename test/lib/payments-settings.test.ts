import { describe, expect, it } from '@jest/globals';
import { readPayments } from '../../lib/payments-settings.ts';
import type { LoadedProviderApi } from '../../lib/provider-apis.ts';
import type { Source } from '../../lib/sources.ts';

const api = (name: string, chargeEvents: readonly string[] | undefined = ['paid']): LoadedProviderApi => ({
  name,
  file: `${name}.ts`,
  chargeEvents,
});
const source = (name: string, provider: string, mode?: 'live' | 'test'): Source => ({
  name,
  provider: { name: provider, file: `${provider}.ts`, signsUrl: false, fetchesKeys: false, fetchesObjects: false, needsFetch: undefined },
  toleranceSeconds: undefined,
  mode,
  account: undefined,
  url: undefined,
});

const LISTS_ONLY = { ...api('adyen'), chargeEvents: undefined };
const APIS = [LISTS_ONLY, api('mollie'), api('stripe')];
const STRIPE = source('stripe', 'stripe');
const SOURCES = [STRIPE, source('shop', 'standardwebhooks')];

const read = (value: unknown, sources: readonly Source[] = SOURCES) => readPayments(value, { apis: APIS, sources });

describe('the payments in cdk.json', () => {
  it('are none where they are absent or empty', () => {
    expect(read(undefined)).toEqual([]);
    expect(read({})).toEqual([]);
  });

  it('are read with their provider API, their source and their mode', () => {
    expect(read({ stripe: { source: 'stripe', mode: 'live' } })).toEqual([
      { name: 'stripe', file: 'stripe.ts', events: ['paid'], source: STRIPE, mode: 'live' },
    ]);
  });

  it('need no source where there is just one of their provider', () => {
    expect(read({ stripe: { mode: 'test' } })).toMatchObject([{ source: { name: 'stripe' } }]);
  });

  it('may be charged through a source that takes events of their mode only', () => {
    expect(read({ stripe: { mode: 'test' } }, [source('stripe', 'stripe', 'test')])).toMatchObject([{ mode: 'test' }]);
  });

  it.each<[string, unknown, string]>([
    ['that are a list', ['stripe'], 'payments: received a list; allowed is an object of providers by name'],
    ['that are a word', 'stripe', 'payments: received "stripe"; allowed is an object of providers by name'],
    [
      'through a provider without an API',
      { strpe: { mode: 'test' } },
      'payments: nothing can be charged through "strpe"; allowed are mollie, stripe: the files in lambdas/provider-apis with a `charge`.',
    ],
    [
      'through a provider API that only lists',
      { adyen: { mode: 'test' } },
      'nothing can be charged through "adyen"; allowed are mollie, stripe',
    ],
    ['that are no objects', { stripe: 'test' }, 'payments.stripe: received "test"; allowed is an object like { "mode": "test" }.'],
    ['without a mode', { stripe: {} }, 'payments.stripe.mode: received undefined; allowed are "live", which moves money, and "test".'],
    ['in another mode', { stripe: { mode: 'sandbox' } }, 'payments.stripe.mode: received "sandbox"; allowed are "live"'],
    [
      'with a source that is not configured',
      { stripe: { source: 'stripe-eu', mode: 'test' } },
      'payments.stripe.source: received "stripe-eu"; allowed is the source of the provider stripe: stripe.',
    ],
    [
      'with a source of another provider',
      { stripe: { source: 'shop', mode: 'test' } },
      'payments.stripe.source: received "shop"; allowed is the source of the provider stripe: stripe.',
    ],
    [
      'whose provider has no source',
      { mollie: { mode: 'test' } },
      'payments.mollie.source: received undefined; "sources" has none of the provider mollie, whose events tell how payments end',
    ],
    ['with an option that does not exist', { stripe: { mode: 'test', currency: 'eur' } }, 'payments.stripe: unknown option "currency"'],
  ])('%s are refused with the place, what was received and what is allowed', (_what, value, message) => {
    expect(() => read(value)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code: 'BAD_PAYMENTS', message: expect.stringContaining(message) }),
    );
  });

  it('of a provider with several sources must say which one', () => {
    const several = [source('eu', 'stripe'), source('us', 'stripe')];

    expect(() => read({ stripe: { mode: 'test' } }, several)).toThrow(
      'payments.stripe.source: received undefined; allowed is one of the sources of the provider stripe: eu, us.',
    );
    expect(read({ stripe: { source: 'us', mode: 'test' } }, several)).toMatchObject([{ source: { name: 'us' } }]);
  });

  it('are refused where their source keeps every event of their mode in quarantine', () => {
    expect(() => read({ stripe: { mode: 'test' } }, [source('stripe', 'stripe', 'live')])).toThrow(
      'payments.stripe.mode: received "test", and the source stripe takes only events of the mode "live": nothing would tell how a payment ended.',
    );
  });

  it('are refused with all their faults at once', () => {
    expect(() => read({ stripe: { source: 'shop', mode: 'sandbox' }, mollie: {}, strpe: {} })).toThrow(
      /payments\.mollie\.source: .*payments\.mollie\.mode: .*payments\.stripe\.source: .*payments\.stripe\.mode: .*through "strpe"/s,
    );
  });

  it('that hold an API key by mistake are refused without repeating it', () => {
    const key = 'sk_live_c2VjcmV0';
    const refused = () => read({ stripe: { source: key, mode: key, apiKey: key }, [key]: {} });

    expect(refused).toThrow(expect.objectContaining({ message: expect.not.stringContaining('c2VjcmV0') }));
    expect(refused).toThrow(
      'An API key has no place here: it is set after the deployment, with `npx oncehook secret set payments/stripe`.',
    );
  });
});
