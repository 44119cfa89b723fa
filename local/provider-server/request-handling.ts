/**
 * The way of one request: who asks, what goes wrong before the idempotency layer, that layer, and then the work. A request takes time, so it
 * is taken in three steps, between which a driver may do anything else: begin, execute, finish.
 */
import { API_VERSION } from '../../ops/fixtures/stripe.ts';
import { ApiError, errorObject } from './api-error.ts';
import { apiJson } from './api-json.ts';
import { authenticate, parametersOf, type ReadRequest, readRequest, type StripeAnswer, type StripeRequest } from './api-request.ts';
import type { IdempotencyKeys } from './idempotency-keys.ts';
import type { Work } from './operation.ts';
import { type ExpandPath, expanded, expandPaths } from './present.ts';
import { type RequestFate, type RequestFates, RUNS } from './request-fate.ts';
import { routeTo } from './routes.ts';
import { fresh, type StripeWorld } from './stripe-world.ts';

export type RequestDesk = {
  readonly world: StripeWorld;
  readonly keys: IdempotencyKeys;
  readonly fates: RequestFates;
  readonly isKey: (key: string) => boolean;
};

export type Underway = {
  readonly fate: RequestFate;
  /** Does the work, once: its effects, events and webhooks are there from now on. */
  execute(): void;
  /** Executes where nobody has, keeps the answer under the request's key, which is free from now on, and returns it. */
  finish(): StripeAnswer;
};

type Headers = { readonly [name: string]: string };
type Result = { readonly status: number; readonly body: string; readonly headers?: Headers };

export function beginRequest(desk: RequestDesk, request: StripeRequest): Underway {
  desk.world.time.catchUp();
  const requestId = `req_${fresh(desk.world).token(14)}`;
  const headers = { 'content-type': 'application/json', 'request-id': requestId, 'stripe-version': versionOf(request) };
  let fate = RUNS;
  let read: ReadRequest | undefined;
  try {
    authenticate(request, desk.isKey);
    read = readRequest(request);
    const { method, path, idempotencyKey } = read;
    fate = { ...RUNS, ...desk.fates({ method, path, idempotencyKey }) };
    return keyed(desk, { read, fate, requestId, headers });
  } catch (error) {
    const keyHeader = read?.idempotencyKey === undefined ? {} : { 'idempotency-key': read.idempotencyKey };
    return over(fate, { ...headers, ...keyHeader }, errorResult(error));
  }
}

type Taken = { readonly read: ReadRequest; readonly fate: RequestFate; readonly requestId: string; readonly headers: Headers };

/** Throws `ApiError` where nothing begins. */
function keyed(desk: RequestDesk, taken: Taken): Underway {
  const { read, fate, headers, requestId } = taken;
  const early = EARLY_FAILURES[fate.execution];
  if (early !== undefined) throw new ApiError(early.status, early.detail);
  const key = read.idempotencyKey;
  if (key === undefined) return working(desk, taken, plan(desk.world, read));
  const admission = desk.keys.admit(key, { endpoint: `${read.method} ${read.path}`, parameters: parametersOf(read) });
  if (admission.kind === 'mismatch') throw keyMismatch(key, admission.differs);
  if (admission.kind === 'in use') throw keyInUse(key);
  if (admission.kind === 'kept') {
    const { requestId: original, status, body } = admission.answer;
    const replay = { 'idempotency-key': key, 'idempotent-replayed': 'true', 'original-request': original };
    return over(fate, { ...headers, ...replay, ...(status === 500 ? SERVER_ERROR.headers : {}) }, { status, body });
  }
  try {
    const own = { 'idempotency-key': key, 'original-request': requestId };
    return working(desk, { ...taken, headers: { ...headers, ...own } }, plan(desk.world, read));
  } catch (error) {
    desk.keys.release(key);
    throw error;
  }
}

type Plan = { readonly work: Work; readonly paths: readonly ExpandPath[] };

/** Throws `ApiError` for what is wrong with the request alone. */
function plan(world: StripeWorld, { method, path, form }: ReadRequest): Plan {
  const { operation, id, answered } = routeTo(method, path);
  const paths = expandPaths(form, answered);
  return { work: operation(world, { form, id }), paths };
}

