/** What every operation of the model works on. */
import type { Random } from '../../lambdas/core/ports.ts';
import { type Fresh, freshFrom } from '../../ops/fixtures/fresh.ts';
import { API_VERSION } from '../../ops/fixtures/stripe.ts';
import type { Cause, Execution } from './executions.ts';
import type { ModelTime } from './model-time.ts';
import type { ObjectStore, StoredEvent } from './object-store.ts';
import type { TestPaymentMethod } from './test-payment-methods.ts';
import type { WebhookQueue } from './webhook-queue.ts';

export type StripeWorld = {
  readonly time: ModelTime;
  readonly random: Pick<Random, 'fraction'>;
  readonly store: ObjectStore;
  readonly webhooks: WebhookQueue;
  /** How each payment method of the account behaves, by its id. */
  readonly behaviours: Map<string, TestPaymentMethod>;
  readonly executions: Execution[];
  cause: Cause | undefined;
  /** The work under way ends after its first step, as where a server dies. */
  breaksOff: boolean;
};

export function fresh({ time, random }: StripeWorld): Fresh {
  return freshFrom(time.nowSeconds(), random.fraction);
}

/** `previous` are the members that changed, with what they were. */
export type Happening = { readonly type: string; readonly object: object; readonly previous?: object };

/** Keeps an event in the list and tells it by webhook. */
export function emit(world: StripeWorld, { type, object, previous }: Happening): void {
  const { requestId = null, idempotencyKey = null } = world.cause ?? {};
  const event: StoredEvent = {
    id: `evt_3${fresh(world).token(23)}`,
    object: 'event',
    api_version: API_VERSION,
    created: world.time.nowSeconds(),
    data: { object, ...(previous === undefined ? {} : { previous_attributes: previous }) },
    livemode: false,
    request: { id: requestId, idempotency_key: idempotencyKey },
    type,
  };
  world.store.add(event);
  world.webhooks.announce(event);
}
