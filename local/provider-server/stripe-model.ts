/**
 * Stripe inside this process: payment intents, refunds, events and what they moved, as its documentation has them, on a clock and a source
 * of randomness that are handed in. It has no socket and no timer: a driver brings requests, takes the webhooks that are due and decides
 * what goes wrong. What it does not model it refuses by name.
 */
import type { Random } from '../../lambdas/core/ports.ts';
import { LocalError } from '../local-error.ts';
import { ApiError } from './api-error.ts';
import type { StripeAnswer, StripeRequest } from './api-request.ts';
import { IdempotencyKeys, KEY_LIFE_MILLIS_MIN } from './idempotency-keys.ts';
import { createInspection, type Inspection } from './inspection.ts';
import { createModelTime } from './model-time.ts';
import { type Lag, ObjectStore } from './object-store.ts';
import { authenticated, notAuthenticated } from './payment-attempt.ts';
import { findMethod } from './payment-methods.ts';
import type { RequestFates } from './request-fate.ts';
import { beginRequest, type RequestDesk, type Underway } from './request-handling.ts';
import type { StripeWorld } from './stripe-world.ts';
import { createWebhookQueue, type WebhookDelivery, type WebhookOptions } from './webhook-queue.ts';

export type StripeModelOptions = {
  readonly clock: { nowMillis(): number };
  readonly random: Pick<Random, 'fraction'>;
  /** Which secret keys are authentic. @default every key of test mode: `sk_test_…` and `rk_test_…` */
  readonly isKey?: (key: string) => boolean;
  /** How long an idempotency key is remembered, from its first use: at least 24 hours with Stripe. @default 24 hours */
  readonly keyLifeMillis?: number;
  /** @default lists show all at once; the search knows what is two seconds old */
  readonly lag?: Partial<Lag>;
  /** @default nothing goes wrong */
  readonly fates?: RequestFates;
  /** @default nobody is told of events; they are in the list */
  readonly webhooks?: WebhookOptions;
};

export type StripeModel = {
  /** Begins a request that takes time: its idempotency key is in use until `finish`. */
  begin(request: StripeRequest): Underway;
  /** The whole of a request, at once. */
  handle(request: StripeRequest): StripeAnswer;
  /** Does what is due by now, such as a debit that is over, each at its own time. Every request does so first. */
  catchUp(): void;
  /** When something becomes due next, a webhook or anything else; undefined where nothing waits. */
  nextAtMillis(): number | undefined;
  /** The deliveries that are due by now, signed for this moment. Whoever takes them says of each what was answered. */
  takeDueWebhooks(): readonly WebhookDelivery[];
  /** Tells an event once more, as the Dashboard can, even one that was dropped. False where it is not there. */
  tellAgain(eventId: string): boolean;
  /** What the customer does while a payment intent waits in `requires_action`. Throws `NOT_WAITING` where it does not. */
  customerActs(intentId: string, act: 'authenticates' | 'fails to authenticate'): void;
  readonly inspection: Inspection;
};

/** "Under normal operating conditions" it is less than a minute (docs.stripe.com/search, "Data freshness"). */
const SEARCH_LAG_MILLIS = 2_000;

export function createStripeModel(options: StripeModelOptions): StripeModel {
  const time = createModelTime(options.clock);
  const lag: Lag = { listMillis: () => 0, searchMillis: () => SEARCH_LAG_MILLIS, ...options.lag };
  const world: StripeWorld = {
    time,
    random: options.random,
    store: new ObjectStore(time.nowMillis, lag),
    webhooks: createWebhookQueue(options.webhooks, time),
    behaviours: new Map(),
    executions: [],
    cause: undefined,
    breaksOff: false,
  };
  const desk: RequestDesk = {
    world,
    keys: new IdempotencyKeys(time.nowMillis, options.keyLifeMillis ?? KEY_LIFE_MILLIS_MIN),
    fates: options.fates ?? (() => ({})),
    isKey: options.isKey ?? ((key) => /^[sr]k_test_\w+$/.test(key)),
  };
  const begin = (request: StripeRequest) => beginRequest(desk, request);
  return {
    begin,
    handle: (request) => begin(request).finish(),
    catchUp: time.catchUp,
    nextAtMillis: () => earlier(time.nextAtMillis(), world.webhooks.nextAtMillis()),
    takeDueWebhooks: () => {
      time.catchUp();
      return world.webhooks.takeDue();
    },
    tellAgain: (eventId) => tellAgain(world, eventId),
    customerActs: (intentId, act) => customerActs(world, intentId, act),
    inspection: createInspection(world),
  };
}

function tellAgain({ store, webhooks }: StripeWorld, eventId: string): boolean {
  const event = store.get('event', eventId);
  if (event !== undefined) webhooks.tellAgain(event);
  return event !== undefined;
}

function customerActs(world: StripeWorld, intentId: string, act: 'authenticates' | 'fails to authenticate'): void {
  world.time.catchUp();
  const intent = world.store.get('payment_intent', intentId);
  if (intent?.status !== 'requires_action' || typeof intent.payment_method !== 'string')
    throw new LocalError(
      'NOT_WAITING',
      `The payment intent ${intentId} is ${intent?.status ?? 'not there'}: it does not wait for its customer.`,
    );
  const method = findMethod(world, intent.payment_method);
  try {
    if (act === 'authenticates') authenticated(world, intent, method);
    else notAuthenticated(world, intent, method);
  } catch (error) {
    // A decline: the intent and its events say so, and there is no request to answer.
    if (!(error instanceof ApiError)) throw error;
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
