/** What a provider's test hands to the contract: its examples, and the few facts in which providers differ. */
import { it } from '@jest/globals';
import type { Network } from '../../lambdas/core/ports.ts';
import type {
  ActiveSecret,
  Provider,
  ProviderEvent,
  Reading,
  SignedRequest,
  SignInput,
  VerifyOptions,
  WebhookRequest,
} from '../../lambdas/core/provider.ts';

/** A body, the id that `sign` takes for it, and what the provider sends beside them. */
export type Sample = {
  readonly title: string;
  readonly id: string;
  readonly body: string | Uint8Array;
  /** Headers the provider sends and does not sign, in lower case. */
  readonly headers?: { readonly [name: string]: string };
  readonly query?: string;
};

/** What a reading must say; its `bytes` are compared with the body itself. */
export type Expected = Omit<ProviderEvent, 'kind' | 'bytes' | 'fingerprint'>;

export type ProviderFixture = {
  readonly provider: Provider;
  /** Signs where the provider has no `sign` of its own: with a private key that the test made. */
  readonly sign?: (input: SignInput) => SignedRequest;
  /** The public keys of `sign`, by what a request names them. */
  readonly keyOf?: VerifyOptions['keyOf'];
  /** Answers the fetches of the provider's `keys`. */
  readonly network?: Network;
  /** A secret in the provider's own form, another for each number. @default the provider's `makeSecret` */
  readonly secretOf?: (number: number) => string;
  /** The URL as it was given to the provider, for one that signs it. */
  readonly url?: string;
  /** Lower-case names of the headers without which a request is not authentic. */
  readonly signedHeaders: readonly string[];
  /**
   * What the signature covers. `body`: every byte. `fields`: some fields, wherever they stand, so that `tampered` must list what is refused.
   * `nothing`: a shared token only.
   */
  readonly covers: 'body' | 'fields' | 'nothing';
  /** For `fields`: pairs of texts; a signed body in which the first is replaced by the second is refused. */
  readonly tampered?: readonly (readonly [string, string])[];
  /** The provider signs a time, so a request is authentic for `toleranceSeconds` only. */
  readonly timestamped: boolean;
  /** The secret does not sign: it only fetches the provider's keys, so that another one makes no difference. */
  readonly secretOnlyFetches?: true;
  /** What stands between two signatures in a header that may hold several whole ones. */
  readonly listJoint?: string;
  /** Puts so many wrong signatures before the right one; left out where the provider's header holds one only. */
  readonly flood?: (headers: WebhookRequest['headers'], count: number) => WebhookRequest['headers'];
  /** The first one also serves the tests of `verify`. */
  readonly events: readonly (Sample & { readonly expected: readonly Expected[] })[];
  /** Two deliveries of one event whose bytes differ: same identity, same fingerprint. Headers other than the signature may differ too. */
  readonly redelivered: readonly (Sample & { readonly again: string | Uint8Array })[];
  /** Changes somebody can make who only holds one signed request: it stays authentic, and is the same event (DESIGN rule 6). */
  readonly replayed: readonly { readonly title: string; readonly change: (request: WebhookRequest) => WebhookRequest }[];
  /** Two states of one mutable object, or two facts about it: two events. */
  readonly states: readonly (Sample & { readonly next: string | Uint8Array; readonly nextHeaders?: { readonly [name: string]: string } })[];
  /** Two bodies that claim to be one event and are not: same identity, other fingerprint. Empty where the identity is what the body says. */
  readonly changed: readonly (Sample & { readonly into: string | Uint8Array })[];
  /** Authentic, and odd for this reason. */
  readonly odd: readonly (Sample & { readonly reason: string })[];
  /** The body is one JSON object, so the contract's own hostile JSON applies to it. */
  readonly json: boolean;
};

export const NOW_SECONDS = 1_771_000_000;

export const bytesOf = (body: string | Uint8Array): Uint8Array => (typeof body === 'string' ? Buffer.from(body) : body);

/** A secret in the provider's own form, a different one for each number. */
export function secretOf({ provider, secretOf: own }: Pick<ProviderFixture, 'provider' | 'secretOf'>, number: number): string {
  return own?.(number) ?? provider.makeSecret(new Uint8Array(32).fill(number));
}

export const SECRET_NUMBER = 7;

/** The entry whose secret signed. */
export function rightSecret(fixture: ProviderFixture): ActiveSecret {
  return { id: 'right', secret: secretOf(fixture, SECRET_NUMBER) };
}

/** The request as it arrives: signed with the secret of `SECRET_NUMBER`, header names in lower case. */
export function signedRequest(fixture: ProviderFixture, sample: Omit<Sample, 'title'>, nowSeconds = NOW_SECONDS): WebhookRequest {
  const { provider, url } = fixture;
  const sign = fixture.sign ?? provider.sign;
  if (sign === undefined) throw new TypeError(`The fixture of ${provider.name} has no way to sign.`);
  const signed = sign({ body: bytesOf(sample.body), secret: secretOf(fixture, SECRET_NUMBER), nowSeconds, id: sample.id, url });
  const headers = Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { headers: { ...sample.headers, ...Object.fromEntries(headers) }, body: signed.body, query: sample.query ?? '' };
}

export function verifyOptions({ provider, url, keyOf }: ProviderFixture, nowSeconds = NOW_SECONDS): VerifyOptions {
  return { nowSeconds, toleranceSeconds: provider.toleranceSeconds, url, keyOf };
}

export function readAll(fixture: ProviderFixture, sample: Omit<Sample, 'title'>): readonly Reading[] {
  return fixture.provider.events(signedRequest(fixture, sample));
}

export type Names = { readonly identity: string; readonly fingerprint: string };

/** By what each event of a request is deduplicated. */
export function namesOf(readings: readonly Reading[]): Names[] {
  return readings.map((reading) => {
    if (reading.kind === 'odd') throw new TypeError(`An event was expected, but it is ${reading.reason}.`);
    return { identity: reading.identity, fingerprint: reading.fingerprint };
  });
}

/** `it.each` for a list that may be empty. */
export function eachOf<T extends object>(list: readonly T[]): (title: string, body: (row: T) => unknown) => void {
  return (title, body) => {
    if (list.length > 0) it.each(list)(title, async (row) => void (await body(row as T)));
  };
}

export function firstSample({ provider, events: [first] }: ProviderFixture): Sample {
  if (first === undefined) throw new TypeError(`The fixture of ${provider.name} has no event; it needs at least one.`);
  return first;
}
