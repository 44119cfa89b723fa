import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createDynamoIndexes } from '../../lambdas/aws/dynamo-indexes.ts';
import type { Indexes } from '../../lambdas/core/ports.ts';

const DUE = { name: 'due', partition: 'dueShard', sort: 'dueAt' };
const THROUGH = '2026-11-25T01:00:00.000Z';
const range = { index: DUE, partition: '03', through: THROUGH, limit: 25 };
const documents = mockClient(DynamoDBDocumentClient);

let indexes: Indexes;

beforeEach(() => {
  documents.reset();
  indexes = createDynamoIndexes(new DynamoDBClient({ region: 'eu-west-1' }));
});

const sent = () => documents.commandCalls(QueryCommand).map(({ args: [command] }) => command.input);

describe('a page of an index', () => {
  it('is one query from the beginning of the partition through a sort key, ascending, with the names behind placeholders', async () => {
    documents.on(QueryCommand).resolves({ Items: [] });

    expect(await indexes.page('Payments', range)).toEqual({ entries: [], after: undefined });
    expect(sent()).toEqual([
      {
        TableName: 'Payments',
        IndexName: 'due',
        Limit: 25,
        KeyConditionExpression: '#partition = :partition AND #sort <= :through',
        ExpressionAttributeNames: { '#partition': 'dueShard', '#sort': 'dueAt' },
        ExpressionAttributeValues: { ':partition': '03', ':through': THROUGH },
      },
    ]);
  });

  it('begins at a first sort key where it is told one, and where the page before ended', async () => {
    documents.on(QueryCommand).resolves({ Items: [] });
    const after = { pk: 'pay_1', dueShard: '03', dueAt: '2026-11-25T00:00:00.000Z' };

    await indexes.page('Payments', { ...range, from: '2026-11-24T00:00:00.000Z' }, after);
    expect(sent()).toMatchObject([
      {
        KeyConditionExpression: '#partition = :partition AND #sort BETWEEN :from AND :through',
        ExpressionAttributeValues: { ':partition': '03', ':from': '2026-11-24T00:00:00.000Z', ':through': THROUGH },
        ExclusiveStartKey: after,
      },
    ]);
  });

  it('gives the keys of the items in their table, what they are sorted by, and where it ended', async () => {
    const first = { pk: 'pay_1', sk: 'a', dueShard: '03', dueAt: '2026-11-25T00:00:00.000Z' };
    const second = { ...first, pk: 'pay_2', dueAt: '2026-11-25T00:00:01.000Z' };
    documents.on(QueryCommand).resolves({ Items: [first, second], LastEvaluatedKey: second });

    expect(await indexes.page('Payments', range)).toEqual({
      entries: [
        { key: { pk: 'pay_1', sk: 'a' }, sort: '2026-11-25T00:00:00.000Z' },
        { key: { pk: 'pay_2', sk: 'a' }, sort: '2026-11-25T00:00:01.000Z' },
      ],
      after: second,
    });
  });

  it('fails as the service does', async () => {
    documents.on(QueryCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));

    await expect(indexes.page('Payments', range)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