function working({ world, keys }: RequestDesk, { read, fate, requestId, headers }: Taken, planned: Plan): Underway {
  const key = read.idempotencyKey;
  let result: Result | undefined;
  let answer: StripeAnswer | undefined;
  const execute = (): Result => {
    if (result !== undefined) return result;
    world.time.catchUp();
    world.cause = { requestId, idempotencyKey: key };
    world.breaksOff = fate.execution === 'fails halfway';
    const done = fate.execution === 'fails before' ? SERVER_ERROR : resultOf(world, planned);
    world.cause = undefined;
    world.breaksOff = false;
    result = fate.execution === 'fails after' || fate.execution === 'fails halfway' ? SERVER_ERROR : done;
    return result;
  };
  return {
    fate,
    execute: () => {
      execute();
    },
    finish: () => {
      if (answer !== undefined) return answer;
      const { status, body, headers: more } = execute();
      if (key !== undefined) keys.keep(key, { requestId, status, body });
      answer = { status, body, headers: { ...headers, ...more } };
      return answer;
    },
  };
}

function resultOf(world: StripeWorld, { work, paths }: Plan): Result {
  try {
    return { status: 200, body: apiJson(expanded(world, work(), paths)) };
  } catch (error) {
    return errorResult(error);
  }
}

/** Nothing is left to do. */
function over(fate: RequestFate, headers: Headers, { status, body, headers: more }: Result): Underway {
  const answer = { status, body, headers: { ...headers, ...more } };
  return { fate, execute: () => undefined, finish: () => answer };
}

/** Anything but a refusal is a fault of the model, and must not look like an answer. */
function errorResult(error: unknown): Result {
  if (!(error instanceof ApiError)) throw error;
  const headers = RETRY_ADVICE[error.code];
  return { status: error.status, body: apiJson({ error: errorObject(error) }), ...(headers === undefined ? {} : { headers }) };
}

const UNAVAILABLE = {
  type: 'api_error',
  message: 'Stripe is not available at the moment. (The local server was told to say so.)',
} as const;

const EARLY_FAILURES: { readonly [execution: string]: { readonly status: number; readonly detail: ApiError['detail'] } } = {
  'rate limited': { status: 429, detail: { type: 'invalid_request_error', code: 'rate_limit', message: 'Request rate limit exceeded.' } },
  locked: {
    status: 429,
    detail: {
      type: 'invalid_request_error',
      code: 'lock_timeout',
      message: 'This object cannot be accessed right now because another request is working on it.',
    },
  },
  unavailable: { status: 503, detail: UNAVAILABLE },
};

/** docs.stripe.com/rate-limits and docs.stripe.com/error-low-level: only where it knows does Stripe say whether to try again. */
const RETRY_ADVICE: { readonly [code: string]: Headers } = {
  rate_limit: { 'stripe-rate-limited-reason': 'global-rate' },
  lock_timeout: { 'stripe-should-retry': 'true' },
};

/** Trying again would only bring it again: it is kept under the key. */
const SERVER_ERROR: Result = {
  status: 500,
  body: apiJson({
    error: { type: 'api_error', message: 'An error occurred on the side of Stripe. (The local server was told to say so.)' },
  }),
  headers: { 'stripe-should-retry': 'false' },
};

function versionOf({ headers }: StripeRequest): string {
  return headers['stripe-version'] ?? API_VERSION;
}

function keyMismatch(key: string, differs: 'endpoint' | 'parameters'): ApiError {
  const what =
    differs === 'endpoint' ? 'for the same endpoint they were first used for' : 'with the same parameters they were first used with';
  const message = `Keys for idempotent requests can only be used ${what}. Try using a key other than '${key}' if you meant to execute a different request.`;
  return new ApiError(400, { type: 'idempotency_error', message });
}

function keyInUse(key: string): ApiError {
  const message = `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`;
  return new ApiError(409, { type: 'invalid_request_error', code: 'idempotency_key_in_use', message });
}
