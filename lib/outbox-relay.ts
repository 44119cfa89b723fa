/** From the outbox stream to the consumers' queues. */
import { Duration, type Stack, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { HouseFunction } from './house-function.ts';
import { HouseQueue } from './house-queue.ts';
import { queueUrlsOf, type Receiver } from './receiver.ts';
import {
  DEAD_LETTER_RETENTION_DAYS,
  RELAY_TIMEOUT_SECONDS,
  STREAM_BATCH_RECORDS,
  STREAM_LANES_PER_SHARD,
  STREAM_RECORD_HOURS_MAX,
  STREAM_RETRIES_MAX,
} from './sizing.ts';

export type OutboxRelayProps = {
  readonly stack: Stack;
  readonly outbox: Table;
  readonly receivers: readonly Pick<Receiver, 'name' | 'queue'>[];
};

export class OutboxRelay extends Construct {
  readonly relay: HouseFunction;
  /** Where the mapping notes which records it gave up: shard and sequence numbers, not the records themselves. */
  readonly failures: Queue;

  constructor(scope: Construct, id: string, { stack, outbox, receivers }: OutboxRelayProps) {
    super(scope, id);
    const arns = receivers.map(({ queue }) => queue.queueArn);
    this.failures = this.failureQueue();
    this.relay = new HouseFunction(this, 'Relay', {
      kind: 'relay',
      timeoutSeconds: RELAY_TIMEOUT_SECONDS,
      environment: { QUEUE_URLS: stack.toJsonString(queueUrlsOf(receivers)) },
    });
    const stream = outbox.tableStreamArn;
    if (stream === undefined) throw new Error('The outbox has no stream; the relay lives on it.');
    this.relay.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'], [stream]);
    this.relay.allow(['sqs:SendMessage'], [...arns, this.failures.queueArn]);
    this.mapStream(stream);
  }

  private failureQueue(): Queue {
    const { queue } = new HouseQueue(this, 'Failures', { retentionDays: DEAD_LETTER_RETENTION_DAYS });
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is itself the place for what failed, read by a human after the alarm; nothing consumes it that could fail again.',
    });
    return queue;
  }

  /**
   * From the oldest record there is, because `LATEST` skips what was written before the mapping became active. A batch in error is halved
   * until the bad record stands alone, and that one leaves after bounded tries, because without a bound it blocks its shard until
   * everything behind it is trimmed. Only inserts: an expiry and a changed expiry are nothing to send.
   */
  private mapStream(eventSourceArn: string): void {
    new EventSourceMapping(this, 'Mapping', {
      target: this.relay.fn,
      eventSourceArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })],
      batchSize: STREAM_BATCH_RECORDS,
      parallelizationFactor: STREAM_LANES_PER_SHARD,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: STREAM_RETRIES_MAX,
      maxRecordAge: Duration.hours(STREAM_RECORD_HOURS_MAX),
      // Not `SqsDlq`, which would grant the function more than it uses.
      onFailure: { bind: () => ({ destination: this.failures.queueArn }) },
    });
  }
}
