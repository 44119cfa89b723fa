/** The scheduled function that looks for events without an effect, and sends them again. */
import { Duration, type Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HouseFunction } from './house-function.ts';
import { queueUrlsOf, type Receiver } from './receiver.ts';
import { addSchedule, neverAgain } from './schedule.ts';
import { SETTLE_EVENT_MINUTES_MAX, SETTLE_EVERY_MINUTES, SETTLE_TIMEOUT_SECONDS } from './sizing.ts';
import type { Tables } from './tables.ts';

export type SettlementProps = {
  readonly stack: Stack;
  readonly tables: Tables;
  readonly receivers: readonly Receiver[];
  /** The module behind `#routes`, which also says which consumers are gone for good. */
  readonly routesFile: string;
};

export class Settlement extends Construct {
  readonly settle: HouseFunction;

  constructor(scope: Construct, id: string, { stack, tables, receivers, routesFile }: SettlementProps) {
    super(scope, id);
    this.settle = new HouseFunction(this, 'Settle', {
      kind: 'settle',
      timeoutSeconds: SETTLE_TIMEOUT_SECONDS,
      aliases: { '#routes': routesFile },
      environment: {
        OUTBOX_TABLE: tables.outbox.tableName,
        INBOX_TABLE: tables.inbox.tableName,
        SETTLEMENT_TABLE: tables.settlement.tableName,
        QUEUE_URLS: stack.toJsonString(queueUrlsOf(receivers)),
      },
    });
    this.grant(tables, receivers);
    neverAgain(this.settle, SETTLE_EVENT_MINUTES_MAX);
    addSchedule(this, 'Schedule', {
      run: this.settle,
      description: 'Looks for events that have not settled.',
      every: Duration.minutes(SETTLE_EVERY_MINUTES),
      eventMinutesMax: SETTLE_EVENT_MINUTES_MAX,
    });
  }

  private grant(tables: Tables, receivers: readonly Receiver[]): void {
    const { settle } = this;
    settle.allow(['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], [tables.outbox.tableArn]);
    settle.allow(['dynamodb:BatchGetItem'], [tables.inbox.tableArn]);
    settle.allow(['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], [tables.settlement.tableArn]);
    settle.allow(
      ['sqs:SendMessage'],
      receivers.map(({ queue }) => queue.queueArn),
    );
    settle.allow(
      ['sqs:GetQueueAttributes'],
      receivers.flatMap(({ queue, deadLetters }) => [queue.queueArn, deadLetters.queueArn]),
    );
    // "Actions, resources, and condition keys for Amazon CloudWatch" in the Service Authorization Reference: metrics have no ARN.
    settle.allowEverywhere(
      'cloudwatch:GetMetricData',
      'It reads the age of the oldest message of a queue, and CloudWatch knows no resource for GetMetricData but all.',
    );
  }
}
