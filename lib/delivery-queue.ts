/** A queue that somebody else reads, with its dead-letter queue: no function, and nothing that polls it here. */
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { RECEIVES_MAX } from '../lambdas/core/limits.ts';
import type { LoadedConsumer } from './consumers.ts';
import { HouseQueue } from './house-queue.ts';
import { DEAD_LETTER_RETENTION_DAYS, DELIVERY_RETENTION_DAYS, DELIVERY_VISIBILITY_SECONDS } from './sizing.ts';

export type DeliveryQueueProps = { readonly consumer: LoadedConsumer; readonly ephemeral: boolean };

export class DeliveryQueue extends Construct {
  readonly name: string;
  readonly address: string;
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { consumer, ephemeral }: DeliveryQueueProps) {
    super(scope, id);
    this.name = consumer.name;
    this.address = consumer.address;
    // Events may wait in both when the file or the stack is removed, and nobody would send them again.
    const kept = !ephemeral;
    this.deadLetters = new HouseQueue(this, 'DeadLetters', { retentionDays: DEAD_LETTER_RETENTION_DAYS, kept }).queue;
    this.queue = new HouseQueue(this, 'Messages', {
      retentionDays: DELIVERY_RETENTION_DAYS,
      kept,
      visibilitySeconds: DELIVERY_VISIBILITY_SECONDS,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: RECEIVES_MAX },
    }).queue;
  }
}
