/** Calls a provider's API: one try each, to its own host only, within bounds, and what came of it is said and never thrown. */
import { codeWord } from '../core/api-answer.ts';
import { errorCode } from '../core/errors.ts';
import { own } from '../core/json-shape.ts';
import { CHARGE_TIMEOUT_MILLIS, PROVIDER_LIST_BYTES_MAX, PROVIDER_OBJECT_BYTES_MAX, PROVIDER_READ_TIMEOUT_MILLIS } from '../core/limits.ts';
import type { HttpRequest, Network, Telemetry } from '../core/ports.ts';
import type { ActiveSecret, Mode } from '../core/provider.ts';
import type {
  Answered,
  ApiAnswer,
  ApiList,
  ApiPage,
  ApiRequest,
  ChargeApi,
  ChargeReading,
  ListedEvent,
  ProviderApi,
  ProviderPayment,
  ProviderTransaction,
  Window,
} from '../core/provider-api.ts';
import type { SecretCache } from './secret-cache.ts';

export type ProviderCalls = {
  /**
   * Sends the frozen request of a charge under this key. `unknown` for all that leaves open whether it was executed: a timeout, a lost connection, a redirect, an answer
   * that cannot be believed. A payment of another mode than ours is not believed.
   */
  charge(request: ApiRequest, idempotencyKey: string): Promise<ChargeReading>;
  /** The payment by the provider's id; an answer about another object, or one of the other mode, is `again`. */
  one(objectId: string): Promise<Answered<ProviderPayment>>;
  /** What the provider's search finds for our `pay_…`; a find that does not bear it, or is of the other mode, makes the answer `again`. */
  search(paymentId: string): Promise<Answered<ApiPage<ProviderPayment>>>;
  listPayments(window: Window, after?: string): Promise<Answered<ApiPage<ProviderPayment>>>;
  events(window: Window, after?: string): Promise<Answered<ApiPage<ListedEvent>>>;
  transactions(window: Window, after?: string): Promise<Answered<ApiPage<ProviderTransaction>>>;
};

/** `apiKeys`: of its active entries the first one is used. */
export type ProviderCallPorts = { readonly network: Network; readonly apiKeys: SecretCache; readonly telemetry: Telemetry };

export type ProviderCallSettings = {
  /** An API key of the other mode is refused before anything is sent. */
  readonly mode: Mode;
  /** A stand-in on this machine, `http://127.0.0.1:…`. @default - the provider's own origin */
  readonly origin?: string | undefined;
};

/**
 * Never throws for anything a provider, the network or the store of the API key does; a TypeError where the provider's API has no such call. Each call is one try; only a
 * refused API key is read anew, and tried once more if it is another one.
 */
export function createProviderCalls(api: ProviderApi, ports: ProviderCallPorts, settings: ProviderCallSettings): ProviderCalls {
  const line = new Line(api, ports, settings);
  const payments = <T>(pick: (charge: ChargeApi) => T | undefined, what: string): T => given(api, api.charge && pick(api.charge), what);
  const page = <T>(list: ApiList<T>, window: Window, after: string | undefined) =>
    line.ask({ request: list.request(window, after), read: (answer) => list.read(answer), answerBytes: PROVIDER_LIST_BYTES_MAX });
  return {
    charge: async (request, idempotencyKey) => {
      const charge = payments((whole) => whole, 'charges');
      return line.charge(charge, charge.withKey(request, idempotencyKey));
    },
    one: async (objectId) => {
      const one = payments((charge) => charge.one, 'payments');
      const answered = await line.ask({
        request: one.request(objectId),
        read: (answer) => one.read(answer),
        answerBytes: PROVIDER_OBJECT_BYTES_MAX,
      });
      return onlyIf(answered, (payment) => payment.objectId === objectId && payment.mode === settings.mode);
    },
    search: async (paymentId) => {
      const search = payments((charge) => charge.search, 'search');
      const answered = await line.ask({
        request: search.request(paymentId),
        read: (answer) => search.read(answer),
        answerBytes: PROVIDER_LIST_BYTES_MAX,
      });
      return onlyIf(answered, ({ items }) => items.every((payment) => payment.paymentId === paymentId && payment.mode === settings.mode));
    },
    listPayments: async (window, after) =>
      page(
        payments((charge) => charge.list, 'list of payments'),
        window,
        after,
      ),
    events: async (window, after) => page(given(api, api.events, 'list of events'), window, after),
    transactions: async (window, after) => page(given(api, api.transactions, 'list of transactions'), window, after),
  };
}

function given<T>({ name }: ProviderApi, part: T | undefined, what: string): T {
  if (part === undefined) throw new TypeError(`The provider API ${name} has no ${what}.`);
  return part;
}

/** An answer that is about something else proves nothing, and least of all an absence. */
function onlyIf<T>(answered: Answered<T>, isRight: (value: T) => boolean): Answered<T> {
  return answered.kind !== 'answered' || isRight(answered.value) ? answered : { kind: 'again', code: 'OTHER_OBJECT' };
}

