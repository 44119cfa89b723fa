/** The active secrets of one source: cached, read again on a mismatch at most every 30 s, and never guessed during an outage. */

import { errorCode, RetryableError } from '../core/errors.ts';
import {
  ACTIVE_SECRETS_MAX,
  SECRET_CACHE_SECONDS,
  SECRET_REFRESH_SECONDS,
  SECRET_RETRY_MILLIS,
  SECRET_STALE_SECONDS_MAX,
} from '../core/limits.ts';
import type { Clock, Secrets, Telemetry } from '../core/ports.ts';
import type { ActiveSecret } from '../core/provider.ts';
import { millisOf } from '../core/time.ts';

export type SecretCache = {
  /** What counts now. Throws a retryable error where there is no active entry, or none is held and the store does not answer. */
  active(): Promise<readonly ActiveSecret[]>;
  /**
   * Asked after a mismatch: what counts after a fresh read, or undefined where the last read is too recent to try again.
   * Throws where the store did not answer, since then nobody can say that the signature is wrong.
   */
  refreshed(): Promise<readonly ActiveSecret[] | undefined>;
};

type Ports = { readonly secrets: Secrets; readonly clock: Clock; readonly telemetry: Telemetry };

export function createSecretCache(secretId: string, ports: Ports): SecretCache {
  let held: readonly ActiveSecret[] | undefined;
  let readAtMillis = 0;
  let triedAtMillis = Number.NEGATIVE_INFINITY;
  let failing: RetryableError | undefined;
  let reading: Promise<void> | undefined;

  const readNow = async (): Promise<void> => {
    triedAtMillis = ports.clock.nowMillis();
    try {
      held = readEntries(await ports.secrets.current(secretId));
      readAtMillis = triedAtMillis;
      failing = undefined;
    } catch (cause) {
      failing = cause instanceof RetryableError ? cause : unavailable(cause);
      ports.telemetry.count('SecretUnavailable');
      ports.telemetry.log('error', 'secret unavailable', { code: errorCode(cause) });
    }
  };
  // Several calls of one invocation may ask at once: one reading answers them all.
  const read = (): Promise<void> => {
    reading ??= readNow().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const ageSeconds = (sinceMillis: number) => (ports.clock.nowMillis() - sinceMillis) / 1000;
  const inForce = (): readonly ActiveSecret[] => {
    const isTooOld = failing !== undefined && ageSeconds(readAtMillis) > SECRET_STALE_SECONDS_MAX;
    if (held === undefined || isTooOld) throw failing ?? unavailable(undefined);
    const active = unexpired(held, ports.clock.nowMillis());
    if (active.length > 0) return active;
    ports.telemetry.count('NoActiveSecret');
    throw new RetryableError(
      'NO_ACTIVE_SECRET',
      'The secret has no active entry: none was set yet, or every notAfter has passed. Add an entry to "active".',
    );
  };

  return {
    active: async () => {
      const stale =
        held === undefined || ageSeconds(readAtMillis) > SECRET_CACHE_SECONDS || unexpired(held, ports.clock.nowMillis()).length === 0;
      // An outage with nothing held is asked again soon; a secret that was read and is wrong stays wrong for a while.
      const soon = held === undefined && failing?.code !== 'SECRET_MALFORMED';
      const isTime = ageSeconds(triedAtMillis) > (soon ? SECRET_RETRY_MILLIS / 1000 : SECRET_REFRESH_SECONDS);
      if (stale && (isTime || reading !== undefined)) await read();
      return inForce();
    },
    refreshed: async () => {
      if (ageSeconds(triedAtMillis) > SECRET_REFRESH_SECONDS || reading !== undefined) {
        await read();
        if (failing === undefined) return inForce();
      }
      if (failing !== undefined) throw failing;
      return undefined;
    },
  };
}

function unexpired(held: readonly ActiveSecret[], nowMillis: number): readonly ActiveSecret[] {
  return held.filter(({ notAfter }) => notAfter === undefined || (millisOf(notAfter) ?? 0) > nowMillis);
}

function unavailable(cause: unknown): RetryableError {
  return new RetryableError(
    'SECRET_UNAVAILABLE',
    `Secrets Manager did not give the secret (${errorCode(cause)}). Without it nobody can say whether a request is authentic; the sender tries again.`,
    { cause },
  );
}

/**
 * Every entry of `{"active":[{"id","secret","notAfter"?}]}`, expired ones included. Throws a retryable `SECRET_MALFORMED` whose message never quotes
 * the text, which is secret.
 */
export function readEntries(text: string): readonly ActiveSecret[] {
  const fault = (what: string): RetryableError =>
    new RetryableError(
      'SECRET_MALFORMED',
      `The secret is not {"active":[{"id","secret","notAfter"?}]}: ${what}. Put it again in that form.`,
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fault('it is not JSON');
  }
  const active = typeof parsed === 'object' && parsed !== null && 'active' in parsed ? parsed.active : undefined;
  if (!Array.isArray(active)) throw fault('"active" is not a list');
  if (active.length > ACTIVE_SECRETS_MAX) throw fault(`"active" has ${active.length} entries, allowed are ${ACTIVE_SECRETS_MAX}`);
  return active.map((entry: unknown, index) => {
    const { id, secret, notAfter } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    if (typeof id !== 'string' || !/^[\w.:-]{1,64}$/.test(id)) throw fault(`entry ${index} has no id of 1 to 64 letters, digits and ._:-`);
    if (typeof secret !== 'string' || secret === '') throw fault(`entry ${index} has an empty secret or none`);
    if (notAfter === undefined) return { id, secret };
    if (typeof notAfter !== 'string' || millisOf(notAfter) === undefined)
      throw fault(`entry ${index} has a notAfter that is no ISO 8601 time`);
    return { id, secret, notAfter };
  });
}
