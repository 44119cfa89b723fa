/** The contract of a provider API: what we charge through, look up and list with; plain data and pure functions in one file of `provider-apis/`. */
import type { Mode } from './mode.ts';

/** A request to the provider: `path` begins with `/` and brings its query; where it goes and who asks is added by the caller. */
export type ApiRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly headers?: { readonly [lowerCaseName: string]: string };
};

/** An answer as it came, whatever its status. */
export type ApiAnswer = {
  readonly status: number;
  readonly headers: { readonly [lowerCaseName: string]: string };
  readonly body: string;
};

/** What is to be charged, as it was asked for. */
export type PaymentIntent = {
  /** `pay_…`: the provider keeps it with its object, and gives it back in each event and list. */
  readonly id: string;
  /** Minor units. */
  readonly amount: number;
  /** Lower case. */
  readonly currency: string;
  /** The caller's own name for what is paid. */
  readonly reference: string;
  /** The provider's token of a payment method. */
  readonly paymentMethod: string;
  /** The provider's customer that a saved method belongs to; Stripe refuses such a method without it. */
  readonly customer?: string | undefined;
};

/**
 * What a provider can say of a payment; each is a state of ours as well. `SUCCEEDED` is final for the charge (a refund is another fact). `FAILED` says that no money was
 * taken so far and that we shall not try again; Stripe's intent stays open, and whoever holds its client secret may pay it later. So a `SUCCEEDED` after a `FAILED`
 * is possible, and never to be ignored.
 */
export type ProviderState = 'SUCCEEDED' | 'FAILED' | 'PROCESSING' | 'REQUIRES_ACTION';

/** A payment as the provider has it. */
export type ProviderPayment = {
  readonly objectId: string;
  /** Our `pay_…`, where the object bears one. */
  readonly paymentId: string | undefined;
  readonly state: ProviderState;
  readonly amount: number;
  /** Lower case. */
  readonly currency: string;
  readonly mode: Mode;
  readonly createdSeconds: number;
  /** Whether the provider itself can no longer change it: a cancelled payment stays unpaid, a declined one may yet be paid by another card. */
  readonly final: boolean;
  /** Why it failed, one of the provider's codes; only with `FAILED`. */
  readonly failureCode?: string | undefined;
  /** Where the payer has to go, only with `REQUIRES_ACTION` and where the provider gives an address. */
  readonly actionUrl?: string | undefined;
};

/**
 * What an answer to a charge proves. Only `payment` and `refused` decide anything; a decline is a `payment` that has `FAILED`. Whether the payment is the one that was
 * asked for (our id, amount, currency, mode) is for the caller to compare.
 */
export type ChargeReading =
  /** `replayed`: the provider gave a stored answer, so its state may have moved since. */
  | { readonly kind: 'payment'; readonly payment: ProviderPayment; readonly replayed: boolean }
  /** Nothing was executed by this request. `replayed`: nor by any other under this key, as this is the answer that the provider has stored under it. */
  | { readonly kind: 'refused'; readonly code: string; readonly replayed: boolean }
  /** Nothing was executed by this request: the same key and bytes again, after this time where the provider names one. */
  | { readonly kind: 'again'; readonly code: string; readonly retryAfterSeconds?: number | undefined }
  /** It may or may not have been executed. `replayed`: the same key will get the same answer for ever. */
  | { readonly kind: 'unknown'; readonly code: string; readonly replayed: boolean }
  /** We may not call: the API key is wrong, revoked or lacks a permission. Nothing was executed by this request. */
  | { readonly kind: 'unauthorized'; readonly code: string }
  /** The provider knows this key with other bytes: only a mistake of ours can cause it. */
  | { readonly kind: 'key-mismatch'; readonly code: string };

/** What a read-only request was answered. */
export type Answered<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** There is no such object. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'again'; readonly code: string; readonly retryAfterSeconds?: number | undefined }
  | { readonly kind: 'unauthorized'; readonly code: string };

