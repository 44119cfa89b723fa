/** The built-in consumer that charges what was asked to be paid. It subscribes to nothing: payments are addressed to it. */
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { chargeConsumer } from './built-in-consumers.ts';
import { HouseFunction } from './house-function.ts';
import { type ProviderPartProps, providerAliases } from './provider-part.ts';
import { pollQueue, type Receiver, receiverQueues } from './receiver.ts';
import { CHARGE_BATCH_MESSAGES, CHARGE_CONCURRENCY_MAX, CHARGE_TIMEOUT_SECONDS } from './sizing.ts';

export class Charge extends Construct implements Receiver {
  readonly name: string;
  readonly address: string;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly tableNames: { readonly [name: string]: string };
  readonly charge: HouseFunction;

  constructor(scope: Construct, id: string, props: ProviderPartProps) {
    super(scope, id);
    const { provider, tables, charged, apiKeyId, ephemeral } = props;
    const { name, address } = chargeConsumer(provider.name);
    this.name = name;
    this.address = address;
    const { queue, deadLetters } = receiverQueues(this, { ephemeral, timeoutSeconds: CHARGE_TIMEOUT_SECONDS });
    this.queue = queue;
    this.deadLetters = deadLetters;
    this.tableNames = { Payments: charged.payments.tableName };
    this.charge = new HouseFunction(this, 'Charge', {
      kind: 'charge',
      name: provider.name,
      timeoutSeconds: CHARGE_TIMEOUT_SECONDS,
      aliases: providerAliases(props),
      environment: {
        PAYMENTS_TABLE: charged.payments.tableName,
        OUTBOX_TABLE: tables.outbox.tableName,
        INBOX_TABLE: tables.inbox.tableName,
        QUEUE_URL: queue.queueUrl,
        API_KEY_ID: apiKeyId,
        MODE: provider.mode,
      },
    });
    this.charge.allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], [charged.payments.tableArn]);
    this.charge.allow(['dynamodb:PutItem'], [tables.outbox.tableArn, tables.inbox.tableArn]);
    this.charge.allow(['secretsmanager:GetSecretValue'], [apiKeyId]);
    pollQueue(this, { receive: this.charge, queue, batch: CHARGE_BATCH_MESSAGES, concurrencyMax: CHARGE_CONCURRENCY_MAX });
  }
}
