/** The embedded DynamoDB apart from what DynamoDB Local can be asked: what it refuses to guess, its options, pages of a large table. */
import { describe, expect, it } from '@jest/globals';
import { createDynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import type { Change } from '../../local/engines/dynamodb/table.ts';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { countedRandom } from '../pipeline/counted-random.ts';
import { createVirtualClock } from '../pipeline/virtual-clock.ts';
import { keyOf, putOf, type SmallTable, smallTable, TABLE } from './small-tables.ts';

describe('what is not modelled', () => {
  it.each([
    ['an operation', 'ExecuteStatement', {}, 'the operation ExecuteStatement'],
    ['a member of a request', 'PutItem', { ...putOf('a'), Expected: {} }, 'the member Expected of PutItem'],
    [
      'a member of an action',
      'TransactWriteItems',
      { TransactItems: [{ Put: { ...putOf('a'), Expected: {} } }] },
      'the member Expected of TransactWriteItems.Put',
    ],
    [
      'a member of a batch',
      'BatchGetItem',
      { RequestItems: { [TABLE]: { Keys: [keyOf('a')], AttributesToGet: ['a'] } } },
      'the member AttributesToGet of BatchGetItem',
    ],
    ['a local index', 'CreateTable', { TableName: 'Other', LocalSecondaryIndexes: [] }, 'the member LocalSecondaryIndexes of CreateTable'],
  ])('is refused by a rejection: %s', async (_title, operation, input, named) => {
    const { engine } = await smallTable();
    await expect(engine.perform(operation, input)).rejects.toThrow(`does not model ${named}`);
  });

  it('is refused in the streams too', async () => {
    const { engine } = await smallTable();
    await expect(engine.streams.perform('GetItem', {})).rejects.toThrow('does not model the operation GetItem');
  });
});

describe('reads without ConsistentRead', () => {
  const readOf = async ({ ok }: SmallTable, more: JsonObject) =>
    await ok('GetItem', { TableName: TABLE, Key: keyOf('a'), ProjectionExpression: 'v', ...more });

  it('see an older state where they are let to', async () => {
    const table = await smallTable({ staleReadMillis: () => 1_000 });
    await table.ok('PutItem', putOf('a', { v: { N: '1' } }));
    expect(await readOf(table, {})).toEqual({});
    table.clock.advance(1_500);
    await table.ok('PutItem', putOf('a', { v: { N: '2' } }));
    expect(await readOf(table, {})).toEqual({ Item: { v: { N: '1' } } });
    expect(await readOf(table, { ConsistentRead: true })).toEqual({ Item: { v: { N: '2' } } });
    const query = {
      TableName: TABLE,
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'a' } },
      ProjectionExpression: 'v',
    };
    expect(await table.ok('Query', query)).toMatchObject({ Items: [{ v: { N: '1' } }] });
    table.clock.advance(1_001);
    expect(await readOf(table, {})).toEqual({ Item: { v: { N: '2' } } });
  });

  it('see the newest state by default', async () => {
    const table = await smallTable();
    await table.ok('PutItem', putOf('a', { v: { N: '1' } }));
    expect(await readOf(table, {})).toEqual({ Item: { v: { N: '1' } } });
  });
});