/** `after` is the cursor of the next page; undefined on the last one. */
export type ApiPage<T> = { readonly items: readonly T[]; readonly after: string | undefined };

/** Half-open, in the provider's own time: `from <= created < to`, whole Unix seconds. */
export type Window = { readonly fromSeconds: number; readonly toSeconds: number };

/** An event of the provider's list: the bytes are a slice of the answer, not re-serialised, as a webhook's body would be. */
export type ListedEvent = { readonly id: string; readonly createdSeconds: number; readonly bytes: Uint8Array };

/** A movement on the provider's balance. */
export type ProviderTransaction = {
  readonly id: string;
  readonly kind: 'payment' | 'refund' | 'other';
  /** The object that it belongs to as events name it (`pi_…` for a payment, `ch_…` for a refund); undefined for what belongs to none. */
  readonly objectId: string | undefined;
  /** Minor units; what left the balance is negative. */
  readonly amount: number;
  /** Lower case: that of the balance. */
  readonly currency: string;
  /** The same in the payment's own currency, signed alike; only where the provider converted it. */
  readonly presented?: { readonly amount: number; readonly currency: string } | undefined;
  readonly createdSeconds: number;
};

/** A list of the provider's: pages of a window, in whatever order it gives them. */
export type ApiList<T> = {
  request(window: Window, after?: string): ApiRequest;
  read(answer: ApiAnswer): Answered<ApiPage<T>>;
};

export type ChargeApi = {
  /**
   * How long the provider keeps an idempotency key at least, from its first use. A key that it has forgotten executes again, so ours is
   * used for 0.8 of that.
   */
  readonly keyLifeSeconds: number;
  /**
   * The bytes of the charge; they are frozen with the payment, and each try sends exactly these. Throws `RejectedError` `BAD_AMOUNT` or `BAD_CURRENCY` for what is
   * no money.
   */
  request(intent: PaymentIntent): ApiRequest;
  /** The same request under an idempotency key. */
  withKey(request: ApiRequest, idempotencyKey: string): ApiRequest;
  /** Never throws: what it cannot read is `unknown`. */
  read(answer: ApiAnswer): ChargeReading;
  /** The payment by the provider's id. */
  readonly one: { request(objectId: string): ApiRequest; read(answer: ApiAnswer): Answered<ProviderPayment> };
  /** By our `pay_…`: quick, and not complete (it may lag behind). What it finds is there. Undefined where the provider has no search. */
  readonly search?: { request(paymentId: string): ApiRequest; read(answer: ApiAnswer): Answered<ApiPage<ProviderPayment>> };
  /** All payments of a window: what proves that one is absent. */
  readonly list: ApiList<ProviderPayment>;
  readonly eventTypes: readonly string[];
  /**
   * What an event of these types says; undefined where it is none of ours. `data` is the parsed event. Throws `RejectedError` `BAD_PAYMENT` for one that bears a
   * payment of ours and cannot be believed.
   */
  paymentOf(data: unknown): ProviderPayment | undefined;
};

export type ProviderApi = {
  /** The file's name; the same as that of the provider whose webhooks tell its events. */
  readonly name: string;
  /** `https://api.stripe.com`: the only host that is ever called. */
  readonly origin: string;
  /** What proves who calls, beside the headers of a request. */
  authorization(apiKey: string): { readonly [lowerCaseName: string]: string };
  /** `undefined` where it has not the form of this provider's keys. `either` where the key does not say. */
  modeOfKey(apiKey: string): Mode | 'either' | undefined;
  /** A key in this provider's form, from 32 random bytes: for the laptop, always of the mode `test`. */
  makeKey(random: Uint8Array): string;
  readonly charge?: ChargeApi;
  /** The provider's own list of events, and for how long it keeps them. */
  readonly events?: ApiList<ListedEvent> & { readonly keptSeconds: number };
  readonly transactions?: ApiList<ProviderTransaction>;
  /** Why it has no list of events, as a sentence for the report; only where `events` is left out. */
  readonly noEvents?: string;
};
