/** The function of one consumer over stubbed AWS clients and a virtual clock. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { createSqsQueues } from '../../lambdas/aws/sqs-queues.ts';
import type { Consumer } from '../../lambdas/core/contracts.ts';
import type { Item, Key } from '../../lambdas/core/ports.ts';
import type { Route } from '../../lambdas/core/routes.ts';
import { createConsume } from '../../lambdas/pipeline/consume.ts';
import { countedRandom } from './counted-random.ts';
import { lambdaContext } from './lambda-context.ts';
import { type RecordedTelemetry, recordedTelemetry } from './recorded-telemetry.ts';
import { sqsEvent } from './sqs-event.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export type Actions = NonNullable<TransactWriteCommandInput['TransactItems']>;

export type Read = { readonly table: string; readonly key: Key; readonly consistent: boolean };

export type ConsumeOptions = {
  readonly consumer: Consumer;
  readonly routes?: readonly Route[];
  /** What DynamoDB does with the transaction of this number (from 0): resolves for a commit, throws for anything else. */
  readonly transact?: (tries: number, actions: Actions) => unknown;
  /** The item that stands under a key. */
  readonly read?: (read: Read) => Item | undefined | Promise<Item | undefined>;
  /** What SQS does when a message is to be hidden. */
  readonly hide?: () => unknown;
  readonly remainingMillis?: number;
  /** Keeps the transaction tokens of two benches apart. */
  readonly run?: number;
};

export type ConsumeBench = {
  readonly clock: VirtualClock;
  readonly counted: RecordedTelemetry;
  /** The actions of each transaction that was sent. */
  readonly transactions: readonly Actions[];
  readonly tokens: readonly string[];
  readonly reads: readonly Read[];
  readonly hidden: readonly { readonly receipt: string; readonly seconds: number }[];
  consume(bodies: readonly string[], receives?: number): Promise<SQSBatchResponse>;
};

export const INBOX = 'inbox-table';
export const OUTBOX = 'outbox-table';

const PHYSICAL = 'stack-';

/** The name by which a consumer declared a table, of its physical name. */
export function declaredName(physical: string): string {
  return physical.startsWith(PHYSICAL) ? physical.slice(PHYSICAL.length) : physical;
}

/** One at a time: the clients are stubbed for the whole process. */
export function createConsumeBench(options: ConsumeOptions): ConsumeBench {
  const { consumer } = options;
  const clock = createVirtualClock();
  const counted = recordedTelemetry();
  const seen = stubClients(options);
  const handler = createConsume(
    {
      consumer,
      routes: options.routes ?? [],
      queueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/queue',
      tables: {
        inbox: INBOX,
        outbox: OUTBOX,
        own: Object.fromEntries(Object.keys(consumer.tables).map((name) => [name, `${PHYSICAL}${name}`])),
      },
    },
    {
      store: createDynamoStore(new DynamoDBClient({ region: 'us-east-1' })),
      queues: createSqsQueues(new SQSClient({ region: 'us-east-1' })),
      clock,
      random: countedRandom(0.5, 1000 * (options.run ?? 0)),
      telemetry: counted,
    },
  );
  return {
    clock,
    counted,
    ...seen,
    consume: async (bodies, receives) => {
      const endMillis = clock.nowMillis() + (options.remainingMillis ?? 30_000);
      return handler(
        sqsEvent(bodies, receives),
        lambdaContext(() => endMillis - clock.nowMillis()),
      );
    },
  };
}

function stubClients(options: ConsumeOptions): Pick<ConsumeBench, 'transactions' | 'tokens' | 'reads' | 'hidden'> {
  const transactions: Actions[] = [];
  const tokens: string[] = [];
  const reads: Read[] = [];
  const hidden: { receipt: string; seconds: number }[] = [];
  const dynamo = mockClient(DynamoDBDocumentClient);
  dynamo.on(TransactWriteCommand).callsFake(async ({ ClientRequestToken: token, TransactItems: actions }: TransactWriteCommandInput) => {
    transactions.push(actions ?? []);
    tokens.push(token ?? '');
    await options.transact?.(transactions.length - 1, actions ?? []);
    return {};
  });
  dynamo.on(GetCommand).callsFake(async ({ TableName: table, Key: key, ConsistentRead: consistent }) => {
    const read = { table: declaredName(table), key, consistent: consistent === true };
    reads.push(read);
    return { Item: await options.read?.(read) };
  });
  mockClient(SQSClient)
    .on(ChangeMessageVisibilityCommand)
    .callsFake(async ({ ReceiptHandle: receipt, VisibilityTimeout: seconds }) => {
      hidden.push({ receipt, seconds });
      await options.hide?.();
      return {};
    });
  return { transactions, tokens, reads, hidden };
}
