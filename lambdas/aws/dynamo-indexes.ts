/** Global secondary indexes on DynamoDB: one Query a call. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { IndexEntry, Indexes, IndexPage, IndexRange, Key, SparseIndex } from '../core/ports.ts';
import { callBound, clientBounds } from './client-bounds.ts';

/** The indexes a function reads. */
export function openDynamoIndexes(): Indexes {
  return createDynamoIndexes(new DynamoDBClient(clientBounds));
}

export function createDynamoIndexes(client: DynamoDBClient): Indexes {
  const documents = DynamoDBDocumentClient.from(client);
  return {
    page: async (table, range, after): Promise<IndexPage> => {
      const { Items: items = [], LastEvaluatedKey: last } = await documents.send(
        new QueryCommand({
          TableName: table,
          IndexName: range.index.name,
          Limit: range.limit,
          ...keyCondition(range),
          ...(after === undefined ? {} : { ExclusiveStartKey: after }),
        }),
        callBound(),
      );
      return { entries: items.map((item) => entryOf(range.index, item)), after: last as Key | undefined };
    },
  };
}

/** The names stand in placeholders, because an attribute may be called as DynamoDB's reserved words are. */
function keyCondition({ index, partition, from, through }: IndexRange): {
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeNames: { readonly [placeholder: string]: string };
  readonly ExpressionAttributeValues: { readonly [placeholder: string]: string };
} {
  return {
    KeyConditionExpression: `#partition = :partition AND ${from === undefined ? '#sort <= :through' : '#sort BETWEEN :from AND :through'}`,
    ExpressionAttributeNames: { '#partition': index.partition, '#sort': index.sort },
    ExpressionAttributeValues: { ':partition': partition, ':through': through, ...(from === undefined ? {} : { ':from': from }) },
  };
}

/** An index of keys answers with the table's key and its own. */
function entryOf({ partition, sort }: SparseIndex, item: { readonly [name: string]: unknown }): IndexEntry {
  const { [partition]: _partition, [sort]: sortKey, ...key } = item;
  return { key: key as Key, sort: String(sortKey) };
}
