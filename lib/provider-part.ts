/** What each function of one provider of payments is made from. */
import type { ProviderBooks } from './books-module.ts';
import type { PaymentsProvider } from './payments-settings.ts';
import type { PaymentsTables, Tables } from './tables.ts';

export type ProviderPartProps = {
  readonly provider: PaymentsProvider;
  readonly tables: Tables;
  readonly charged: PaymentsTables;
  readonly books: ProviderBooks;
  /** The ARN of the secret with the API key. */
  readonly apiKeyId: string;
  readonly routesFile: string;
  readonly ephemeral: boolean;
};

/** What the entries of its functions import by another name. */
export function providerAliases({ provider, routesFile }: ProviderPartProps): { readonly [specifier: string]: string } {
  return { '#provider-api': provider.file, '#routes': routesFile };
}
