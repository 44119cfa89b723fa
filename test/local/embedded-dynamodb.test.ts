/** The embedded DynamoDB and its streams, asked over HTTP by the SDK's own clients. */
import {
  CreateTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { createDynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import { startEmbeddedServer } from '../../local/engines/embedded-server.ts';
import { clientSettings } from '../../local/function-client.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';

let server: LoopbackServer;
let client: DynamoDBClient;

beforeEach(async () => {
  const ports = { clock: systemClock, random: systemRandom };
  const dynamodb = createDynamoDbEngine({ ...ports, transactionMillis: () => 20 });
  server = await startEmbeddedServer({ dynamodb, ...ports });
  client = new DynamoDBClient(clientSettings(server.url, 'Ingest'));
  await client.send(
    new CreateTableCommand({
      TableName: 'Outbox',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    }),
  );
});
afterEach(async () => {
  client.destroy();
  await server.stop();
});

const Item = { pk: { S: 'a' }, payload: { B: new Uint8Array([0, 255]) } };
const put = {
  Put: {
    TableName: 'Outbox',
    Item,
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  },
};
const transact = () => client.send(new TransactWriteItemsCommand({ TransactItems: [put] }));

describe('the embedded DynamoDB behind HTTP', () => {
  it('cancels a transaction with its reasons and the item that is there, bytes and all', async () => {
    await transact();
    await expect(transact()).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item }],
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it('lets two transactions on one item that meet conflict', async () => {
    const outcomes = await Promise.allSettled([transact(), transact()]);
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(failed.map(({ reason }) => reason)).toMatchObject([{ CancellationReasons: [{ Code: 'TransactionConflict' }] }]);
  });

  it('hands its stream to the client of streams', async () => {
    const streams = new DynamoDBStreamsClient(clientSettings(server.url, 'Relay'));
    await client.send(new PutItemCommand({ TableName: 'Outbox', Item }));
    const [{ StreamArn } = {}] = (await streams.send(new ListStreamsCommand({ TableName: 'Outbox' }))).Streams ?? [];
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const records: unknown[] = [];
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      const from = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
      const { ShardIterator } = await streams.send(new GetShardIteratorCommand(from));
      records.push(...((await streams.send(new GetRecordsCommand({ ShardIterator }))).Records ?? []));
    }
    streams.destroy();
    expect(records).toMatchObject([{ eventName: 'INSERT', dynamodb: { NewImage: Item } }]);
  });

  it('says so where an operation is not modelled', async () => {
    await expect(client.send(new ListBackupsCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('does not model the operation ListBackups'),
      $metadata: { httpStatusCode: 501 },
    });
  });
});
