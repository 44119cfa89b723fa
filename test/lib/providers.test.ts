import { basename } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { providersFolder } from '../../lib/project.ts';
import { type LoadedProvider, loadProviders } from '../../lib/providers.ts';
import { ingestAliases } from '../../lib/webhook-source.ts';
import { synthesizedStack } from './synthesized-stack.ts';

let providers: readonly LoadedProvider[];

beforeAll(async () => {
  providers = await loadProviders(providersFolder);
});

const named = (wanted: string) => providers.find(({ name }) => name === wanted) as LoadedProvider;
const networkOf = (name: string) => basename(ingestAliases(named(name), 'routes.ts')['#network'] ?? '');

describe('a provider whose requests prove too little', () => {
  it.each(['mollie-classic', 'mercadopago'])('is a source where its objects are fetched: %s', (name) => {
    expect(named(name)).toMatchObject({ fetchesObjects: true, needsFetch: undefined });
  });

  it.each(['flutterwave-v3', 'midtrans', 'toss', 'xendit'])('is none until they are: %s', (name) => {
    expect(named(name)).toMatchObject({ fetchesObjects: false, needsFetch: expect.stringMatching(/fetched/) });
  });
});

it('only a function that fetches something has a way to the Internet in its bundle', () => {
  const names = ['stripe', 'mollie', 'paypal', 'mollie-classic', 'mercadopago'];
  expect(names.map(networkOf)).toEqual(['no-network.ts', 'no-network.ts', 'network.ts', 'network.ts', 'network.ts']);
});

it('a source whose objects are fetched has alarms for what could not be fetched and for what is not there', async () => {
  const stack = await synthesizedStack({ context: { sources: { shop: { provider: 'mollie-classic' }, stripe: { provider: 'stripe' } } } });
  const alarms = stack.ofType('AWS::CloudWatch::Alarm').map(({ properties }) => stack.readable(properties) as Record<string, unknown>);
  const fetching = alarms.filter(({ MetricName }) => /^Objects?[UA]/.test(String(MetricName)));
  expect(fetching.map(({ MetricName, Dimensions, Threshold }) => ({ MetricName, Dimensions, Threshold }))).toEqual(
    ['ObjectUnavailable', 'ObjectsAbsent'].map((MetricName) => ({
      MetricName,
      Dimensions: [{ Name: 'service', Value: 'oncehook-ingest-shop' }],
      Threshold: 1,
    })),
  );
});
