/** Posts the webhooks that the model says are due, a few at a time, and tells it what came of each. */
import type { Clock } from '../../lambdas/core/ports.ts';
import type { StripeModel } from './stripe-model.ts';
import type { WebhookDelivery } from './webhook-queue.ts';

export type WebhookDriver = {
  /** Something may have become due: looks at once. */
  wake(): void;
  /** Ends what is under way and waits for it. */
  stop(): Promise<void>;
};

/** Stripe publishes no timeout; ten seconds is the least that its guides have named. */
const ANSWER_MILLIS = 10_000;
const IN_FLIGHT_MAX = 8;
/** Without a wake the next look is never further away than this, whatever the model expects. */
const PAUSE_MILLIS_MAX = 60_000;

export function startWebhookDriver({ model, url, clock }: { model: StripeModel; url: string; clock: Clock }): WebhookDriver {
  const stopped = new AbortController();
  let pause = new AbortController();
  const waiting: WebhookDelivery[] = [];
  const inFlight = new Set<Promise<void>>();
  const wake = () => pause.abort();
  const start = (delivery: WebhookDelivery) => {
    const posted = post(delivery, url, stopped.signal).then((status) => {
      inFlight.delete(posted);
      delivery.answered(status);
      wake();
    });
    inFlight.add(posted);
  };
  const run = async () => {
    while (!stopped.signal.aborted) {
      pause = new AbortController();
      waiting.push(...model.takeDueWebhooks());
      while (inFlight.size < IN_FLIGHT_MAX && waiting.length > 0) start(waiting.shift() as WebhookDelivery);
      const nextAtMillis = model.nextAtMillis() ?? Number.POSITIVE_INFINITY;
      await clock.sleep(Math.max(1, Math.min(PAUSE_MILLIS_MAX, nextAtMillis - clock.nowMillis())), pause.signal);
    }
  };
  const running = run();
  return {
    wake,
    stop: async () => {
      stopped.abort();
      wake();
      await running;
      await Promise.all(inFlight);
    },
  };
}

/** The status; undefined where no answer came. A redirect is an answer like any other, and no success. */
async function post({ headers, body }: WebhookDelivery, url: string, stopped: AbortSignal): Promise<number | undefined> {
  try {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(ANSWER_MILLIS)]);
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}
