/**
 * What is kept under each idempotency key (docs.stripe.com/api/idempotent_requests, docs.stripe.com/error-low-level): from the moment an
 * endpoint begins to work, the first answer, whatever it is. Keys are forgotten some time after 24 hours; a forgotten one works anew.
 */

export type KeptAnswer = { readonly requestId: string; readonly status: number; readonly body: string };

export type Admission =
  | { readonly kind: 'new' }
  | { readonly kind: 'kept'; readonly answer: KeptAnswer }
  /** The key came with another endpoint or other parameters before. */
  | { readonly kind: 'mismatch'; readonly differs: 'endpoint' | 'parameters' }
  | { readonly kind: 'in use' };

export type KeyedRequest = { readonly endpoint: string; readonly parameters: string };

type Entry = { readonly request: KeyedRequest; readonly firstAtMillis: number; answer: KeptAnswer | undefined };

/** Stripe removes keys once they are at least so old. */
export const KEY_LIFE_MILLIS_MIN = 24 * 3600 * 1000;

export class IdempotencyKeys {
  readonly #nowMillis: () => number;
  readonly #lifeMillis: number;
  /** In the order in which they were first seen. */
  readonly #entries = new Map<string, Entry>();

  constructor(nowMillis: () => number, lifeMillis: number) {
    this.#nowMillis = nowMillis;
    this.#lifeMillis = lifeMillis;
  }

  /** A new key is in use from now on, until `keep` or `release`. */
  admit(key: string, request: KeyedRequest): Admission {
    this.#forgetOld();
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { request, firstAtMillis: this.#nowMillis(), answer: undefined });
      return { kind: 'new' };
    }
    if (entry.request.endpoint !== request.endpoint) return { kind: 'mismatch', differs: 'endpoint' };
    if (entry.request.parameters !== request.parameters) return { kind: 'mismatch', differs: 'parameters' };
    return entry.answer === undefined ? { kind: 'in use' } : { kind: 'kept', answer: entry.answer };
  }

  keep(key: string, answer: KeptAnswer): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.answer = answer;
  }

  /** Nothing has begun to work under it. */
  release(key: string): void {
    this.#entries.delete(key);
  }

  /** One that is in use stays until it is answered, however old it is. */
  #forgetOld(): void {
    const nowMillis = this.#nowMillis();
    for (const [key, { firstAtMillis, answer }] of this.#entries) {
      if (nowMillis - firstAtMillis < this.#lifeMillis) return;
      if (answer !== undefined) this.#entries.delete(key);
    }
  }
}
