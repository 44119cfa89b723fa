/** One invocation of a consumer's function over a recording DynamoDB that commits everything it is not told to refuse. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { createSqsQueues } from '../../lambdas/aws/sqs-queues.ts';
import type { Consumer } from '../../lambdas/core/contracts.ts';
import { createConsume } from '../../lambdas/pipeline/consume.ts';
import { countedRandom } from '../pipeline/counted-random.ts';
import { lambdaContext } from '../pipeline/lambda-context.ts';
import { type RecordedTelemetry, recordedTelemetry } from '../pipeline/recorded-telemetry.ts';
import { sqsEvent } from '../pipeline/sqs-event.ts';
import { createVirtualClock } from '../pipeline/virtual-clock.ts';
import { type ConsumerSample, messageOf } from './consumer-sample.ts';

export type Actions = NonNullable<TransactWriteCommandInput['TransactItems']>;

export type RunOptions = {
  /** What DynamoDB answers to each transaction; without it everything is committed. Conditions are not evaluated. */
  readonly refuse?: Error;
  /** Keeps the transaction tokens of two runs apart. */
  readonly run?: number;
};

export type ConsumerRun = {
  readonly answer: SQSBatchResponse;
  readonly transactions: readonly Actions[];
  /** The declared names of the tables that were read, once for each read. */
  readonly reads: readonly string[];
  readonly telemetry: RecordedTelemetry;
};

export const INBOX = 'table-of-markers';
export const OUTBOX = 'table-of-events';

/** The name by which the consumer declared a table. */
export function declaredName(physical: string): string {
  return physical.replace(/^physical-/, '');
}

/** A batch of one message for each sample. Runs one after another, never two at a time: the clients are stubbed for the process. */
export async function runConsumer(consumer: Consumer, samples: readonly ConsumerSample[], options: RunOptions = {}): Promise<ConsumerRun> {
  const transactions: Actions[] = [];
  const reads: string[] = [];
  const dynamo = mockClient(DynamoDBDocumentClient);
  mockClient(SQSClient).on(ChangeMessageVisibilityCommand).resolves({});
  dynamo.on(TransactWriteCommand).callsFake(async ({ TransactItems: actions = [] }: TransactWriteCommandInput) => {
    transactions.push(actions);
    if (options.refuse !== undefined) throw options.refuse;
    return {};
  });
  dynamo.on(GetCommand).callsFake(async ({ TableName: physical, Key: key }) => {
    const table = declaredName(physical);
    reads.push(table);
    const items = samples.flatMap(({ given }) => given?.[table] ?? []);
    return { Item: items.find(({ pk, sk }) => pk === key.pk && sk === key.sk) };
  });
  const telemetry = recordedTelemetry();
  const clock = createVirtualClock();
  const deadline = clock.nowMillis() + 30_000;
  const handler = createConsume(settingsOf(consumer), {
    store: createDynamoStore(new DynamoDBClient({ region: 'us-east-1' })),
    queues: createSqsQueues(new SQSClient({ region: 'us-east-1' })),
    clock,
    random: countedRandom(0.5, 1000 * (options.run ?? 0)),
    telemetry,
  });
  const bodies = samples.map((sample) => messageOf(sample, `${consumer.name}@${consumer.epoch}`));
  const answer = await handler(
    sqsEvent(bodies),
    lambdaContext(() => deadline - clock.nowMillis()),
  );
  return { answer, transactions, reads, telemetry };
}

function settingsOf(consumer: Consumer): Parameters<typeof createConsume>[0] {
  const own = Object.fromEntries(Object.keys(consumer.tables).map((name) => [name, `physical-${name}`]));
  return {
    consumer,
    routes: [],
    queueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/queue',
    tables: { inbox: INBOX, outbox: OUTBOX, own },
  };
}
