/** By which headers a request shows whose it is: taken from the providers themselves, so that a new one is known at once. */
import type { ProviderModule } from './provider-page.ts';

/** Every header that the provider's own `sign` sets, in lower case; for one that only the provider can sign, those its guide names. */
export function expectedHeaders({ default: provider, guide }: ProviderModule): readonly string[] {
  if (provider.sign === undefined) return namedIn(guide.header);
  try {
    const input = { body: Buffer.from('{}'), secret: provider.makeSecret(new Uint8Array(32).fill(7)), nowSeconds: 0, id: 'id' };
    return Object.keys(provider.sign({ ...input, url: 'https://example.com/' }).headers);
  } catch {
    // It signs bodies of another form only.
    return namedIn(guide.header);
  }
}

/** The providers of whose signature headers one is present, by their own names. */
export function headerOwners(present: readonly string[], modules: readonly ProviderModule[]): readonly string[] {
  const owners = modules.filter((module) => expectedHeaders(module).some((name) => SIGNATURE.test(name) && present.includes(name)));
  return owners.map(({ guide }) => guide.title);
}

/** Others, such as `x-request-id`, stand in requests of anybody. */
const SIGNATURE = /sig|hmac|hash|token|verif/;

/** Header names are written with a hyphen and in backticks. */
function namedIn(text: string): readonly string[] {
  return [...text.matchAll(/`([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)(?=[`:])/g)].map(([, name = '']) => name.toLowerCase());
}
