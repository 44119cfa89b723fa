/** The providers this directory has: each file of `lambdas/providers/` is one, with what a person must know of it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Dictionary } from '../lambdas/core/codec.ts';
import { DICTIONARY_VERSION_WRITTEN, openDictionary, type StoredDictionary } from '../lambdas/core/dictionary.ts';
import type { ProviderApi } from '../lambdas/core/provider-api.ts';
import { OperatorError } from './operator-error.ts';
import type { ProviderModule } from './provider-page.ts';
import type { PaymentsOutput, SourceOutput } from './stack-description.ts';

/** In order. */
export function providerNames(): readonly string[] {
  return namesIn('providers');
}

function namesIn(folder: 'providers' | 'provider-apis' | 'dictionaries'): readonly string[] {
  return readdirSync(join(import.meta.dirname, '..', 'lambdas', folder))
    .filter((file) => /^[a-z][a-z0-9-]{0,39}\.ts$/.test(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

/** Undefined where there is no such provider; the name is looked up before it becomes part of a path. */
export async function loadProvider(name: string): Promise<ProviderModule | undefined> {
  if (!providerNames().includes(name)) return undefined;
  try {
    return (await import(`../lambdas/providers/${name}.ts`)) as ProviderModule;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError('PROVIDER_BROKEN', `lambdas/providers/${name}.ts does not load: ${detail}`, { cause });
  }
}

/** Those that load: one that is being written must not keep the others from being looked at. */
export async function loadProviders(): Promise<readonly ProviderModule[]> {
  const loaded = await Promise.allSettled(providerNames().map(loadProvider));
  return loaded.flatMap((result) => (result.status === 'fulfilled' && result.value !== undefined ? [result.value] : []));
}

/** The provider that a stack names for its source. */
export async function providerOf({ provider }: SourceOutput): Promise<ProviderModule> {
  const module = await loadProvider(provider);
  if (module !== undefined) return module;
  throw new OperatorError(
    'UNKNOWN_PROVIDER',
    `The source's provider is ${JSON.stringify(provider)}, for which this directory has no file lambdas/providers/<name>.ts. ` +
      'The stack was probably deployed from other code: run the command from there.',
  );
}

/** What a stack charges through; the name is looked up before it becomes part of a path. */
export async function providerApiOf({ provider }: PaymentsOutput): Promise<ProviderApi> {
  if (namesIn('provider-apis').includes(provider))
    return ((await import(`../lambdas/provider-apis/${provider}.ts`)) as { readonly default: ProviderApi }).default;
  throw new OperatorError(
    'UNKNOWN_PROVIDER',
    `The stack charges through ${JSON.stringify(provider)}, for which this directory has no file lambdas/provider-apis/<name>.ts. ` +
      'It was probably deployed from other code: run the command from there.',
  );
}

/** What the provider's payloads are stored with; undefined where it has none. */
export async function dictionaryWrittenOf(provider: string): Promise<Dictionary | undefined> {
  const name = `${provider}-${DICTIONARY_VERSION_WRITTEN}`;
  if (!namesIn('dictionaries').includes(name)) return undefined;
  const module = (await import(`../lambdas/dictionaries/${name}.ts`)) as { readonly dictionary: StoredDictionary };
  return openDictionary(module.dictionary);
}
