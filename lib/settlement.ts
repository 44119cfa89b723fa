/** The scheduled function that looks for events without an effect, and sends them again. */
import { Duration, type Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { HouseFunction } from './house-function.ts';
import { SETTLE_EVENT_MINUTES_MAX, SETTLE_EVERY_MINUTES, SETTLE_TIMEOUT_SECONDS } from './sizing.ts';
import type { Tables } from './tables.ts';

export type SettlementProps = {
  readonly stack: Stack;
  readonly tables: Tables;
  /** By consumer name: its queue and its dead-letter queue. */
  readonly queues: { readonly [consumer: string]: { readonly queue: Queue; readonly deadLetters: Queue } };
  /** The module behind `#routes`, which also says which consumers are gone for good. */
  readonly routesFile: string;
};

export class Settlement extends Construct {
  readonly settle: HouseFunction;

  constructor(scope: Construct, id: string, { stack, tables, queues, routesFile }: SettlementProps) {
    super(scope, id);
    const urls = Object.fromEntries(Object.entries(queues).map(([consumer, { queue }]) => [consumer, queue.queueUrl]));
    this.settle = new HouseFunction(this, 'Settle', {
      kind: 'settle',
      timeoutSeconds: SETTLE_TIMEOUT_SECONDS,
      aliases: { '#routes': routesFile },
      environment: {
        OUTBOX_TABLE: tables.outbox.tableName,
        INBOX_TABLE: tables.inbox.tableName,
        SETTLEMENT_TABLE: tables.settlement.tableName,
        QUEUE_URLS: stack.toJsonString(urls),
      },
    });
    this.grant(tables, Object.values(queues));
    // Lambda would try a failed run again and keep those it has no room for, up to 72 of them: the next one does the work of all.
    this.settle.fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(SETTLE_EVENT_MINUTES_MAX) });
    new Rule(this, 'Schedule', {
      description: 'Looks for events that have not settled.',
      schedule: Schedule.rate(Duration.minutes(SETTLE_EVERY_MINUTES)),
      targets: [new LambdaFunction(this.settle.fn, { retryAttempts: 0, maxEventAge: Duration.minutes(SETTLE_EVENT_MINUTES_MAX) })],
    });
  }

  private grant(tables: Tables, queues: readonly { readonly queue: Queue; readonly deadLetters: Queue }[]): void {
    const { settle } = this;
    settle.allow(['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], [tables.outbox.tableArn]);
    settle.allow(['dynamodb:BatchGetItem'], [tables.inbox.tableArn]);
    settle.allow(['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], [tables.settlement.tableArn]);
    settle.allow(
      ['sqs:SendMessage'],
      queues.map(({ queue }) => queue.queueArn),
    );
    settle.allow(
      ['sqs:GetQueueAttributes'],
      queues.flatMap(({ queue, deadLetters }) => [queue.queueArn, deadLetters.queueArn]),
    );
    // "Actions, resources, and condition keys for Amazon CloudWatch" in the Service Authorization Reference: metrics have no ARN.
    settle.allowEverywhere(
      'cloudwatch:GetMetricData',
      'It reads the age of the oldest message of a queue, and CloudWatch knows no resource for GetMetricData but all.',
    );
  }
}
