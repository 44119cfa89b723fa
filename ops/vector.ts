/** One line of a file of signed requests, as `oncehook verify --vectors` reads it, and what a verifier is handed for it. */
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { ActiveSecret, Provider, Reading, VerifyOptions, WebhookRequest } from '../lambdas/core/provider.ts';

export type Vector = {
  readonly provider: string;
  /** Unique for a provider. */
  readonly name: string;
  /** As sent; names match without regard to case. */
  readonly headers: { readonly [name: string]: string };
  /** The exact text of the body. */
  readonly body: string;
  /** The URL as it was given to the provider. */
  readonly url?: string;
  readonly secrets: readonly string[];
  /** Public keys that a fetch would give: by certificate URL, as a key set, or the one key of the source. */
  readonly config?: {
    readonly certs?: { readonly [url: string]: string };
    readonly jwks?: { readonly keys: readonly (JsonWebKey & { readonly kid?: string })[] };
    readonly publicKey?: string;
  };
  /** Unix seconds. */
  readonly now: number;
};

export type VectorCall = {
  readonly request: WebhookRequest;
  readonly secrets: readonly ActiveSecret[];
  readonly options: VerifyOptions;
};

/** Throws what `URL` throws for a line whose `url` is none. */
export function vectorCall(vector: Vector, provider: Provider): VectorCall {
  const headers = Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const query = vector.url === undefined ? '' : new URL(vector.url).search.slice(1);
  return {
    request: { headers: Object.fromEntries(headers), body: Buffer.from(vector.body), query },
    secrets: secretsOf(vector),
    options: {
      nowSeconds: vector.now,
      toleranceSeconds: provider.toleranceSeconds,
      url: vector.url,
      keyOf: async (reference) => keyOf(vector, reference),
    },
  };
}

/** What the provider itself calls the event; null where it has no name for it. */
export function providerEventId(reading: Reading): string | null {
  if (reading.kind === 'odd') return null;
  return reading.eventId === undefined ? reading.identity : reading.eventId;
}

/** Null where the provider gave none, which its events then say with a word of our own. */
export function providerEventType(reading: Reading): string | null {
  return reading.kind === 'odd' || reading.type === UNTYPED ? null : reading.type;
}

const UNTYPED = 'untyped';

/** A source whose provider signs with a private key holds the public one as its secret. */
function secretsOf({ secrets, config }: Vector): readonly ActiveSecret[] {
  const texts = config?.publicKey === undefined ? secrets : [config.publicKey];
  return texts.map((secret, index) => ({ id: `secret-${index}`, secret }));
}

function keyOf({ config }: Vector, reference: string): string | undefined {
  const certificates = config?.certs ?? {};
  if (Object.hasOwn(certificates, reference)) return certificates[reference];
  const jwk = config?.jwks?.keys.find(({ kid }) => kid === reference);
  return jwk === undefined ? undefined : createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}
