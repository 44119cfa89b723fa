/** The providers: whatever files are in their folder. Synth reads of each what decides about its sources. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Provider } from '../lambdas/core/provider.ts';
import { moduleNames } from './project.ts';

/** What synth needs of a provider, and the file its function is bundled from. */
export type LoadedProvider = {
  readonly name: string;
  readonly file: string;
  /** The URL is part of what it signs. */
  readonly signsUrl: boolean;
  /** Its function fetches public keys over the Internet. */
  readonly fetchesKeys: boolean;
  /** Its function fetches over the Internet what a request speaks of. */
  readonly fetchesObjects: boolean;
  /** Why it can be no source yet. */
  readonly needsFetch: string | undefined;
};

/** Imports each file of the folder, in an order that does not depend on the machine. */
export async function loadProviders(folder: string): Promise<LoadedProvider[]> {
  return Promise.all(
    moduleNames(folder).map(async (name) => {
      const file = join(folder, `${name}.ts`);
      const { default: provider } = (await import(pathToFileURL(file).href)) as { readonly default: Provider };
      const { signsUrl, keys, fetch } = provider;
      const fetches = { fetchesKeys: keys !== undefined, fetchesObjects: fetch !== undefined };
      return { name, file, signsUrl: signsUrl === true, ...fetches, needsFetch: fetch === undefined ? provider.needsFetch : undefined };
    }),
  );
}
