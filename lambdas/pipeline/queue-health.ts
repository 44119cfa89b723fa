/** Tells one failing queue from an outage of all: what one function instance saw of each queue lately. */
import { QUEUE_FAILURE_GAP_SECONDS, QUEUE_PATIENCE_SECONDS } from '../core/limits.ts';

export type QueueHealth = {
  sent(queueUrl: string, atMillis: number): void;
  failed(queueUrl: string, atMillis: number): void;
  /**
   * Whether this queue alone has gone on failing for so long that its messages must no longer hold up the others': it failed again and
   * again, without a pause and without taking anything, and another queue took messages since it began. An outage of the whole service
   * is never this, since then nobody is held up.
   */
  isAlone(queueUrl: string, nowMillis: number): boolean;
};

type Failing = { readonly sinceMillis: number; readonly lastMillis: number };

/** Kept for the life of a function instance; a new one is patient anew. */
export function createQueueHealth(): QueueHealth {
  const failing = new Map<string, Failing>();
  const lastSent = new Map<string, number>();
  /** Other instances use the queue too: what this one saw a while ago says nothing of now. */
  const current = (queueUrl: string, nowMillis: number): Failing | undefined => {
    const known = failing.get(queueUrl);
    return known !== undefined && nowMillis - known.lastMillis <= QUEUE_FAILURE_GAP_SECONDS * 1000 ? known : undefined;
  };
  return {
    sent: (queueUrl, atMillis) => {
      failing.delete(queueUrl);
      lastSent.set(queueUrl, atMillis);
    },
    failed: (queueUrl, atMillis) => {
      failing.set(queueUrl, { sinceMillis: current(queueUrl, atMillis)?.sinceMillis ?? atMillis, lastMillis: atMillis });
    },
    isAlone: (queueUrl, nowMillis) => {
      const sinceMillis = current(queueUrl, nowMillis)?.sinceMillis;
      if (sinceMillis === undefined || nowMillis - sinceMillis < QUEUE_PATIENCE_SECONDS * 1000) return false;
      return [...lastSent].some(([other, atMillis]) => other !== queueUrl && atMillis >= sinceMillis);
    },
  };
}
