/** The public keys that a provider's requests name: fetched once, held for a while, and never asked for as often as a stranger likes. */
import { errorCode, RetryableError } from '../core/errors.ts';
import { KEY_FETCH_ATTEMPTS_MAX, KEY_FETCH_WINDOW_SECONDS, KEYS_HELD_ENTRIES_MAX } from '../core/limits.ts';
import type { Clock, Network, Telemetry } from '../core/ports.ts';
import type { ActiveSecret, KeySource } from '../core/provider.ts';

export type KeyCache = (reference: string, secrets: readonly ActiveSecret[]) => Promise<string | undefined>;

type Ports = { readonly network: Network; readonly clock: Clock; readonly telemetry: Telemetry };

type Held = { readonly key: string; readonly fetchedAtMillis: number };

/** Throws a retryable error where nobody can say now whether there is such a key: the sender must not be told that it is not authentic. */
export function createKeyCache(source: KeySource, ports: Ports): KeyCache {
  const held = new Map<string, Held>();
  let fetches: number[] = [];
  const mayFetch = (nowMillis: number): boolean => {
    fetches = fetches.filter((atMillis) => nowMillis - atMillis < KEY_FETCH_WINDOW_SECONDS * 1000);
    if (fetches.length >= KEY_FETCH_ATTEMPTS_MAX) return false;
    fetches.push(nowMillis);
    return true;
  };
  return async (reference, secrets) => {
    const nowMillis = ports.clock.nowMillis();
    const known = held.get(reference);
    if (known !== undefined && nowMillis - known.fetchedAtMillis < source.cacheSeconds * 1000) return known.key;
    if (!mayFetch(nowMillis)) throw tooManyFetches();
    ports.telemetry.count('KeyFetches');
    try {
      const key = await source.fetch(reference, { secrets, nowMillis, send: (request) => ports.network.send(request) });
      held.delete(reference);
      if (key === undefined) return undefined;
      const [oldest] = held.keys();
      if (oldest !== undefined && held.size >= KEYS_HELD_ENTRIES_MAX) held.delete(oldest);
      held.set(reference, { key, fetchedAtMillis: nowMillis });
      return key;
    } catch (cause) {
      ports.telemetry.count('KeyUnavailable');
      ports.telemetry.log('error', 'key unavailable', { code: errorCode(cause) });
      throw unavailable(cause);
    }
  };
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
