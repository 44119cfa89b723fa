/** The contract of a payment provider: plain data and pure functions, in one file of `providers/` as its default export. */
import type { Mode } from './mode.ts';
import type { HttpAnswer, HttpRequest } from './ports.ts';
import type { Answered, ApiAnswer, ApiRequest } from './provider-api.ts';

export type { Mode } from './mode.ts';

/** A webhook request as it came in: header names in lower case, the body byte for byte. */
export type WebhookRequest = {
  readonly headers: { readonly [lowerCaseName: string]: string };
  readonly body: Uint8Array;
  /** What stands behind the `?` of the URL, as it came. */
  readonly query?: string;
};

/** One entry of a source's secret. `notAfter` is an ISO 8601 time from which it no longer counts. */
export type ActiveSecret = { readonly id: string; readonly secret: string; readonly notAfter?: string };

export type VerifyOptions = {
  readonly nowSeconds: number;
  readonly toleranceSeconds: number;
  /** The URL as it was given to the provider; there for providers with `signsUrl`. */
  readonly url?: string | undefined;
  /**
   * The public key a request names; there for providers with `keys`. Undefined where the provider has no such key.
   * Throws a retryable error where that cannot be known now.
   */
  readonly keyOf?: ((reference: string) => Promise<string | undefined>) | undefined;
};

export type Verdict =
  | { readonly valid: true; readonly secretId: string }
  /**
   * `reason` is for metrics and for `oncehook verify`; the sender never sees it. Two words mean more: `no-match` (well formed, and no
   * secret fits: the secrets are read anew) and `no-usable-secret` (no entry has the provider's form: ours to mend, so 503 and no 401).
   */
  | { readonly valid: false; readonly reason: string };

/** One event of a request: the names by which it is known and deduplicated, and its bytes. */
export type ProviderEvent = {
  readonly kind: 'event';
  /**
   * Authentic and the same on each redelivery, another for each state of a mutable object (DESIGN rule 6): `[A-Za-z0-9_\-:.]`, at most
   * 255 characters. Nothing in it may be varied by somebody who only holds one signed request.
   */
  readonly identity: string;
  /** What the provider itself calls the event, for people; it may be unsigned. Left out where that is the identity, null where there is none. */
  readonly eventId?: string | null;
  readonly type: string;
  /** ISO 8601 in UTC with milliseconds; undefined where the provider does not say. */
  readonly occurredAt: string | undefined;
  /** The payment object, for example `pi_…`; undefined where there is none. */
  readonly subject: string | undefined;
  /** The account it happened in, as far as that is authentic; undefined where the endpoint belongs to one account. Part of the event's key. */
  readonly account: string | undefined;
  /** Undefined where the provider does not say so authentically: then the source's own `mode` counts. Part of the event's key. */
  readonly mode: Mode | undefined;
  /** A hash of what must not change between two deliveries of one event; never of the raw bytes. */
  readonly fingerprint: string;
  /** How much of the event the signature covers; with `partial`, `signedFields` names what is. `fetched`: the provider itself said it when it was asked. */
  readonly authenticity: 'signed' | 'partial' | 'fetched';
  readonly signedFields?: readonly string[];
  /** A slice of the request's body or of what was fetched, not a copy and not re-serialised. */
  readonly bytes: Uint8Array;
  readonly contentType: string;
};

/** Authentic but not understood: it is kept in quarantine, answered 200 and alarmed (DESIGN rule 5). */
export type OddEvent = {
  readonly kind: 'odd';
  /** One of a few words, for the metric: `not-json`, `no-id`, `too-deep` … */
  readonly reason: string;
  /** What it is known by where its bytes are not what is signed, so that no holder of one request fills the quarantine. @default - the hash of its bytes */
  readonly identity?: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
};

export type Reading = ProviderEvent | OddEvent;

