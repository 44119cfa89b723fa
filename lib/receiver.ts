/** Whoever gets messages at an address, a consumer or a part of payments: its queue with its dead-letter queue, and how it is polled. */
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { RECEIVES_MAX } from '../lambdas/core/limits.ts';
import type { HouseFunction } from './house-function.ts';
import { HouseQueue } from './house-queue.ts';
import { DEAD_LETTER_RETENTION_DAYS, QUEUE_RETENTION_DAYS, VISIBILITY_TIMEOUTS } from './sizing.ts';

/** What relay, settlement and the outputs know of it. */
export type Receiver = ReceiverQueues & {
  /** Its address without the epoch. */
  readonly name: string;
  readonly address: string;
  /** The physical names of the tables it writes its effects to, by the names that people know. */
  readonly tableNames: { readonly [name: string]: string };
  /** Of a consumer that calls out with a secret of its own. */
  readonly secretArn?: string | undefined;
};

export type ReceiverQueues = { readonly queue: Queue; readonly deadLetters: Queue };

export type QueuesProps = { readonly ephemeral: boolean; readonly timeoutSeconds: number };

export type PollingProps = {
  readonly receive: HouseFunction;
  readonly queue: Queue;
  readonly batch: number;
  readonly concurrencyMax: number;
};

/** By name, as relay and settlement are told. */
export function queueUrlsOf(receivers: readonly Pick<Receiver, 'name' | 'queue'>[]): { readonly [name: string]: string } {
  return Object.fromEntries(receivers.map(({ name, queue }) => [name, queue.queueUrl]));
}

/** Acknowledged events may wait in both when the receiver or the stack is removed, so they are kept. */
export function receiverQueues(scope: Construct, { ephemeral, timeoutSeconds }: QueuesProps): ReceiverQueues {
  const kept = !ephemeral;
  const deadLetters = new HouseQueue(scope, 'DeadLetters', { retentionDays: DEAD_LETTER_RETENTION_DAYS, kept }).queue;
  const { queue } = new HouseQueue(scope, 'Messages', {
    retentionDays: QUEUE_RETENTION_DAYS,
    kept,
    visibilitySeconds: VISIBILITY_TIMEOUTS * timeoutSeconds,
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: RECEIVES_MAX },
  });
  return { queue, deadLetters };
}

/**
 * No filter: SQS deletes what a filter does not let through. The concurrency is bounded here and not by the function's reserved
 * concurrency, because a throttled function would use up the receives of messages it never saw.
 */
export function pollQueue(scope: Construct, { receive, queue, batch, concurrencyMax }: PollingProps): void {
  receive.allow(['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], [queue.queueArn]);
  new EventSourceMapping(scope, 'Mapping', {
    target: receive.fn,
    eventSourceArn: queue.queueArn,
    batchSize: batch,
    maxConcurrency: concurrencyMax,
    reportBatchItemFailures: true,
  });
}
