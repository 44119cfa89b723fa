/** The providers that a local stack charges through: which API key each has on this machine, and where it is called. */
import { randomBytes } from 'node:crypto';
import type { ProviderApi } from '../lambdas/core/provider-api.ts';
import type { Environment } from './environment.ts';
import type { ProviderUrls } from './function-environment.ts';
import { LocalError } from './local-error.ts';
import { type LocalSecret, localSecret } from './local-secrets.ts';

export type Outputs = { readonly [name: string]: string };

/** Where stand-ins of providers listen: `{ stripe: 'http://127.0.0.1:4242' }`. */
export type StandIns = { readonly [provider: string]: string };

type PaymentsOutput = { readonly provider: string; readonly secretId: string };

/** A port that nobody listens on, so that a call ends at once. */
const NOWHERE = 'http://127.0.0.1:9';

/** One for each provider in the stack's outputs. Throws `EMPTY_API_KEY`, `BAD_API_KEY` or `LIVE_API_KEY`. */
export async function localApiKeys(outputs: Outputs, environment: Environment): Promise<readonly LocalSecret[]> {
  return await Promise.all(
    paymentsOf(outputs).map(async ({ provider, secretId }) => {
      const { default: api } = (await import(`../lambdas/provider-apis/${provider}.ts`)) as { readonly default: ProviderApi };
      return localSecret(secretId, givenKey(api, environment) ?? api.makeKey(randomBytes(32)));
    }),
  );
}

/**
 * Where each provider is called. With a key that was made here and no stand-in it is called nowhere: the provider would only refuse the key. With
 * a person's own key it is called at its own address, which has no entry.
 */
export function localProviderUrls(outputs: Outputs, standIns: StandIns, environment: Environment): ProviderUrls {
  const urls = paymentsOf(outputs).flatMap(({ provider, secretId }) => {
    const url = standIns[provider] ?? (environment[apiKeyVariable(provider)] === undefined ? NOWHERE : undefined);
    return url === undefined ? [] : [[secretId, url] as const];
  });
  return Object.fromEntries(urls);
}

/** `stripe` → `ONCEHOOK_API_KEY_STRIPE`. */
export function apiKeyVariable(provider: string): string {
  return `ONCEHOOK_API_KEY_${provider.toUpperCase().replaceAll('-', '_')}`;
}

function givenKey(api: ProviderApi, environment: Environment): string | undefined {
  const name = apiKeyVariable(api.name);
  const key = environment[name];
  if (key === undefined) return undefined;
  if (key === '')
    throw new LocalError('EMPTY_API_KEY', `${name} is set but empty. Give it an API key of ${api.name}, or unset it to have one made.`);
  const mode = api.modeOfKey(key);
  if (mode === undefined)
    throw new LocalError('BAD_API_KEY', `${name} holds no API key of ${api.name}: it has another form, or more was pasted than the key.`);
  if (mode !== 'live') return key;
  throw new LocalError(
    'LIVE_API_KEY',
    `${name} holds a key that moves money. The tables of a local stack are gone when it stops, and with them what keeps a payment from being made twice: give it a key of the test mode.`,
  );
}

/** Those whose value is JSON; the others name the tables and the URL. */
function paymentsOf(outputs: Outputs): readonly PaymentsOutput[] {
  return Object.entries(outputs)
    .filter(([name, value]) => name.startsWith('Payments') && value.startsWith('{'))
    .map(([, value]) => JSON.parse(value) as PaymentsOutput);
}
