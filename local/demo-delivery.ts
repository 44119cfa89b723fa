/** Delivers the demo's events through the front door as a provider does: what is not answered with 2xx is sent again. */
import type { Clock } from '../lambdas/core/ports.ts';
import type { Made } from '../ops/fixtures/fixture.ts';
import type { WebhookSender } from '../ops/webhook-sender.ts';
import type { DemoPlan } from './demo-plan.ts';

export type Delivered = {
  /** Requests that were sent, repeated ones included. */
  readonly requests: number;
  /** Requests that were answered with 2xx. */
  readonly accepted: number;
  /** How long each accepted request took. */
  readonly ackMillis: readonly number[];
  /** When each event was first sent, by the provider's id. */
  readonly firstSentAtMillis: ReadonlyMap<string, number>;
  /** Deliveries that were never answered with 2xx, by what they got last. */
  readonly refused: readonly string[];
};

const TRIES_MAX = 5;
const PAUSE_MILLIS = 500;

export async function deliver(
  plan: DemoPlan,
  sender: WebhookSender,
  edges: { readonly clock: Clock; readonly progress: (done: number) => void; readonly signal?: AbortSignal | undefined },
): Promise<Delivered> {
  const firstSentAtMillis = new Map<string, number>();
  const ackMillis: number[] = [];
  const refused: string[] = [];
  let requests = 0;
  let done = 0;

  const deliverOne = async (made: Made): Promise<void> => {
    let got = '';
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      if (tries > 1) await edges.clock.sleep(PAUSE_MILLIS * tries);
      edges.signal?.throwIfAborted();
      const { status, failure, sentAtMillis, millis } = await sender.post(made);
      requests += 1;
      firstSentAtMillis.set(made.id, Math.min(sentAtMillis, firstSentAtMillis.get(made.id) ?? sentAtMillis));
      if (status !== undefined && status >= 200 && status < 300) {
        ackMillis.push(millis);
        return;
      }
      got = status === undefined ? (failure ?? 'no answer') : `HTTP ${status}`;
    }
    refused.push(got);
  };

  for (const wave of plan.waves) {
    await Promise.all(wave.map(deliverOne));
    done += wave.length;
    edges.progress(done);
  }
  return { requests, accepted: ackMillis.length, ackMillis, firstSentAtMillis, refused };
}
