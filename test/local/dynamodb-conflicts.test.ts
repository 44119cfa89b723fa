/** What DynamoDB Local never does: transactions that overlap, and tokens over time. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { keyOf, putOf, smallTable, TABLE } from './small-tables.ts';

const write = (...items: readonly JsonObject[]): JsonObject => ({ TransactItems: items });
const putting = (key: string, more: JsonObject = {}) => ({ Put: { ...putOf(key, { v: { S: 'new' } }), ...more } });
const absent = { ConditionExpression: 'attribute_not_exists(pk)' };
const adding = (key: string) => ({
  Update: { TableName: TABLE, Key: keyOf(key), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } },
});

/** A table whose transactions take a second, and one that is under way on `a` and `b`. */
async function withOneUnderWay() {
  const table = await smallTable({ transactionMillis: () => 1_000 });
  const underWay = table.engine.perform('TransactWriteItems', { ...write(putting('a'), putting('b')), ClientRequestToken: 'first' });
  return { ...table, underWay };
}

describe('while a transaction is under way', () => {
  it('another one on one of its items is cancelled at that item', async () => {
    const { error, underWay } = await withOneUnderWay();
    expect(await error('TransactWriteItems', write(putting('c'), putting('b')))).toBe(
      'TransactionCanceledException None TransactionConflict',
    );
    expect((await underWay).status).toBe(200);
  });

  it('a failed condition stands beside a conflict', async () => {
    const { error, ok, underWay } = await withOneUnderWay();
    await ok('PutItem', putOf('c'));
    expect(await error('TransactWriteItems', write(putting('c', absent), putting('a', absent)))).toBe(
      'TransactionCanceledException ConditionalCheckFailed TransactionConflict',
    );
    await underWay;
  });

  it('a single write to one of its items is refused', async () => {
    const { error, underWay } = await withOneUnderWay();
    expect(await error('PutItem', putOf('a'))).toBe('TransactionConflictException');
    expect(await error('DeleteItem', { TableName: TABLE, Key: keyOf('b') })).toBe('TransactionConflictException');
    await underWay;
  });

  it('a read of several items with one of its is cancelled', async () => {
    const { error, underWay } = await withOneUnderWay();
    const gets = ['c', 'a'].map((key) => ({ Get: { TableName: TABLE, Key: keyOf(key) } }));
    expect(await error('TransactGetItems', { TransactItems: gets })).toBe('TransactionCanceledException None TransactionConflict');
    await underWay;
  });

  it('a read of one item sees what was committed before', async () => {
    const { ok, underWay } = await withOneUnderWay();
    expect(await ok('GetItem', { TableName: TABLE, Key: keyOf('a'), ConsistentRead: true })).toEqual({});
    await underWay;
    expect(await ok('GetItem', { TableName: TABLE, Key: keyOf('a'), ConsistentRead: true })).toHaveProperty('Item');
  });

  it('its token is in progress, and for another transaction a mismatch', async () => {
    const { error, underWay } = await withOneUnderWay();
    const again = { ...write(putting('a'), putting('b')), ClientRequestToken: 'first' };
    expect(await error('TransactWriteItems', again)).toBe('TransactionInProgressException');
    expect(await error('TransactWriteItems', { ...write(putting('c')), ClientRequestToken: 'first' })).toBe(
      'IdempotentParameterMismatchException',
    );
    await underWay;
    expect(await error('TransactWriteItems', again)).toBe('no error');
  });

  it('other items are free, and afterwards its own are', async () => {
    const { ok, underWay } = await withOneUnderWay();
    await ok('PutItem', putOf('c'));
    await underWay;
    await ok('PutItem', putOf('a'));
  });
});

describe('a token', () => {
  const transaction = { ...write(adding('a')), ClientRequestToken: 'token' };
  const count = async (ok: Awaited<ReturnType<typeof smallTable>>['ok']) =>
    (await ok('GetItem', { TableName: TABLE, Key: keyOf('a'), ConsistentRead: true }))['Item'] as JsonObject;

  it('is remembered for ten minutes after its transaction was finished', async () => {
    const { ok, clock } = await smallTable({ transactionMillis: () => 60_000 });
    await ok('TransactWriteItems', transaction);
    clock.advance(10 * 60_000 - 1);
    await ok('TransactWriteItems', transaction);
    expect(await count(ok)).toMatchObject({ n: { N: '1' } });
    clock.advance(1);
    await ok('TransactWriteItems', transaction);
    expect(await count(ok)).toMatchObject({ n: { N: '2' } });
  });

  it('answers with success even where the item is gone since', async () => {
    const { ok } = await smallTable();
    await ok('TransactWriteItems', transaction);
    await ok('DeleteItem', { TableName: TABLE, Key: keyOf('a') });
    await ok('TransactWriteItems', transaction);
    expect(await count(ok)).toBeUndefined();
  });

  it('of a cancelled transaction is free', async () => {
    const { ok, error } = await smallTable();
    await ok('PutItem', putOf('a'));
    const guarded = { ...write(putting('a', absent)), ClientRequestToken: 'token' };
    expect(await error('TransactWriteItems', guarded)).toBe('TransactionCanceledException ConditionalCheckFailed');
    await ok('DeleteItem', { TableName: TABLE, Key: keyOf('a') });
    expect(await error('TransactWriteItems', guarded)).toBe('no error');
    expect(await count(ok)).toBeDefined();
  });
});
