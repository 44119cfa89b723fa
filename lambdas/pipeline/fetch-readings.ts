/** Fetches what a request speaks of, where the request alone proves too little: what the provider answers is what is stored. */
import { RetryableError } from '../core/errors.ts';
import {
  ABSENT_OBJECTS_ITEMS_MAX,
  FETCH_TIMEOUT_MILLIS,
  OBJECT_FETCH_ATTEMPTS_MAX,
  OBJECT_FETCH_WINDOW_SECONDS,
  REQUEST_BYTES_MAX,
  REQUEST_TIMEOUT_MILLIS,
} from '../core/limits.ts';
import type { Clock } from '../core/ports.ts';
import type { ActiveSecret, ObjectFetch, Reading, WebhookRequest } from '../core/provider.ts';
import type { Answered } from '../core/provider-api.ts';
import { type ApiKey, AuthorizedCalls, type CallPorts } from './authorized-call.ts';
import { RefusedRequest } from './refused-request.ts';

/** `authentic`: the request was verified, so that one which names nothing is odd and kept; else it is refused. */
export type FetchOptions = { readonly authentic: boolean; readonly deadlineMillis: number };

/** None where the provider has no such object and wants to hear 200. Throws a retryable error where nobody can say what there is, so that the sender tries again. */
export type FetchReadings = (request: WebhookRequest, options: FetchOptions) => Promise<readonly Reading[]>;

export type FetchPorts = CallPorts & { readonly clock: Clock };

type FetchSettings = { readonly provider: string; readonly fetch: ObjectFetch; readonly origin: string | undefined };

export type CreateFetchReadings = (settings: FetchSettings, ports: FetchPorts) => FetchReadings;

export const createFetchReadings: CreateFetchReadings = ({ provider, fetch, origin }, ports) => {
  const keyOf = (entries: readonly ActiveSecret[]) => apiKeyIn(entries, fetch);
  const account = { provider, origin: fetch.origin, keyOf, authorization: (key: string) => fetch.authorization(key) };
  const calls = new AuthorizedCalls(account, ports, origin);
  const looks = new Looks();
  return async (request, { authentic, deadlineMillis }) => {
    const wanted = fetch.request(request);
    if ('kind' in wanted && !authentic) throw new RefusedRequest(401, wanted.reason);
    if ('kind' in wanted) return [wanted];
    const look = looks.begin(wanted.path, ports.clock.nowMillis());
    if (look === 'known-absent') return [];
    const answered = await calls.call<Answered<Reading>>({
      name: 'fetch',
      request: wanted,
      read: (answer) => fetch.read(answer, request),
      answerBytes: REQUEST_BYTES_MAX,
      // What is fetched must still be stored before the deadline.
      timeoutMillis: () => Math.min(FETCH_TIMEOUT_MILLIS, deadlineMillis - REQUEST_TIMEOUT_MILLIS - ports.clock.nowMillis()),
      failed: (code) => ({ kind: 'again', code }),
    });
    if (answered.kind === 'answered') return [answered.value];
    if (answered.kind !== 'absent') throw unavailable(answered, provider, ports);
    look.absent = true;
    ports.telemetry.count('ObjectsAbsent');
    return [];
  };
};

function apiKeyIn(entries: readonly ActiveSecret[], fetch: ObjectFetch): ApiKey {
  const key = entries.map(({ secret }) => fetch.apiKeyOf(secret)).find((one) => one !== undefined);
  return key === undefined ? { kind: 'unauthorized', code: 'NO_API_KEY' } : { kind: 'key', key };
}

function unavailable(
  { kind, code }: { readonly kind: string; readonly code: string },
  provider: string,
  ports: FetchPorts,
): RetryableError {
  ports.telemetry.count('ObjectUnavailable');
  const cause =
    kind === 'unauthorized'
      ? `no entry of the secret holds an API key that ${provider} accepts; set it again`
      : `${provider} did not say what it has; the sender tries again`;
  return new RetryableError('OBJECT_UNAVAILABLE', `What a request speaks of could not be fetched (${code}): ${cause}.`);
}

type Look = { readonly path: string; readonly atMillis: number; absent: boolean };

/** The fetches of the last minute, so that strangers who know an id or make ids up cost little. */
class Looks {
  #recent: Look[] = [];

  /** Throws a retryable error where this object, or absent ones, were looked for too often. */
  begin(path: string, nowMillis: number): Look | 'known-absent' {
    this.#recent = this.#recent.filter(({ atMillis }) => nowMillis - atMillis < OBJECT_FETCH_WINDOW_SECONDS * 1000);
    const same = this.#recent.filter((look) => look.path === path);
    if (same.some(({ absent }) => absent)) return 'known-absent';
    if (same.length >= OBJECT_FETCH_ATTEMPTS_MAX) throw tooMany(`one object ${OBJECT_FETCH_ATTEMPTS_MAX} times`);
    if (this.#recent.filter(({ absent }) => absent).length >= ABSENT_OBJECTS_ITEMS_MAX)
      throw tooMany(`${ABSENT_OBJECTS_ITEMS_MAX} objects that the provider does not know`);
    const look = { path, atMillis: nowMillis, absent: false };
    this.#recent.push(look);
    return look;
  }
}

function tooMany(what: string): RetryableError {
  return new RetryableError(
    'TOO_MANY_FETCHES',
    `Requests named ${what} within ${OBJECT_FETCH_WINDOW_SECONDS} seconds. Somebody probably makes them up; the sender tries again.`,
  );
}
