/** The built-in consumer of the provider's own events of payments: they decide how a payment ended. */
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { confirmConsumer } from './built-in-consumers.ts';
import { HouseFunction } from './house-function.ts';
import { type ProviderPartProps, providerAliases } from './provider-part.ts';
import { pollQueue, type Receiver, receiverQueues } from './receiver.ts';
import { CONSUME_CONCURRENCY_MAX, CONSUME_TIMEOUT_SECONDS, QUEUE_BATCH_MESSAGES } from './sizing.ts';

export class Confirm extends Construct implements Receiver {
  readonly name: string;
  readonly address: string;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly tableNames: { readonly [name: string]: string };
  readonly confirm: HouseFunction;

  constructor(scope: Construct, id: string, props: ProviderPartProps) {
    super(scope, id);
    const { provider, tables, charged, ephemeral } = props;
    const { name, address } = confirmConsumer(provider.name);
    this.name = name;
    this.address = address;
    const { queue, deadLetters } = receiverQueues(this, { ephemeral, timeoutSeconds: CONSUME_TIMEOUT_SECONDS });
    this.queue = queue;
    this.deadLetters = deadLetters;
    this.tableNames = { Payments: charged.payments.tableName };
    this.confirm = new HouseFunction(this, 'Confirm', {
      kind: 'confirm',
      name: provider.name,
      timeoutSeconds: CONSUME_TIMEOUT_SECONDS,
      aliases: providerAliases(props),
      environment: {
        PAYMENTS_TABLE: charged.payments.tableName,
        INBOX_TABLE: tables.inbox.tableName,
        OUTBOX_TABLE: tables.outbox.tableName,
        QUEUE_URL: queue.queueUrl,
        SOURCE: provider.source.name,
        MODE: provider.mode,
      },
    });
    this.confirm.allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], [charged.payments.tableArn]);
    this.confirm.allow(['dynamodb:PutItem'], [tables.inbox.tableArn]);
    // The message of a large event only points to its payload there.
    this.confirm.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [tables.outbox.tableArn]);
    pollQueue(this, { receive: this.confirm, queue, batch: QUEUE_BATCH_MESSAGES, concurrencyMax: CONSUME_CONCURRENCY_MAX });
  }
}
