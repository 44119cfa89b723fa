import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { noDictionaries } from '../../lambdas/core/dictionary.ts';
import { messageText } from '../../lambdas/core/message.ts';
import type { Store } from '../../lambdas/core/ports.ts';
import { createConsume } from '../../lambdas/pipeline/consume.ts';
import { outboxRecord } from '../core/outbox-record.ts';
import { booksConsumer } from '../pipeline/counting-consumer.ts';
import { lambdaContext } from '../pipeline/lambda-context.ts';
import { recordedTelemetry } from '../pipeline/recorded-telemetry.ts';
import { sqsEvent } from '../pipeline/sqs-event.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS, openDynamoDb } from './harness.ts';

const PREFIX = `newer${process.pid}-`;
const tables = { inbox: `${PREFIX}Inbox`, outbox: `${PREFIX}Outbox`, own: { Books: `${PREFIX}Books` } };
const key = { pk: 'sub_1', sk: 'state' };

/** The states of one subscription; the last two fall into the same second, and the type decides. */
const states = [
  { type: 'created', occurredAt: '2026-11-23T10:00:00.000Z' },
  { type: 'updated', occurredAt: '2026-11-23T10:00:01.000Z' },
  { type: 'deleted', occurredAt: '2026-11-23T10:00:01.000Z' },
];

describeOnEngines('a state written with onlyIfNewer', () => {
  let engine: Awaited<ReturnType<typeof openDynamoDb>>;
  let store: Store;

  beforeAll(async () => {
    const credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };
    engine = await openDynamoDb();
    const client = new DynamoDBClient({ endpoint: engine.url, region: 'us-east-1', credentials });
    for (const [name, sorted] of [
      [tables.inbox, false],
      [tables.own.Books, true],
    ] as const) {
      const attributes = sorted ? ['pk', 'sk'] : ['pk'];
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
          KeySchema: attributes.map((AttributeName, index) => ({
            AttributeName,
            KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
          })),
        }),
      );
    }
    store = createDynamoStore(client);
  }, ENGINE_TEST_MILLIS);
  afterAll(() => engine.stop());

  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];

  // crash matrix: consumer → tables | out of order | the same end whatever the order
  it.each(orders)(
    'ends the same whatever the order: %d %d %d',
    async (...order) => {
      const subscription = { ...key, pk: `sub_${order.join('')}` };
      const consumer = booksConsumer({
        apply: ({ type }, tools) => [
          tools.onlyIfNewer({ table: 'Books', key: subscription, set: { status: type }, rank: { created: 1, updated: 2, deleted: 3 } }),
        ],
      });
      const consume = createConsume(
        { consumer, routes: [], queueUrl: 'none', tables },
        {
          store,
          queues: { sendBatch: () => Promise.reject(new Error('not used')), hide: () => Promise.resolve() },
          clock: systemClock,
          random: systemRandom,
          telemetry: recordedTelemetry(),
        },
      );

      for (const index of order) {
        const record = outboxRecord('{}', { ...states[index], id: `stripe#-#live#evt_${order.join('')}_${index}`, to: ['books@1'] });
        const answer = await consume(
          sqsEvent([messageText(record, 'books@1', noDictionaries)]),
          lambdaContext(() => 30_000),
        );
        expect(answer).toEqual({ batchItemFailures: [] });
      }

      expect(await store.get(tables.own.Books, subscription)).toMatchObject({ status: 'deleted' });
    },
    ENGINE_TEST_MILLIS,
  );
});
