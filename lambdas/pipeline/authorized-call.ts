/** One call in an account's name: to its provider's host only, within bounds, and what came of it is said and never thrown. */
import { codeWord } from '../core/api-answer.ts';
import { errorCode } from '../core/errors.ts';
import { own } from '../core/json-shape.ts';
import type { HttpRequest, Network, Telemetry } from '../core/ports.ts';
import type { ActiveSecret } from '../core/provider.ts';
import type { ApiAnswer, ApiRequest } from '../core/provider-api.ts';
import type { SecretCache } from './secret-cache.ts';

export type ApiKey = { readonly kind: 'key'; readonly key: string } | { readonly kind: 'unauthorized'; readonly code: string };

/** Who is called, and as whom. */
export type Account = {
  readonly provider: string;
  /** `https://api.stripe.com`. */
  readonly origin: string;
  /** The API key among the entries in force. */
  keyOf(entries: readonly ActiveSecret[]): ApiKey;
  authorization(apiKey: string): { readonly [lowerCaseName: string]: string };
};

export type AuthorizedCall<T> = {
  /** A word for the metric: `charge`, `read`, `fetch`. */
  readonly name: string;
  readonly request: ApiRequest;
  /** Asked before each try. Nothing is sent where it is not above 0. */
  timeoutMillis(): number;
  readonly answerBytes: number;
  read(answer: ApiAnswer): T;
  /** What it means that no answer came which could be read. */
  failed(code: string): T;
};

/** Nothing was sent: `unauthorized` waits for a person, `again` for the store of the key. */
export type Unsent = { readonly kind: 'unauthorized' | 'again'; readonly code: string };

export type CallPorts = { readonly network: Network; readonly apiKeys: SecretCache; readonly telemetry: Telemetry };

type Result = { readonly kind: string; readonly code?: string };

/**
 * Each call is one try; only where the API key is refused it is read anew, and the call is tried once more if it is another one: with the first nothing was executed.
 * A redirect is not followed. `origin`: a stand-in on this machine; throws a TypeError for any other.
 */
export class AuthorizedCalls {
  readonly #account: Account;
  readonly #ports: CallPorts;
  readonly #origin: string;

  constructor(account: Account, ports: CallPorts, origin: string | undefined) {
    this.#account = account;
    this.#ports = ports;
    this.#origin = checkedOrigin(origin ?? account.origin, account.origin);
  }

  async call<T extends Result>(call: AuthorizedCall<T>): Promise<T | Unsent> {
    const result = await this.#withKey(call);
    const { kind, code } = result;
    const named = { provider: this.#account.provider, call: call.name, outcome: kind };
    this.#ports.telemetry.count('ProviderCalls', 1, named);
    if (code !== undefined) this.#ports.telemetry.log('warn', 'provider call', { ...named, code });
    return result;
  }

  async #withKey<T extends Result>(call: AuthorizedCall<T>): Promise<T | Unsent> {
    const first = await this.#key(() => this.#ports.apiKeys.active());
    const result = first.kind === 'key' ? await this.#send(call, first.key) : first;
    if (result.kind !== 'unauthorized') return result;
    const second = await this.#key(() => this.#ports.apiKeys.refreshed());
    if (second.kind === 'again') return second;
    return second.kind === 'key' && (first.kind !== 'key' || second.key !== first.key) ? this.#send(call, second.key) : result;
  }

  async #key(read: () => Promise<readonly ActiveSecret[] | undefined>): Promise<ApiKey | Unsent> {
    try {
      const entries = await read();
      return entries === undefined ? { kind: 'unauthorized', code: 'NO_OTHER_KEY' } : this.#account.keyOf(entries);
    } catch (error) {
      const code = errorCode(error);
      return { kind: code === 'NO_ACTIVE_SECRET' || code === 'SECRET_MALFORMED' ? 'unauthorized' : 'again', code };
    }
  }

  async #send<T>({ request, ...call }: AuthorizedCall<T>, key: string): Promise<T | Unsent> {
    const url = `${this.#origin}${request.path}`;
    if (!request.path.startsWith('/') || !URL.canParse(url) || new URL(url).origin !== this.#origin)
      return { kind: 'unauthorized', code: 'WRONG_HOST' };
    const timeoutMillis = call.timeoutMillis();
    if (timeoutMillis <= 0) return call.failed('OUT_OF_TIME');
    const { method, body, headers } = request;
    const sent: HttpRequest = {
      method,
      url,
      headers: { ...headers, ...this.#account.authorization(key) },
      ...(body === undefined ? {} : { body }),
      bounds: { timeoutMillis, answerBytes: call.answerBytes },
    };
    try {
      const answer = await this.#ports.network.send(sent);
      const isRedirect = answer.status >= 300 && answer.status < 400;
      return isRedirect ? call.failed('REDIRECTED') : call.read({ headers: {}, ...answer });
    } catch (error) {
      // What a library puts there may be a sentence, with whatever it was given.
      return call.failed(codeWord(own(error, 'code')) ?? codeWord(errorCode(error)) ?? 'UNKNOWN');
    }
  }
}

/** Only this machine may stand in for a provider: with any other override, a slip of the environment would give the API key away. */
function checkedOrigin(origin: string, own: string): string {
  if (origin === own || /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(origin)) return origin;
  throw new TypeError(`A provider API is called at ${own}, or at a stand-in under http://127.0.0.1:<port>; the override is neither.`);
}
