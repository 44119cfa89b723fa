/** Global secondary indexes of the embedded DynamoDB apart from what DynamoDB Local can be asked: its words, the past, and what it refuses to guess. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { keyOf, putOf, type SmallTable, smallTable, TABLE } from './small-tables.ts';

const key = (...names: readonly string[]) =>
  names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' }));
const DUE = { IndexName: 'due', KeySchema: key('dueShard', 'dueAt'), Projection: { ProjectionType: 'KEYS_ONLY' } };
const types = (...names: readonly string[]) => names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));

const indexedTable = (options: Parameters<typeof smallTable>[0] = {}, index: JsonObject = DUE) =>
  smallTable(options, { AttributeDefinitions: types('pk', 'sk', 'dueShard', 'dueAt'), GlobalSecondaryIndexes: [index] });
const due = (dueAt: string, dueShard = 's') => ({ dueShard: { S: dueShard }, dueAt: { S: dueAt } });
const look = (more: JsonObject = {}) => ({
  TableName: TABLE,
  IndexName: 'due',
  KeyConditionExpression: 'dueShard = :s',
  ExpressionAttributeValues: { ':s': { S: 's' } },
  ...more,
});
/** `a at t1`, as the index shows them now. */
async function shown({ ok }: SmallTable, more: JsonObject = {}): Promise<readonly string[]> {
  const { Items } = await ok('Query', look(more));
  return (Items as readonly { readonly pk: { S: string }; readonly dueAt: { S: string } }[]).map(
    ({ pk, dueAt }) => `${pk.S} at ${dueAt.S}`,
  );
}

describe('an index that sees the past', () => {
  const LAG_MILLIS = 1_000;

  /** Far enough apart that no lag reaches from one to the next. */
  async function past() {
    const table = await indexedTable({ staleReadMillis: () => LAG_MILLIS });
    for (const [name, at] of [
      ['a', 't1'],
      ['b', 't2'],
    ] as const)
      await table.ok('PutItem', putOf(name, due(at)));
    table.clock.advance(2 * LAG_MILLIS);
    return table;
  }
  const passes = (table: SmallTable) => table.clock.advance(LAG_MILLIS + 1);

  it('does not show for a while what came into it', async () => {
    const table = await past();
    await table.ok('PutItem', putOf('c', due('t0')));
    expect(await shown(table)).toEqual(['a at t1', 'b at t2']);
    passes(table);
    expect(await shown(table)).toEqual(['c at t0', 'a at t1', 'b at t2']);
  });

  it('shows for a while what left it or is gone altogether', async () => {
    const table = await past();
    await table.ok('UpdateItem', { TableName: TABLE, Key: keyOf('a'), UpdateExpression: 'REMOVE dueAt' });
    await table.ok('DeleteItem', { TableName: TABLE, Key: keyOf('b') });
    expect(await shown(table)).toEqual(['a at t1', 'b at t2']);
    passes(table);
    expect(await shown(table)).toEqual([]);
  });

  it('shows a moved item where it stood, in the order and on the page of that place', async () => {
    const table = await past();
    const values = { ':t': { S: 't3' } };
    await table.ok('UpdateItem', {
      TableName: TABLE,
      Key: keyOf('a'),
      UpdateExpression: 'SET dueAt = :t',
      ExpressionAttributeValues: values,
    });
    expect(await table.ok('Query', look({ Limit: 1 }))).toMatchObject({
      Items: [{ ...keyOf('a'), ...due('t1') }],
      LastEvaluatedKey: { ...keyOf('a'), ...due('t1') },
    });
    expect(await shown(table, { ExclusiveStartKey: { ...keyOf('a'), ...due('t1') } })).toEqual(['b at t2']);
    passes(table);
    expect(await shown(table)).toEqual(['b at t2', 'a at t3']);
  });

  it('shows an item of another partition in the one that it left, and not in the new one', async () => {
    const table = await past();
    await table.ok('PutItem', putOf('a', due('t1', 'other')));
    const inOther = { ExpressionAttributeValues: { ':s': { S: 'other' } } };
    expect([await shown(table), await shown(table, inOther)]).toEqual([['a at t1', 'b at t2'], []]);
    passes(table);
    expect([await shown(table), await shown(table, inOther)]).toEqual([['b at t2'], ['a at t1']]);
  });

  it('shows the past of one item beside the present of another: it takes them up one by one', async () => {
    const table = await indexedTable({ staleReadMillis: () => LAG_MILLIS });
    const names = Array.from({ length: 40 }, (_, index) => `item-${index}`);
    for (const name of names) await table.ok('PutItem', putOf(name, due('t1')));
    table.clock.advance(LAG_MILLIS / 2);
    const count = (await shown(table)).length;
    expect(count).toBeGreaterThan(5);
    expect(count).toBeLessThan(35);
  });

  it('leaves the table as it is to whoever reads it consistently', async () => {
    const table = await past();
    await table.ok('DeleteItem', { TableName: TABLE, Key: keyOf('a') });
    expect(await table.ok('GetItem', { TableName: TABLE, Key: keyOf('a'), ConsistentRead: true })).toEqual({});
    expect(await shown(table)).toEqual(['a at t1', 'b at t2']);
  });
});

