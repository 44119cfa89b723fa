/** Makes a table as all of ours are keyed: `pk`, or `pk` and `sk`, all of them texts. */
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

export async function createKeyedTable(client: DynamoDBClient, TableName: string, { sorted }: { readonly sorted: boolean }): Promise<void> {
  const keys = sorted ? ['pk', 'sk'] : ['pk'];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    }),
  );
}
