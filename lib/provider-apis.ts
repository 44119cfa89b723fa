/** The provider APIs: whatever files are in their folder. Synth reads of each what decides about payments. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProviderApi } from '../lambdas/core/provider-api.ts';
import { moduleNames } from './project.ts';

/** What synth needs of a provider API, and the file that functions are bundled with. */
export type LoadedProviderApi = {
  readonly name: string;
  readonly file: string;
  /** The events that say something of a payment; undefined where nothing can be charged through it. */
  readonly chargeEvents: readonly string[] | undefined;
};

/** Imports each file of the folder, in an order that does not depend on the machine. */
export async function loadProviderApis(folder: string): Promise<LoadedProviderApi[]> {
  return Promise.all(
    moduleNames(folder).map(async (name) => {
      const file = join(folder, `${name}.ts`);
      const { default: api } = (await import(pathToFileURL(file).href)) as { readonly default: ProviderApi };
      return { name, file, chargeEvents: api.charge?.eventTypes };
    }),
  );
}
