/** What one consumer runs on: its queue with its dead-letter queue, and its function with exactly the access it declared. */
import type { Stack } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { consumerSecret } from './consumer-secret.ts';
import type { LoadedConsumer } from './consumers.ts';
import { HouseFunction } from './house-function.ts';
import { pollQueue, type Receiver, receiverQueues } from './receiver.ts';
import { CONSUME_CONCURRENCY_MAX, CONSUME_TIMEOUT_SECONDS, QUEUE_BATCH_MESSAGES } from './sizing.ts';
import { TABLE_ACTIONS } from './table-actions.ts';
import type { Tables } from './tables.ts';

export type EventConsumerProps = {
  readonly stack: Stack;
  readonly consumer: LoadedConsumer;
  readonly tables: Tables;
  readonly routesFile: string;
  readonly ephemeral: boolean;
};

export class EventConsumer extends Construct implements Receiver {
  readonly name: string;
  readonly address: string;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly tableNames: { readonly [declared: string]: string };
  /** Of a consumer that calls out with a secret of its own. */
  readonly secretArn: string | undefined;
  readonly performs: boolean;
  readonly consume: HouseFunction;

  constructor(scope: Construct, id: string, props: EventConsumerProps) {
    super(scope, id);
    const { consumer, tables, ephemeral } = props;
    this.name = consumer.name;
    this.address = consumer.address;
    this.performs = consumer.performs;
    const { queue, deadLetters } = receiverQueues(this, { ephemeral, timeoutSeconds: CONSUME_TIMEOUT_SECONDS });
    this.queue = queue;
    this.deadLetters = deadLetters;
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
        QUEUE_URL: queue.queueUrl,
        TABLES: props.stack.toJsonString(this.tableNames),
        ...(this.secretArn === undefined ? {} : { SECRET_ID: this.secretArn }),
      },
    });
    this.grant(consumer, tables);
    pollQueue(this, { receive: this.consume, queue, batch: QUEUE_BATCH_MESSAGES, concurrencyMax: CONSUME_CONCURRENCY_MAX });
  }

  private grant(consumer: LoadedConsumer, tables: Tables): void {
    // What was frozen for sending, and the marker, are read before anything is sent.
    this.consume.allow([...(consumer.performs ? ['dynamodb:GetItem'] : []), 'dynamodb:PutItem'], [tables.inbox.tableArn]);
    this.consume.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [tables.outbox.tableArn]);
    if (this.secretArn !== undefined) this.consume.allow(['secretsmanager:GetSecretValue'], [this.secretArn]);
    for (const [name, { access }] of Object.entries(consumer.tables)) {
      this.consume.allow(
        access.map((word) => TABLE_ACTIONS[word]),
        [tables.declaredAs(name).tableArn],
      );
    }
  }
}
