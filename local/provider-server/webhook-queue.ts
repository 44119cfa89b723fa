/**
 * Which webhooks are due: each event to the one endpoint, again and again until a 2xx, at least once and in no order. It posts nothing
 * itself: a driver takes what is due and says what came of it (docs.stripe.com/webhooks).
 */
import stripe from '../../lambdas/providers/stripe.ts';
import { DueTimes } from '../engines/sqs/due-times.ts';
import { apiJson } from './api-json.ts';
import type { ModelTime } from './model-time.ts';
import type { StoredEvent } from './object-store.ts';

export type WebhookOptions = {
  /** The endpoint's signing secret, `whsec_…`. */
  readonly secret: string;
  /** @default every type */
  readonly types?: readonly string[];
  /**
   * How long after it happened an event is told, once for each entry: none is an event that is dropped for good, two are a duplicate,
   * and unequal ones put events out of order. @default once, at once
   */
  readonly delays?: (event: StoredEvent) => readonly number[];
  /** Waits double from the first to the longest, for as many tries. @default as Stripe documents for live mode: up to three days */
  readonly retry?: { readonly baseMillis: number; readonly capMillis: number; readonly attemptsMax: number };
};

export type WebhookDelivery = {
  readonly eventId: string;
  readonly type: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  /** Says what the endpoint answered; undefined where no answer came. To be called once for each delivery. */
  answered(status: number | undefined): void;
};

export type WebhookQueue = {
  announce(event: StoredEvent): void;
  /** Tells it once more, as from the Dashboard, even where it was dropped. */
  tellAgain(event: StoredEvent): void;
  takeDue(): readonly WebhookDelivery[];
  /** When something is due next; undefined where nothing waits. */
  nextAtMillis(): number | undefined;
  /** How many endpoints have not answered it with 2xx: 1 or 0. */
  pending(eventId: string): number;
};

/** Ten seconds, doubled up to an hour: 80 tries span three days. */
const RETRY = { baseMillis: 10_000, capMillis: 3_600_000, attemptsMax: 80 };

type Telling = { readonly dueAtMillis: number; readonly order: number; readonly event: StoredEvent; readonly attempt: number };

export function createWebhookQueue(options: WebhookOptions | undefined, time: ModelTime): WebhookQueue {
  const tellings = new DueTimes<Telling>();
  const pending = new Set<string>();
  const { baseMillis, capMillis, attemptsMax } = options?.retry ?? RETRY;
  let order = 0;
  const add = (event: StoredEvent, attempt: number, waitMillis: number) => {
    order += 1;
    tellings.add({ dueAtMillis: time.nowMillis() + waitMillis, order, event, attempt });
  };
  const deliveryOf = ({ event, attempt }: Telling, secret: string): WebhookDelivery => ({
    eventId: event.id,
    type: event.type,
    attempt,
    ...signed(event, secret, time.nowSeconds()),
    answered: (status) => {
      time.catchUp();
      if (status !== undefined && status >= 200 && status < 300) pending.delete(event.id);
      else if (attempt < attemptsMax) add(event, attempt + 1, Math.min(capMillis, baseMillis * 2 ** Math.min(attempt - 1, 30)));
    },
  });
  return {
    announce: (event) => {
      if (options === undefined || options.types?.includes(event.type) === false) return;
      pending.add(event.id);
      for (const delayMillis of options.delays?.(event) ?? [0]) add(event, 1, delayMillis);
    },
    tellAgain: (event) => {
      if (options !== undefined) add(event, 1, 0);
    },
    takeDue: () => {
      const due: WebhookDelivery[] = [];
      const nowMillis = time.nowMillis();
      for (let next = tellings.takeDue(nowMillis); next !== undefined; next = tellings.takeDue(nowMillis))
        if (options !== undefined) due.push(deliveryOf(next, options.secret));
      return due;
    },
    nextAtMillis: () => tellings.nextAtMillis(),
    pending: (eventId) => (pending.has(eventId) ? 1 : 0),
  };
}

/** While an endpoint is being told, it counts as one that has not answered. */
function signed(event: StoredEvent, secret: string, nowSeconds: number): Pick<WebhookDelivery, 'headers' | 'body'> {
  const body = apiJson({ ...event, pending_webhooks: 1 });
  const { headers } = stripe.sign({ body: Buffer.from(body), secret, nowSeconds, id: event.id });
  return { headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Stripe/1.0 (local)', ...headers }, body };
}
