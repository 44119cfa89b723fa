/** Partitions of tables on DynamoDB: one Query, BatchGetItem or DescribeTable a call. */
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { RetryableError } from '../core/errors.ts';
import type { Item, Key, Page, Partitions, Range } from '../core/ports.ts';
import { callBound, clientBounds } from './client-bounds.ts';
import { exactNumber } from './exact-number.ts';

/** The partitions a function reads. */
export function openDynamoPartitions(): Partitions {
  return createDynamoPartitions(new DynamoDBClient(clientBounds));
}

export function createDynamoPartitions(client: DynamoDBClient): Partitions {
  const documents = DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: exactNumber } });
  return {
    page: async (table, range, after): Promise<Page> => {
      const answer = await documents.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          ...keyCondition(range),
          ...(after === undefined ? {} : { ExclusiveStartKey: after }),
        }),
        callBound(),
      );
      return { items: (answer.Items ?? []) as Item[], after: answer.LastEvaluatedKey as Key | undefined };
    },
    existing: async (table, partitions) => {
      const { Responses: responses, UnprocessedKeys: unprocessed } = await documents.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys: partitions.map((pk) => ({ pk })), ProjectionExpression: 'pk' } } }),
        callBound(),
      );
      const names = (keys: readonly Record<string, unknown>[] = []) => keys.map(({ pk }) => String(pk));
      return { found: names(responses?.[table]), unanswered: names(unprocessed?.[table]?.Keys) };
    },
    createdAtMillis: async (table) => {
      const { Table: described } = await client.send(new DescribeTableCommand({ TableName: table }), callBound());
      const created = described?.CreationDateTime;
      if (created !== undefined) return created.getTime();
      throw new RetryableError(
        'NO_CREATION_TIME',
        `DynamoDB did not say when the table ${table} was made; it is asked again in the next run.`,
      );
    },
  };
}

function keyCondition({ partition, from, through }: Range): {
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: { readonly [placeholder: string]: string };
} {
  const limits = { ...(from === undefined ? {} : { ':from': from }), ...(through === undefined ? {} : { ':through': through }) };
  const sorted = { ':from:through': 'sk BETWEEN :from AND :through', ':from': 'sk >= :from', ':through': 'sk <= :through' }[
    Object.keys(limits).join('')
  ];
  return {
    KeyConditionExpression: sorted === undefined ? 'pk = :pk' : `pk = :pk AND ${sorted}`,
    ExpressionAttributeValues: { ':pk': partition, ...limits },
  };
}