describe('a table larger than a page', () => {
  async function filled() {
    const table = await smallTable();
    for (let index = 0; index < 40; index += 1)
      await table.ok('PutItem', putOf(`p${index % 4}/${String(index).padStart(2, '0')}`, { v: { S: 'x'.repeat(100_000) } }));
    return table;
  }

  async function pages({ ok }: SmallTable, operation: string, input: JsonObject) {
    const found: JsonObject[][] = [];
    let start: unknown;
    do {
      const { Items, LastEvaluatedKey } = await ok(operation, {
        TableName: TABLE,
        ProjectionExpression: 'pk, sk',
        ...input,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      found.push(Items as JsonObject[]);
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return found;
  }

  it('is scanned in pages of 1 MB, each item once', async () => {
    const found = await pages(await filled(), 'Scan', {});
    expect(found.map((items) => items.length)).toEqual([11, 11, 11, 7]);
    expect(new Set(found.flat().map((item) => JSON.stringify(item))).size).toBe(40);
  });

  it('is scanned by segments, each item in one of them', async () => {
    const table = await filled();
    const segments = await Promise.all([0, 1, 2].map((Segment) => pages(table, 'Scan', { Segment, TotalSegments: 3, Limit: 3 })));
    const all = segments.flat(2).map((item) => JSON.stringify(item));
    expect(all).toHaveLength(40);
    expect(new Set(all).size).toBe(40);
  });

  it('is queried in pages, in both directions', async () => {
    const table = await filled();
    const query = { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p1' } }, Limit: 4 };
    const forwards = (await pages(table, 'Query', query)).flat();
    const backwards = (await pages(table, 'Query', { ...query, ScanIndexForward: false })).flat();
    expect(forwards).toHaveLength(10);
    expect(backwards).toEqual(forwards.toReversed());
  });
});

describe('an engine', () => {
  it('tells its owner of each commit, and of none that did not happen', async () => {
    const commits: (readonly Change[])[] = [];
    const { ok, error } = await smallTable({ onCommit: (changes) => commits.push(changes) });
    await ok('TransactWriteItems', {
      TransactItems: [
        { Put: putOf('a') },
        { ConditionCheck: { TableName: TABLE, Key: keyOf('b'), ConditionExpression: 'attribute_not_exists(pk)' } },
      ],
    });
    await error('PutItem', { ...putOf('a'), ConditionExpression: 'attribute_not_exists(pk)' });
    await ok('DeleteItem', { TableName: TABLE, Key: keyOf('a') });
    expect(commits).toEqual([
      [{ table: TABLE, key: keyOf('a'), before: undefined, after: keyOf('a') }],
      [{ table: TABLE, key: keyOf('a'), before: keyOf('a'), after: undefined }],
    ]);
  });

  it('answers the same requests with the same bytes', async () => {
    const run = async () => {
      const engine = createDynamoDbEngine({ clock: createVirtualClock(), random: countedRandom() });
      const answers: unknown[] = [];
      const ask = async (operation: string, input: JsonObject) => answers.push(await engine.perform(operation, input));
      const KeySchema = [{ AttributeName: 'pk', KeyType: 'HASH' }];
      const AttributeDefinitions = [{ AttributeName: 'pk', AttributeType: 'S' }];
      const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' };
      await ask('CreateTable', { TableName: 'One', KeySchema, AttributeDefinitions, StreamSpecification, BillingMode: 'PAY_PER_REQUEST' });
      for (const pk of ['a', 'b', 'a'])
        await ask('PutItem', { TableName: 'One', Item: { pk: { S: pk }, at: { N: String(answers.length) } } });
      await ask('Scan', { TableName: 'One' });
      answers.push(await engine.streams.perform('ListStreams', {}));
      return JSON.stringify(answers);
    };
    expect(await run()).toBe(await run());
  });

  it('shares nothing with a request', async () => {
    const { ok } = await smallTable();
    const list = [{ S: 'before' }];
    await ok('PutItem', putOf('a', { l: { L: list } }));
    list[0] = { S: 'after' };
    expect(await ok('GetItem', { TableName: TABLE, Key: keyOf('a') })).toMatchObject({ Item: { l: { L: [{ S: 'before' }] } } });
  });

  it('lists and describes its tables, and keeps those that are protected', async () => {
    const { ok, error } = await smallTable({}, { DeletionProtectionEnabled: true });
    expect(await ok('ListTables', {})).toEqual({ TableNames: [TABLE] });
    await ok('PutItem', putOf('a'));
    expect(await ok('DescribeTable', { TableName: TABLE })).toMatchObject({
      Table: { TableStatus: 'ACTIVE', ItemCount: 1, TableSizeBytes: 6, DeletionProtectionEnabled: true },
    });
    expect(await error('DeleteTable', { TableName: TABLE })).toBe('ValidationException');
  });
});
