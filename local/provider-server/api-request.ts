/** What is decided about a request before the idempotency layer: who asks, and what it asks for. */
import { ApiError, invalidRequest } from './api-error.ts';
import { canonicalForm, type Form, parseForm } from './form.ts';

/** One request to the API: `path` with its query, the names of `headers` in lower case, `body` form-encoded. */
export type StripeRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: string;
};
export type StripeAnswer = { readonly status: number; readonly headers: { readonly [name: string]: string }; readonly body: string };

export type ReadRequest = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly form: Form;
  /** Undefined where it counts for nothing. */
  readonly idempotencyKey: string | undefined;
};

/** docs.stripe.com/api/idempotent_requests */
const KEY_CHARACTERS_MAX = 255;

/** Throws `ApiError` 401, with what little of the key may be shown; 403 for a connected account, of which there is none here. */
export function authenticate({ headers }: StripeRequest, isKey: (key: string) => boolean): void {
  const key = givenKey(headers['authorization'] ?? '');
  const account = headers['stripe-account'] ?? headers['stripe-context'];
  const refused = (message: string) => new ApiError(401, { type: 'invalid_request_error', message });
  if (key === '') throw refused('You did not provide an API key: send it as Authorization: Bearer sk_test_….');
  if (!isKey(key))
    throw refused(`Invalid API Key provided: ${key.slice(0, 8).replace(/[^\w]/g, '*')}****${key.slice(-4).replace(/[^\w]/g, '*')}`);
  if (account !== undefined)
    throw new ApiError(403, {
      type: 'invalid_request_error',
      code: 'account_invalid',
      message: `The provided key does not have access to account '${account}' (the local server has no connected accounts).`,
    });
}

/** Throws `ApiError` for a request that cannot be read. */
export function readRequest({ method, path: target, headers, body }: StripeRequest): ReadRequest {
  const [path = '/', query = ''] = target.split(/\?(.*)/s, 2);
  const key = headers['idempotency-key'];
  if (key !== undefined && key.length > KEY_CHARACTERS_MAX)
    throw invalidRequest(`Idempotency keys can be up to ${KEY_CHARACTERS_MAX} characters; this one has ${key.length}.`);
  return {
    method,
    path,
    form: parseForm(method === 'POST' ? body : query),
    // It has no effect on other methods, and an empty one is none.
    idempotencyKey: method === 'POST' && key !== '' ? key : undefined,
  };
}

export function parametersOf({ form }: ReadRequest): string {
  return canonicalForm(form);
}

/** `Bearer <key>`, or the key as the user name of basic authentication, as `curl -u sk_test_…:` sends it. */
function givenKey(authorization: string): string {
  const [, scheme = '', value = ''] = /^(\S+)\s+(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  return Buffer.from(value, 'base64').toString().split(':')[0] ?? '';
}