export type SignInput = {
  readonly body: Uint8Array;
  readonly secret: string;
  readonly nowSeconds: number;
  /** The message or event id, for schemes that sign one beside the body. */
  readonly id: string;
  /** The URL as it was given to the provider, for schemes that sign it. */
  readonly url?: string | undefined;
};

/** The body is the one handed in, except where the scheme puts its signature into it. */
export type SignedRequest = { readonly headers: { readonly [name: string]: string }; readonly body: Uint8Array };

/** What this provider expects of an answer, where it is not what we answer anyway: `{"received":true}`, and 401 for what is not authentic. */
export type ProviderAnswer = {
  readonly body?: string;
  readonly contentType?: string;
  readonly refusedStatus?: number;
};

export type KeyTools = {
  readonly secrets: readonly ActiveSecret[];
  readonly nowMillis: number;
  /** Throws where no answer came. It follows no redirect. */
  send(request: HttpRequest): Promise<HttpAnswer>;
};

/** Where the public keys of a provider come from that are named by its requests. */
export type KeySource = {
  /** How long a key counts before it is asked for again. */
  readonly cacheSeconds: number;
  /**
   * The key in PEM; undefined where the provider has no such key. `reference` is what `verify` handed to `keyOf`: it has checked where
   * it leads. Throws what `send` throws, and a retryable error for an answer that decides nothing.
   */
  fetch(reference: string, tools: KeyTools): Promise<string | undefined>;
};

/**
 * How what a request speaks of is fetched, where the request alone proves too little. What the provider answers is what is stored: its identity is the object's id with
 * its state, so each state that was seen is one event, and a state that nobody fetched in time is none.
 */
export type ObjectFetch = {
  /** `https://api.mollie.com`: the only host that is asked. */
  readonly origin: string;
  /** The API key in an entry of the source's secret; undefined where it has none. It is the first entry with one that counts. */
  apiKeyOf(secret: string): string | undefined;
  authorization(apiKey: string): { readonly [lowerCaseName: string]: string };
  /** The call for what the request names, or why it names nothing that could be asked for. Never throws for anything a sender can send. */
  request(request: WebhookRequest): ApiRequest | OddEvent;
  /**
   * What the answer says of it. Never throws; an answer about another object is `again`. `absent` only where the provider wants such a request to be answered 200 and
   * forgotten: for everybody else the sender has to try again.
   */
  read(answer: ApiAnswer, request: WebhookRequest): Answered<Reading>;
};

export type Provider = {
  /** The file's name and the name used in `cdk.json`. */
  readonly name: string;
  /** Seconds the provider waits for an answer; ours is given a second earlier. */
  readonly answerWithinSeconds: number;
  /** Left out where our own answer is what it expects. */
  readonly answer?: ProviderAnswer;
  /** How old a signature may be; it has no effect where the provider signs no time. */
  readonly toleranceSeconds: number;
  /** The signature covers the URL, which must be known as the provider was given it. */
  readonly signsUrl?: true;
  /** Why a request alone proves too little to be stored, as a sentence: such a provider can be no source until it has `fetch` (DESIGN rule 6). */
  readonly needsFetch?: string;
  /** With it a source stores what was fetched, and never what `events` reads from the request. */
  readonly fetch?: ObjectFetch;
  readonly keys?: KeySource;
  /** Says whether the request is authentic. Never throws for anything a sender can send, but what `keyOf` throws. */
  verify(request: WebhookRequest, secrets: readonly ActiveSecret[], options: VerifyOptions): Verdict | Promise<Verdict>;
  /**
   * Makes a body valid: for tests, `oncehook send` and the simulator. Left out where only the provider can sign, with its private key.
   * Throws a TypeError for a secret that this provider does not have.
   */
  sign?(input: SignInput): SignedRequest;
  /** Reads the events of a request that was verified. Never throws for anything a sender can send. */
  events(request: WebhookRequest): readonly Reading[];
  /** A fresh secret in the provider's own form, from 32 random bytes: for the laptop. */
  makeSecret(random: Uint8Array): string;
};
