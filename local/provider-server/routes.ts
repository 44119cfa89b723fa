/** Which endpoint a method and a path name. */
import { ApiError, resourceMissing } from './api-error.ts';
import { EVENT_LIST, readEvent } from './events.ts';
import { onlyKnown } from './form-values.ts';
import { equals, type ListOptions, listOf } from './lists.ts';
import type { Kind } from './object-store.ts';
import type { Operation } from './operation.ts';
import { cancelIntent, confirmIntent, createIntent, updateIntent } from './payment-intents.ts';
import { type Answered, present } from './present.ts';
import { createRefund } from './refunds.ts';
import { searchIntents } from './searches.ts';

export type Routed = { readonly operation: Operation; readonly id: string; readonly answered: Answered };

type Route = { readonly pattern: RegExp; readonly answered: Answered; readonly operation: Operation };

const INTENTS = '/v1/payment_intents';
const INTENT = `${INTENTS}/{id}`;

/** The first that fits counts. */
const ROUTES: readonly Route[] = [
  route(`POST ${INTENTS}`, 'payment_intent', createIntent),
  list(INTENTS, { kind: 'payment_intent', filters: { customer: equals('customer') } }),
  { ...route(`GET ${INTENTS}/search`, 'payment_intent', searchIntents), answered: { kind: 'payment_intent', inList: true } },
  read(INTENT, 'payment_intent'),
  route(`POST ${INTENT}`, 'payment_intent', updateIntent),
  route(`POST ${INTENT}/confirm`, 'payment_intent', confirmIntent),
  route(`POST ${INTENT}/cancel`, 'payment_intent', cancelIntent),
  read('/v1/payment_methods/{id}', 'payment_method'),
  list('/v1/charges', { kind: 'charge', filters: { customer: equals('customer'), payment_intent: equals('payment_intent') } }),
  read('/v1/charges/{id}', 'charge'),
  route('POST /v1/refunds', 'refund', createRefund),
  list('/v1/refunds', { kind: 'refund', filters: { charge: equals('charge'), payment_intent: equals('payment_intent') } }),
  read('/v1/refunds/{id}', 'refund'),
  list('/v1/events', EVENT_LIST),
  route('GET /v1/events/{id}', 'event', readEvent),
  list('/v1/balance_transactions', {
    kind: 'balance_transaction',
    filters: { currency: equals('currency'), source: equals('source'), type: equals('type') },
  }),
  read('/v1/balance_transactions/{id}', 'balance_transaction'),
];

/** Throws `ApiError` 404 for what Stripe does not have, or this server does not model. */
export function routeTo(method: string, path: string): Routed {
  for (const { pattern, answered, operation } of ROUTES) {
    const found = pattern.exec(`${method} ${path}`);
    if (found !== null) return { operation, answered, id: found[1] ?? '' };
  }
  const message = `Unrecognized request URL (${method}: ${path}). The local server has ${ROUTES.length} of Stripe's endpoints; see local/provider-server/routes.ts.`;
  throw new ApiError(404, { type: 'invalid_request_error', message });
}

function route(methodAndPath: string, kind: Kind, operation: Operation): Route {
  const pattern = new RegExp(`^${methodAndPath.replace('{id}', '([\\w-]{1,255})')}$`);
  return { pattern, operation, answered: { kind, inList: false } };
}

function list<K extends Kind>(path: string, options: Omit<ListOptions<K>, 'path'>): Route {
  return { ...route(`GET ${path}`, options.kind, listOf({ ...options, path })), answered: { kind: options.kind, inList: true } };
}

function read(path: string, kind: Kind): Route {
  return route(`GET ${path}`, kind, (world, { form, id }) => {
    onlyKnown(form, ['expand']);
    return () => {
      const object = world.store.get(kind, id);
      if (object === undefined) throw resourceMissing(kind, id);
      return present(world, object);
    };
  });
}