type Reader<T> = { readonly request: ApiRequest; readonly answerBytes: number; read(answer: ApiAnswer): T };

/** Nothing was sent: `unauthorized` waits for a person, `again` for the store of the key. */
type Unsent = { readonly kind: 'unauthorized' | 'again'; readonly code: string };

type ApiKey = { readonly kind: 'key'; readonly key: string } | Unsent;

class Line {
  readonly #api: ProviderApi;
  readonly #ports: ProviderCallPorts;
  readonly #mode: Mode;
  readonly #origin: string;

  constructor(api: ProviderApi, ports: ProviderCallPorts, { mode, origin = api.origin }: ProviderCallSettings) {
    this.#api = api;
    this.#ports = ports;
    this.#mode = mode;
    this.#origin = checkedOrigin(origin, api.origin);
  }

  async charge(charge: ChargeApi, request: ApiRequest): Promise<ChargeReading> {
    const reader = { request, answerBytes: PROVIDER_OBJECT_BYTES_MAX, read: (answer: ApiAnswer) => this.#ofOurMode(charge.read(answer)) };
    const failed = (code: string): ChargeReading => ({ kind: 'unknown', code, replayed: false });
    return this.#counted('charge', await this.#withKey({ ...reader, timeoutMillis: CHARGE_TIMEOUT_MILLIS, failed }));
  }

  async ask<T>(reader: Reader<Answered<T>>): Promise<Answered<T>> {
    const failed = (code: string): Answered<T> => ({ kind: 'again', code });
    return this.#counted('read', await this.#withKey({ ...reader, timeoutMillis: PROVIDER_READ_TIMEOUT_MILLIS, failed }));
  }

  #ofOurMode(reading: ChargeReading): ChargeReading {
    if (reading.kind !== 'payment' || reading.payment.mode === this.#mode) return reading;
    return { kind: 'unknown', code: 'OTHER_MODE', replayed: reading.replayed };
  }

  async #withKey<T extends { readonly kind: string }>(call: Call<T>): Promise<T | Unsent> {
    const first = await this.#key(() => this.#ports.apiKeys.active());
    const result = first.kind === 'key' ? await this.#send(call, first.key) : first;
    if (result.kind !== 'unauthorized') return result;
    const second = await this.#key(() => this.#ports.apiKeys.refreshed());
    if (second.kind === 'again') return second;
    // Nothing was executed with the first key, and the same one would be refused again.
    return second.kind === 'key' && (first.kind !== 'key' || second.key !== first.key) ? this.#send(call, second.key) : result;
  }

  async #key(read: () => Promise<readonly ActiveSecret[] | undefined>): Promise<ApiKey> {
    try {
      const key = (await read())?.[0]?.secret;
      if (key === undefined) return { kind: 'unauthorized', code: 'NO_OTHER_KEY' };
      const mode = this.#api.modeOfKey(key);
      if (mode === undefined) return { kind: 'unauthorized', code: 'BAD_API_KEY' };
      return mode === 'either' || mode === this.#mode ? { kind: 'key', key } : { kind: 'unauthorized', code: 'WRONG_MODE' };
    } catch (error) {
      const code = errorCode(error);
      return { kind: code === 'NO_ACTIVE_SECRET' || code === 'SECRET_MALFORMED' ? 'unauthorized' : 'again', code };
    }
  }

  async #send<T>(call: Call<T>, key: string): Promise<T | Unsent> {
    const url = `${this.#origin}${call.request.path}`;
    if (!call.request.path.startsWith('/') || !URL.canParse(url) || new URL(url).origin !== this.#origin)
      return { kind: 'unauthorized', code: 'WRONG_HOST' };
    const { method, body, headers } = call.request;
    const request: HttpRequest = {
      method,
      url,
      headers: { ...headers, ...this.#api.authorization(key) },
      ...(body === undefined ? {} : { body }),
      bounds: { timeoutMillis: call.timeoutMillis, answerBytes: call.answerBytes },
    };
    try {
      const answer = await this.#ports.network.send(request);
      const isRedirect = answer.status >= 300 && answer.status < 400;
      return isRedirect ? call.failed('REDIRECTED') : call.read({ headers: {}, ...answer });
    } catch (error) {
      return call.failed(codeWord(own(error, 'code')) ?? errorCode(error));
    }
  }

  #counted<T extends { readonly kind: string; readonly code?: string }>(call: string, result: T): T {
    const { kind, code } = result;
    this.#ports.telemetry.count('ProviderCalls', 1, { provider: this.#api.name, call, outcome: kind });
    if (code !== undefined) this.#ports.telemetry.log('warn', 'provider call', { provider: this.#api.name, call, outcome: kind, code });
    return result;
  }
}

type Call<T> = Reader<T> & { readonly timeoutMillis: number; failed(code: string): T };

/** Only this machine may stand in for a provider: with any other override, a slip of the environment would give the API key away. */
function checkedOrigin(origin: string, own: string): string {
  if (origin === own || /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(origin)) return origin;
  throw new TypeError(`A provider API is called at ${own}, or at a stand-in under http://127.0.0.1:<port>; the override is neither.`);
}
