/** The public keys that a provider's requests name: held for a while, fetched with measure, and never guessed during an outage. */
import type { TrustedRoots } from '../core/certificate-chain.ts';
import { errorCode, RetryableError } from '../core/errors.ts';
import {
  KEY_ABSENT_SECONDS,
  KEY_FETCH_ATTEMPTS_MAX,
  KEY_FETCH_WINDOW_SECONDS,
  KEY_RETRY_SECONDS,
  KEY_STALE_SECONDS_MAX,
  KEYS_HELD_ENTRIES_MAX,
} from '../core/limits.ts';
import type { Clock, Network, Telemetry } from '../core/ports.ts';
import type { ActiveSecret, KeySource, KeyTools } from '../core/provider.ts';

export type KeyCache = (reference: string, secrets: readonly ActiveSecret[]) => Promise<string | undefined>;

type Ports = { readonly network: Network & TrustedRoots; readonly clock: Clock; readonly telemetry: Telemetry };

/** Throws a retryable error where nobody can say now whether there is such a key: the sender must not be told that it is not authentic. */
export function createKeyCache(source: KeySource, ports: Ports): KeyCache {
  const keys = new FetchedKeys(source, ports);
  return (reference, secrets) => keys.find({ reference, secrets, nowMillis: ports.clock.nowMillis() });
}

type Asked = { readonly reference: string; readonly secrets: readonly ActiveSecret[]; readonly nowMillis: number };

/** From `askAtMillis` on it is fetched anew; from `endMillis` on it no longer counts, whatever comes of that. */
type Held = { readonly key: string; readonly askAtMillis: number; readonly endMillis: number };

/** A name without a key: the provider has none, or (`error`) nobody could say. It is left alone until then. */
type Miss = { readonly untilMillis: number; readonly error?: RetryableError };

class FetchedKeys {
  readonly #source: KeySource;
  readonly #ports: Ports;
  readonly #held = new Map<string, Held>();
  /** Apart from the keys, so that no number of made-up names pushes a key out. */
  readonly #misses = new Map<string, Miss>();
  /** When names were asked for of which no key was held. */
  #fetchesMillis: number[] = [];

  constructor(source: KeySource, ports: Ports) {
    this.#source = source;
    this.#ports = ports;
  }

  async find(asked: Asked): Promise<string | undefined> {
    const known = this.#held.get(asked.reference);
    if (known === undefined || asked.nowMillis >= known.endMillis) return this.#fetchFirst(asked);
    if (asked.nowMillis >= known.askAtMillis) return this.#fetchAnew(asked, known);
    put(this.#held, asked.reference, known);
    return known.key;
  }

  async #fetchFirst(asked: Asked): Promise<string | undefined> {
    const { reference, nowMillis } = asked;
    const miss = this.#misses.get(reference);
    if (miss !== undefined && nowMillis < miss.untilMillis) return keyOfMiss(miss);
    if (!this.#mayFetch(nowMillis)) throw tooManyFetches();
    try {
      return await this.#fetch(asked);
    } catch (cause) {
      const error = unavailable(cause);
      put(this.#misses, reference, { untilMillis: nowMillis + KEY_RETRY_SECONDS * 1000, error });
      throw error;
    }
  }

  /** Not counted with the others: it happens once in a while, and strangers must not be able to hinder it. During an outage the key goes on counting. */
  async #fetchAnew(asked: Asked, known: Held): Promise<string | undefined> {
    try {
      return await this.#fetch(asked);
    } catch {
      put(this.#held, asked.reference, { ...known, askAtMillis: asked.nowMillis + KEY_RETRY_SECONDS * 1000 });
      return known.key;
    }
  }

  async #fetch({ reference, secrets, nowMillis }: Asked): Promise<string | undefined> {
    const { network, telemetry } = this.#ports;
    const tools: KeyTools & TrustedRoots = { secrets, nowMillis, roots: network.roots, send: (request) => network.send(request) };
    telemetry.count('KeyFetches');
    try {
      const key = await this.#source.fetch(reference, tools);
      this.#remember(reference, key, nowMillis);
      return key;
    } catch (cause) {
      telemetry.count('KeyUnavailable');
      telemetry.log('error', 'key unavailable', { code: errorCode(cause) });
      throw cause;
    }
  }

  #remember(reference: string, key: string | undefined, nowMillis: number): void {
    this.#held.delete(reference);
    this.#misses.delete(reference);
    const askAtMillis = nowMillis + this.#source.cacheSeconds * 1000;
    if (key === undefined) put(this.#misses, reference, { untilMillis: nowMillis + KEY_ABSENT_SECONDS * 1000 });
    else put(this.#held, reference, { key, askAtMillis, endMillis: askAtMillis + KEY_STALE_SECONDS_MAX * 1000 });
  }

  #mayFetch(nowMillis: number): boolean {
    this.#fetchesMillis = this.#fetchesMillis.filter((atMillis) => nowMillis - atMillis < KEY_FETCH_WINDOW_SECONDS * 1000);
    if (this.#fetchesMillis.length >= KEY_FETCH_ATTEMPTS_MAX) return false;
    this.#fetchesMillis.push(nowMillis);
    return true;
  }
}

/** What was put last goes last: a map in the order of use, so that the one used longest ago makes room. */
function put<T>(entries: Map<string, T>, name: string, entry: T): void {
  entries.delete(name);
  const [oldest] = entries.keys();
  if (oldest !== undefined && entries.size >= KEYS_HELD_ENTRIES_MAX) entries.delete(oldest);
  entries.set(name, entry);
}

function keyOfMiss({ error }: Miss): undefined {
  if (error !== undefined) throw error;
}

function unavailable(cause: unknown): RetryableError {
  return new RetryableError(
    'KEY_UNAVAILABLE',
    `The provider did not give the key that a request names (${errorCode(cause)}). Without it nobody can say whether the request is authentic; the sender tries again.`,
    { cause },
  );
}

function tooManyFetches(): RetryableError {
  return new RetryableError(
    'TOO_MANY_KEY_FETCHES',
    `Requests named ${KEY_FETCH_ATTEMPTS_MAX} keys that are not held within ${KEY_FETCH_WINDOW_SECONDS} seconds; a real provider has one or two. Somebody probably sends made-up ones; the sender tries again.`,
  );
}
