/** A settlement function on the embedded engines and a virtual clock, with an outbox to look at. */
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoPartitions } from '../../lambdas/aws/dynamo-partitions.ts';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { createQueueBacklogs } from '../../lambdas/aws/queue-backlogs.ts';
import { createSqsQueues } from '../../lambdas/aws/sqs-queues.ts';
import { noDictionaries } from '../../lambdas/core/dictionary.ts';
import { type OutboxRecord, outboxItem } from '../../lambdas/core/outbox.ts';
import type { Item } from '../../lambdas/core/ports.ts';
import { CURSOR } from '../../lambdas/core/settlement.ts';
import { isoTime, outboxPartition } from '../../lambdas/core/time.ts';
import { createSettle, type SettleReport } from '../../lambdas/pipeline/settle.ts';
import { outboxRecord } from '../core/outbox-record.ts';
import { countedRandom } from './counted-random.ts';
import { createEngineServices, type EngineOptions, type EngineServices } from './engine-services.ts';
import { createKeyedTable } from './keyed-table.ts';
import { lambdaContext } from './lambda-context.ts';
import { type RecordedTelemetry, recordedTelemetry } from './recorded-telemetry.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export type SettleOptions = Pick<EngineOptions, 'oldestIsKnown'> & {
  readonly retired?: readonly string[];
  readonly delivered?: readonly string[];
  /** Consumers that have a queue. */
  readonly consumers?: readonly string[];
};

export type SettleBench = {
  readonly clock: VirtualClock;
  readonly services: EngineServices;
  readonly counted: RecordedTelemetry;
  /** Writes an outbox item as of now. */
  store(id: string, given?: Partial<OutboxRecord>): Promise<void>;
  /** The marker of an event at an address. */
  mark(id: string, address: string, outcome?: string): Promise<void>;
  /** One run of the function; `random` tells two runs at once apart. */
  run(options?: { readonly remainingMillis?: number; readonly instance?: number }): Promise<SettleReport>;
  /** Lets so many minutes pass, with a run at the end of each five of them, or each `everyMinutes`. */
  runFor(minutes: number, everyMinutes?: number): Promise<void>;
  /** From now on only open rows are looked at, so that days pass in a moment. */
  closeTheOutbox(): Promise<void>;
  /** What the queue holds, by event id; taken out of it. */
  take(consumer: string): Promise<string[]>;
  /** Puts so many messages of no meaning into a queue, or into its dead-letter queue. */
  fill(queue: string, count: number): Promise<void>;
  purge(consumer: string): Promise<void>;
  rows(table: 'settlement' | 'outbox'): Promise<readonly Item[]>;
  put(table: 'settlement' | 'outbox', item: Item): Promise<void>;
};

/** Ids in the order of DynamoDB. */
export function eventIds(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `e${String(number).padStart(4, '0')}`);
}

export async function storeAll(bench: SettleBench, ids: readonly string[], to: readonly string[] = ['ledger@1']): Promise<void> {
  for (const id of ids) await bench.store(id, { to });
}

/** The events that open rows name. */
export async function openIds(bench: SettleBench): Promise<string[]> {
  const rows = (await bench.rows('settlement')).filter(({ pk }) => pk === 'open');
  return rows.flatMap(({ unsettled }) => (unsettled as { id: string }[] | undefined)?.map(({ id }) => id) ?? []).sort();
}

const TABLES = ['outbox', 'inbox', 'settlement'] as const;

export async function createSettleBench(options: SettleOptions = {}): Promise<SettleBench> {
  const clock = createVirtualClock();
  const services = createEngineServices({ ...options, clock });
  const documents = DynamoDBDocumentClient.from(services.dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  for (const table of TABLES) await createKeyedTable(services.dynamodb, table, { sorted: table !== 'inbox' });
  const counted = recordedTelemetry();
  const consumers = options.consumers ?? ['ledger', 'receipts'];
  const urls: [string, string][] = [];
  for (const consumer of consumers) urls.push([consumer, await createQueue(services.sqs, consumer)]);
  const queueUrls = Object.fromEntries(urls);
  let runs = 0;
  const run: SettleBench['run'] = async ({ remainingMillis = 270_000, instance = 0 } = {}) => {
    runs += 1;
    const handler = createSettle(
      {
        queueUrls,
        retired: options.retired ?? [],
        delivered: options.delivered ?? [],
        dictionaryOf: noDictionaries,
        tables: { outbox: 'outbox', inbox: 'inbox', settlement: 'settlement' },
      },
      {
        store: createDynamoStore(services.dynamodb),
        partitions: createDynamoPartitions(services.dynamodb),
        queues: createSqsQueues(services.sqs),
        backlogs: createQueueBacklogs(services, clock),
        clock,
        random: countedRandom(0.5, (runs + instance * 1_000) * 10_000),
        telemetry: counted,
      },
    );
    const endMillis = clock.nowMillis() + remainingMillis;
    return handler(
      {},
      lambdaContext(() => endMillis - clock.nowMillis()),
    );
  };
  return {
    clock,
    services,
    counted,
    run,
    runFor: async (minutes, everyMinutes = 5) => {
      for (let passed = 0; passed < minutes; passed += everyMinutes) {
        clock.advance(everyMinutes * 60_000);
        await run();
      }
    },
    closeTheOutbox: async () =>
      void (await documents.send(new PutCommand({ TableName: 'settlement', Item: { ...CURSOR, slot: '2099-01-01T00:00Z' } }))),
    store: async (id, given = {}) => {
      const nowMillis = clock.nowMillis();
      const partition = outboxPartition(nowMillis, id);
      const expiresAt = Math.floor(nowMillis / 1000) + 30 * 86_400;
      const record = outboxRecord('{"a":1}', { id, partition, correlationId: id, receivedAt: isoTime(nowMillis), expiresAt, ...given });
      await documents.send(new PutCommand({ TableName: 'outbox', Item: outboxItem(record) }));
    },
    mark: async (id, address, outcome = 'applied') => {
      await documents.send(new PutCommand({ TableName: 'inbox', Item: { pk: `${address}#${id}`, kind: 'event', outcome } }));
    },
    take: (consumer) => takeAll(services.sqs, queueUrls[consumer] as string),
    fill: async (queue, count) =>
      fill(services.sqs, (await services.sqs.send(new GetQueueUrlCommand({ QueueName: queue }))).QueueUrl as string, count),
    purge: async (consumer) => void (await services.sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrls[consumer] }))),
    rows: async (table) => ((await documents.send(new ScanCommand({ TableName: table }))).Items ?? []) as Item[],
    put: async (table, item) => void (await documents.send(new PutCommand({ TableName: table, Item: item }))),
  };
}

async function createQueue(client: SQSClient, consumer: string): Promise<string> {
  await client.send(new CreateQueueCommand({ QueueName: `${consumer}-dead` }));
  const redrive = JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${consumer}-dead`, maxReceiveCount: 12 });
  const answer = await client.send(new CreateQueueCommand({ QueueName: consumer, Attributes: { RedrivePolicy: redrive } }));
  return answer.QueueUrl as string;
}

async function takeAll(client: SQSClient, QueueUrl: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const { Messages: messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (messages.length === 0) return ids;
    for (const { Body: body = '', ReceiptHandle } of messages) {
      ids.push((JSON.parse(body) as { id: string }).id);
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

async function fill(client: SQSClient, QueueUrl: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 10) {
    const Entries = Array.from({ length: Math.min(10, count - sent) }, (_, index) => ({
      Id: String(index),
      MessageBody: '{"id":"filler"}',
    }));
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}
