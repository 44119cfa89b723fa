/** What a provider's test hands to the contract: its examples, and the few facts in which providers differ. */
import type { Provider, ProviderEvent, WebhookRequest } from '../../lambdas/core/contracts.ts';

/** A body and the id that `sign` takes for it. */
export type Sample = { readonly title: string; readonly id: string; readonly body: string | Uint8Array };

/** What a reading must say; its `bytes` are compared with the body itself. */
export type Expected = Omit<ProviderEvent, 'kind' | 'bytes' | 'fingerprint'>;

export type ProviderFixture = {
  readonly provider: Provider;
  /** Lower-case names of the headers without which a request is not authentic. */
  readonly signedHeaders: readonly string[];
  /** The provider signs a time, so a request is authentic for `toleranceSeconds` only. */
  readonly timestamped: boolean;
  /** Puts so many wrong signatures before the right one; left out where the provider's header holds one only. */
  readonly flood?: (headers: WebhookRequest['headers'], count: number) => WebhookRequest['headers'];
  /** The first one also serves the tests of `verify`. */
  readonly events: readonly (Sample & { readonly expected: readonly Expected[] })[];
  /** Two deliveries of one event whose bytes differ: same identity, same fingerprint. */
  readonly redelivered: readonly (Sample & { readonly again: string | Uint8Array })[];
  /** Two bodies that claim to be one event and are not: same identity, other fingerprint. */
  readonly changed: readonly (Sample & { readonly into: string | Uint8Array })[];
  /** Authentic, and odd for this reason. */
  readonly odd: readonly (Sample & { readonly reason: string })[];
  /** The body is one JSON object, so the contract's own hostile JSON applies to it. */
  readonly json: boolean;
};

export const NOW_SECONDS = 1_771_000_000;

export const bytesOf = (body: string | Uint8Array): Uint8Array => (typeof body === 'string' ? Buffer.from(body) : body);

/** A secret in the provider's own form, a different one for each number. */
export function secretOf(provider: Provider, number: number): string {
  return provider.makeSecret(new Uint8Array(32).fill(number));
}

export const SECRET_NUMBER = 7;

/** The request as it arrives: signed with the secret of `SECRET_NUMBER`, header names in lower case. */
export function signedRequest(provider: Provider, sample: Omit<Sample, 'title'>, nowSeconds = NOW_SECONDS): WebhookRequest {
  const body = bytesOf(sample.body);
  const signed = provider.sign({ body, secret: secretOf(provider, SECRET_NUMBER), nowSeconds, id: sample.id });
  return { headers: Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value])), body };
}

export function firstSample({ provider, events: [first] }: ProviderFixture): Sample {
  if (first === undefined) throw new TypeError(`The fixture of ${provider.name} has no event; it needs at least one.`);
  return first;
}
