/** Tells one failing queue from an outage of all: what one function instance saw of each queue lately. */
import { QUEUE_PATIENCE_SECONDS } from '../core/limits.ts';

export type QueueHealth = {
  sent(queueUrl: string, atMillis: number): void;
  failed(queueUrl: string, atMillis: number): void;
  /**
   * Whether this queue alone has failed for so long that its messages must no longer hold up the others': another queue took
   * messages since it began to fail. An outage of the whole service is never this, since then nobody is held up.
   */
  isAlone(queueUrl: string, nowMillis: number): boolean;
};

/** Kept for the life of a function instance; a new one is patient anew. */
export function createQueueHealth(): QueueHealth {
  const failingSince = new Map<string, number>();
  const lastSent = new Map<string, number>();
  return {
    sent: (queueUrl, atMillis) => {
      failingSince.delete(queueUrl);
      lastSent.set(queueUrl, atMillis);
    },
    failed: (queueUrl, atMillis) => {
      if (!failingSince.has(queueUrl)) failingSince.set(queueUrl, atMillis);
    },
    isAlone: (queueUrl, nowMillis) => {
      const since = failingSince.get(queueUrl);
      if (since === undefined || nowMillis - since < QUEUE_PATIENCE_SECONDS * 1000) return false;
      return [...lastSent].some(([other, atMillis]) => other !== queueUrl && atMillis >= since);
    },
  };
}
