/** Calls a provider's API: one try each, to its own host only, within bounds, and what came of it is said and never thrown. */
import { CHARGE_TIMEOUT_MILLIS, PROVIDER_LIST_BYTES_MAX, PROVIDER_OBJECT_BYTES_MAX, PROVIDER_READ_TIMEOUT_MILLIS } from '../core/limits.ts';
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
import { type ApiKey, AuthorizedCalls, type CallPorts } from './authorized-call.ts';

export type ProviderCalls = {
  /** That of every object there is behind these calls: what belongs to the other one can neither be charged nor found here. */
  readonly mode: Mode;
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
export type ProviderCallPorts = CallPorts;

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
  const { mode, origin } = settings;
  const { name: provider } = api;
  const keyOf = ([first]: readonly ActiveSecret[]) => usableKey(api, mode, first?.secret ?? '');
  const account = { provider, origin: api.origin, keyOf, authorization: (key: string) => api.authorization(key) };
  const calls = new AuthorizedCalls(account, ports, origin);
  const ask = <T>({ answerBytes, ...question }: Question<T>): Promise<Answered<T>> =>
    calls.call({
      name: 'read',
      ...question,
      answerBytes,
      timeoutMillis: () => PROVIDER_READ_TIMEOUT_MILLIS,
      failed: (code) => ({ kind: 'again', code }),
    });
  const page = <T>(list: ApiList<T>, window: Window, after: string | undefined) =>
    ask({ request: list.request(window, after), read: (answer) => list.read(answer), answerBytes: PROVIDER_LIST_BYTES_MAX });
  const charge = <T>(pick: (charge: ChargeApi) => T | undefined, what: string): T => given(api, api.charge && pick(api.charge), what);
  return {
    mode: settings.mode,
    charge: async (request, idempotencyKey) => {
      const { withKey, read } = charge((whole) => whole, 'charges');
      return calls.call<ChargeReading>({
        name: 'charge',
        request: withKey(request, idempotencyKey),
        read: (answer) => ofMode(read(answer), mode),
        answerBytes: PROVIDER_OBJECT_BYTES_MAX,
        timeoutMillis: () => CHARGE_TIMEOUT_MILLIS,
        failed: (code) => ({ kind: 'unknown', code, replayed: false }),
      });
    },
    one: async (objectId) => {
      const one = charge((whole) => whole.one, 'payments');
      const question = {
        request: one.request(objectId),
        read: (answer: ApiAnswer) => one.read(answer),
        answerBytes: PROVIDER_OBJECT_BYTES_MAX,
      };
      return onlyIf(await ask(question), (payment) => payment.objectId === objectId && payment.mode === mode);
    },
    search: async (paymentId) => {
      const search = charge((whole) => whole.search, 'search');
      const question = {
        request: search.request(paymentId),
        read: (answer: ApiAnswer) => search.read(answer),
        answerBytes: PROVIDER_LIST_BYTES_MAX,
      };
      return onlyIf(await ask(question), ({ items }) => items.every((payment) => payment.paymentId === paymentId && payment.mode === mode));
    },
    listPayments: async (window, after) =>
      page(
        charge((whole) => whole.list, 'list of payments'),
        window,
        after,
      ),
    events: async (window, after) => page(given(api, api.events, 'list of events'), window, after),
    transactions: async (window, after) => page(given(api, api.transactions, 'list of transactions'), window, after),
  };
}

type Question<T> = { readonly request: ApiRequest; readonly answerBytes: number; read(answer: ApiAnswer): Answered<T> };

function usableKey(api: ProviderApi, expected: Mode, key: string): ApiKey {
  const mode = api.modeOfKey(key);
  if (mode === undefined) return { kind: 'unauthorized', code: 'BAD_API_KEY' };
  return mode === 'either' || mode === expected ? { kind: 'key', key } : { kind: 'unauthorized', code: 'WRONG_MODE' };
}

function ofMode(reading: ChargeReading, mode: Mode): ChargeReading {
  if (reading.kind !== 'payment' || reading.payment.mode === mode) return reading;
  return { kind: 'unknown', code: 'OTHER_MODE', replayed: reading.replayed };
}

function given<T>({ name }: ProviderApi, part: T | undefined, what: string): T {
  if (part === undefined) throw new TypeError(`The provider API ${name} has no ${what}.`);
  return part;
}

/** An answer that is about something else proves nothing, and least of all an absence. */
function onlyIf<T>(answered: Answered<T>, isRight: (value: T) => boolean): Answered<T> {
  return answered.kind !== 'answered' || isRight(answered.value) ? answered : { kind: 'again', code: 'OTHER_OBJECT' };
}