describe('an index', () => {
  it('is described with its items and their bytes', async () => {
    const { ok } = await indexedTable();
    await ok('PutItem', putOf('a', { ...due('t1'), v: { S: 'not held' } }));
    await ok('PutItem', putOf('b', { dueAt: { S: 't1' } }));
    const bytes = 'pk'.length + 'a'.length + 'sk'.length + '1'.length + 'dueShard'.length + 's'.length + 'dueAt'.length + 't1'.length;
    expect(await ok('DescribeTable', { TableName: TABLE })).toMatchObject({
      Table: {
        GlobalSecondaryIndexes: [
          {
            ...DUE,
            IndexStatus: 'ACTIVE',
            IndexArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${TABLE}/index/due`,
            ItemCount: 1,
            IndexSizeBytes: bytes,
          },
        ],
      },
    });
  });

  it('gives items of one sort key in an order that their own keys do not tell', async () => {
    const table = await indexedTable();
    const names = Array.from({ length: 20 }, (_, index) => `item-${String(index).padStart(2, '0')}`);
    for (const name of names) await table.ok('PutItem', putOf(name, due('t1')));
    const found = await shown(table);
    expect(found.toSorted()).toEqual(names.map((name) => `${name} at t1`));
    expect(found).not.toEqual(found.toSorted());
    expect(found).not.toEqual(found.toSorted().reverse());
    expect(await shown(table, { ScanIndexForward: false })).toEqual(found.toReversed());
  });

  // As measured on AWS by the tests of paritysuite/dynamodb-conformance and architect/dynalite; DynamoDB Local leaves out what and where.
  it.each([
    ['a number', { N: '1' }, 'N'],
    ['a null', { NULL: true }, 'NULL'],
    ['a set', { SS: ['a'] }, 'SS'],
  ])('names itself where its key is %s', async (_title, dueAt, actual) => {
    const { engine } = await indexedTable();
    const message = `One or more parameter values were invalid: Type mismatch for Index Key dueAt Expected: S Actual: ${actual} IndexName: due`;
    const put = putOf('a', { dueAt });
    const refusal = { status: 400, body: { __type: 'ValidationException', message } };
    expect(await engine.perform('PutItem', put)).toEqual(refusal);
    const update = {
      TableName: TABLE,
      Key: keyOf('a'),
      UpdateExpression: 'SET dueAt = :v',
      ExpressionAttributeValues: { ':v': dueAt },
    };
    expect(await engine.perform('UpdateItem', update)).toEqual(refusal);
    expect(await engine.perform('TransactWriteItems', { TransactItems: [{ Put: put }] })).toMatchObject({
      body: { CancellationReasons: [{ Code: 'ValidationError', Message: message }] },
    });
  });
});

describe('what is not modelled of an index', () => {
  it.each([
    [
      'a projection of some attributes',
      { Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['v'] } },
      'the ProjectionType INCLUDE',
    ],
    ['a key of three attributes', { KeySchema: key('dueShard', 'dueAt', 'pk') }, 'an index with more than two key attributes'],
    ['a further member', { Backfilling: true }, 'the member Backfilling'],
  ])('is refused by a rejection: %s', async (_title, index, named) => {
    await expect(indexedTable({}, { ...DUE, ...index })).rejects.toThrow(`does not model ${named}`);
  });

  it.each([
    ['Query', look({ Select: 'ALL_PROJECTED_ATTRIBUTES' }), 'Select ALL_PROJECTED_ATTRIBUTES on an index'],
    ['Scan', { TableName: TABLE, IndexName: 'due' }, 'the member IndexName of Scan'],
  ])('is refused by a rejection: in a %s', async (operation, input, named) => {
    const { engine } = await indexedTable();
    await expect(engine.perform(operation, input)).rejects.toThrow(`does not model ${named}`);
  });
});
