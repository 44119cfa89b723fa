/** Makes a table as all of ours are keyed: `pk`, or `pk` and `sk`, all of them texts; with sparse indexes where it has some. */
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SparseIndex } from '../../lambdas/core/ports.ts';

type Shape = { readonly sorted: boolean; readonly indexes?: readonly SparseIndex[] };

export async function createKeyedTable(client: DynamoDBClient, TableName: string, { sorted, indexes = [] }: Shape): Promise<void> {
  const keys = sorted ? ['pk', 'sk'] : ['pk'];
  const named = new Set([...keys, ...indexes.flatMap(({ partition, sort }) => [partition, sort])]);
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...named].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keySchema(keys),
      ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes.map(globalIndex) }),
    }),
  );
}

function globalIndex({ name, partition, sort }: SparseIndex) {
  return { IndexName: name, KeySchema: keySchema([partition, sort]), Projection: { ProjectionType: 'KEYS_ONLY' as const } };
}

function keySchema(keys: readonly string[]) {
  return keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const) }));
}
