/** What one consumer runs on: its queue with its dead-letter queue, and its function with exactly the access it declared. */
import type { Stack } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { RECEIVES_MAX } from '../lambdas/core/limits.ts';
import { consumerSecret } from './consumer-secret.ts';
import type { LoadedConsumer } from './consumers.ts';
import { HouseFunction } from './house-function.ts';
import { HouseQueue } from './house-queue.ts';
import {
  CONSUME_CONCURRENCY_MAX,
  CONSUME_TIMEOUT_SECONDS,
  DEAD_LETTER_RETENTION_DAYS,
  QUEUE_BATCH_MESSAGES,
  QUEUE_RETENTION_DAYS,
  VISIBILITY_TIMEOUTS,
} from './sizing.ts';
import { TABLE_ACTIONS } from './table-actions.ts';
import type { Tables } from './tables.ts';

export type EventConsumerProps = {
  readonly stack: Stack;
  readonly consumer: LoadedConsumer;
  readonly tables: Tables;
  readonly routesFile: string;
  readonly ephemeral: boolean;
};

export class EventConsumer extends Construct {
  readonly consumer: LoadedConsumer;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly consume: HouseFunction;
  /** The physical names of the tables it declared, by declared name. */
  readonly tableNames: { readonly [declared: string]: string };
  /** Of a consumer that calls out with a secret of its own. */
  readonly secretArn: string | undefined;

  constructor(scope: Construct, id: string, props: EventConsumerProps) {
    super(scope, id);
    const { consumer, tables } = props;
    this.consumer = consumer;
    // Acknowledged events may wait in both when the consumer or the stack is removed.
    const kept = !props.ephemeral;
    this.deadLetters = new HouseQueue(this, 'DeadLetters', { retentionDays: DEAD_LETTER_RETENTION_DAYS, kept }).queue;
    this.queue = new HouseQueue(this, 'Messages', {
      retentionDays: QUEUE_RETENTION_DAYS,
      kept,
      visibilitySeconds: VISIBILITY_TIMEOUTS * CONSUME_TIMEOUT_SECONDS,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: RECEIVES_MAX },
    }).queue;
    this.tableNames = Object.fromEntries(Object.keys(consumer.tables).map((name) => [name, tables.declaredAs(name).tableName]));
    this.secretArn = consumer.hasSecret ? consumerSecret(this, props).ref : undefined;
    this.consume = new HouseFunction(this, 'Consume', {
      kind: 'consume',
      ...(consumer.hasSecret ? { entry: 'consume-with-secret' } : {}),
      name: consumer.name,
      timeoutSeconds: CONSUME_TIMEOUT_SECONDS,
      aliases: { '#consumer': consumer.file, '#routes': props.routesFile },
      environment: {
        INBOX_TABLE: tables.inbox.tableName,
        OUTBOX_TABLE: tables.outbox.tableName,
        QUEUE_URL: this.queue.queueUrl,
        TABLES: props.stack.toJsonString(this.tableNames),
        ...(this.secretArn === undefined ? {} : { SECRET_ID: this.secretArn }),
      },
    });
    this.grant(tables);
    this.mapQueue();
  }

  private grant(tables: Tables): void {
    // What was frozen for sending, and the marker, are read before anything is sent.
    this.consume.allow([...(this.consumer.performs ? ['dynamodb:GetItem'] : []), 'dynamodb:PutItem'], [tables.inbox.tableArn]);
    this.consume.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [tables.outbox.tableArn]);
    if (this.secretArn !== undefined) this.consume.allow(['secretsmanager:GetSecretValue'], [this.secretArn]);
    for (const [name, { access }] of Object.entries(this.consumer.tables)) {
      this.consume.allow(
        access.map((word) => TABLE_ACTIONS[word]),
        [tables.declaredAs(name).tableArn],
      );
    }
    const actions = ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
    this.consume.allow(actions, [this.queue.queueArn]);
  }

  /**
   * No filter: SQS deletes what a filter does not let through. The concurrency is bounded here and not by the function's reserved
   * concurrency, because a throttled function would use up the receives of messages it never saw.
   */
  private mapQueue(): void {
    new EventSourceMapping(this, 'Mapping', {
      target: this.consume.fn,
      eventSourceArn: this.queue.queueArn,
      batchSize: QUEUE_BATCH_MESSAGES,
      maxConcurrency: CONSUME_CONCURRENCY_MAX,
      reportBatchItemFailures: true,
    });
  }
}
