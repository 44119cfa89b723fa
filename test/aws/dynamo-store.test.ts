/** The store on DynamoDB's own wire format: what is sent, and each kind of answer as data. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from '@jest/globals';
import { clientBounds } from '../../lambdas/aws/client-bounds.ts';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { exactNumber } from '../../lambdas/aws/exact-number.ts';
import { decide } from '../../lambdas/core/cancellation.ts';
import type { Action, FrozenTransaction, Store } from '../../lambdas/core/ports.ts';
import { errorReply, type LoopbackService, type Reply, startLoopbackService } from './loopback-service.ts';

const TOKEN = '3b1d7a1e-7c1f-4f0e-9d6a-6a1f6b0f2a55';
const put: Action = { kind: 'put', table: 'Events', item: { pk: 'a' }, condition: { expression: 'attribute_not_exists(pk)' } };
const frozen = (...actions: readonly Action[]): FrozenTransaction => ({ token: TOKEN, frozenAtMillis: 0, actions });

let service: LoopbackService | undefined;

async function storeAnswering(reply: (before: number) => Reply): Promise<Store> {
  service = await startLoopbackService((_, before) => reply(before));
  return createDynamoStore(new DynamoDBClient({ ...clientBounds, ...service.access }));
}

const committed: Reply = { status: 200, body: {} };
const sentActions = (index = 0) => JSON.parse(service?.requests[index]?.text ?? '{}').TransactItems;

afterEach(async () => {
  await service?.close();
  service = undefined;
});

describe('transact', () => {
  it('sends one TransactWriteItems with the token it was given', async () => {
    const store = await storeAnswering(() => committed);
    expect(await store.transact(frozen(put))).toEqual({ kind: 'committed' });
    expect(service?.requests).toMatchObject([{ operation: 'TransactWriteItems' }]);
    expect(JSON.parse(service?.requests[0]?.text ?? '')).toMatchObject({ ClientRequestToken: TOKEN });
  });

  it('sends the same bytes for the same frozen transaction, token included', async () => {
    const store = await storeAnswering(() => committed);
    const transaction = frozen({ ...put, item: { pk: 'a', payload: Buffer.from([0, 255]), to: ['x@1'], n: 1, big: 2n ** 60n } });
    await store.transact(transaction);
    await store.transact(transaction);
    expect(service?.requests).toHaveLength(2);
    expect(service?.requests[1]).toEqual(service?.requests[0]);
  });

  it('writes down each kind of action, with the old item asked for where a put has a condition', async () => {
    const store = await storeAnswering(() => committed);
    const condition = { expression: '#a = :a', names: { '#a': 'amount' }, values: { ':a': 30 } };
    await store.transact(
      frozen(
        put,
        { kind: 'put', table: 'Outbox', item: { pk: 'b', payload: Buffer.from('hi'), none: null, flag: true, list: [1, 'x'] } },
        {
          kind: 'update',
          table: 'Ledger',
          key: { pk: 'c', sk: 'd' },
          update: { expression: 'SET #n = :n', names: { '#n': 'note' }, values: { ':n': 'x' } },
          condition,
        },
        { kind: 'delete', table: 'Ledger', key: { pk: 'e', sk: 'f' } },
        { kind: 'check', table: 'Ledger', key: { pk: 'g', sk: 'h' }, condition },
      ),
    );
    const expected = { ConditionExpression: '#a = :a' };
    expect(sentActions()).toEqual([
      {
        Put: {
          TableName: 'Events',
          Item: { pk: { S: 'a' } },
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      {
        Put: {
          TableName: 'Outbox',
          Item: {
            pk: { S: 'b' },
            payload: { B: 'aGk=' },
            none: { NULL: true },
            flag: { BOOL: true },
            list: { L: [{ N: '1' }, { S: 'x' }] },
          },
        },
      },
      {
        Update: {
          TableName: 'Ledger',
          Key: { pk: { S: 'c' }, sk: { S: 'd' } },
          UpdateExpression: 'SET #n = :n',
          ...expected,
          ExpressionAttributeNames: { '#n': 'note', '#a': 'amount' },
          ExpressionAttributeValues: { ':n': { S: 'x' }, ':a': { N: '30' } },
        },
      },
      { Delete: { TableName: 'Ledger', Key: { pk: { S: 'e' }, sk: { S: 'f' } } } },
      {
        ConditionCheck: {
          TableName: 'Ledger',
          Key: { pk: { S: 'g' }, sk: { S: 'h' } },
          ...expected,
          ExpressionAttributeNames: { '#a': 'amount' },
          ExpressionAttributeValues: { ':a': { N: '30' } },
        },
      },
    ]);
  });

  it('hands on each reason of a cancellation in its place, and the item that stands there', async () => {
    const reasons = [
      {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        Item: { pk: { S: 'a' }, n: { N: '9007199254740993' }, payload: { B: 'aGk=' } },
      },
      { Code: 'None' },
      { Code: 'TransactionConflict' },
    ];
    const store = await storeAnswering(() => errorReply('TransactionCanceledException', { CancellationReasons: reasons }));
    expect(await store.transact(frozen(put))).toEqual({
      kind: 'cancelled',
      reasons: [
        { code: 'ConditionalCheckFailed', item: { pk: 'a', n: 9007199254740993n, payload: new Uint8Array(Buffer.from('hi')) } },
        { code: 'None' },
        { code: 'TransactionConflict' },
      ],
    });
  });

  it.each([
    ['ThrottlingException', 400],
    ['ProvisionedThroughputExceededException', 400],
    ['TransactionInProgressException', 400],
    ['IdempotentParameterMismatchException', 400],
    ['ResourceNotFoundException', 400],
    ['ValidationException', 400],
    ['InternalServerError', 500],
  ])('gives %s as data, after one request and no retry of its own', async (name, status) => {
    const store = await storeAnswering(() => errorReply(name, {}, status));
    expect(await store.transact(frozen(put))).toMatchObject({ kind: 'failed', code: name });
    expect(service?.requests).toHaveLength(1);
  });

  it('leaves it open whether a transaction was applied when the connection is cut after it, after one request', async () => {
    const store = await storeAnswering(() => 'hang-up');
    expect(decide(await store.transact(frozen(put)), ['done'])).toMatchObject({ kind: 'again' });
    expect(service?.requests).toHaveLength(1);
  });

  it.each([
    ['NaN', Number.NaN],
    ['a number that has lost digits', 2 ** 60],
    ['a date', new Date(0)],
  ])('gives %s, for which DynamoDB has no form, as data of its own: no retry could ever send it', async (_, value) => {
    const store = await storeAnswering(() => committed);
    const item = { pk: 'a', value: value as number };
    expect(await store.transact(frozen({ kind: 'put', table: 'Events', item }))).toMatchObject({ kind: 'failed', code: 'NOT_SENDABLE' });
    expect(service?.requests).toEqual([]);
  });

  it('leaves a transaction to be tried again when nobody listens', async () => {
    const store = await storeAnswering(() => committed);
    await service?.close();
    expect(decide(await store.transact(frozen(put)), ['done'])).toMatchObject({ kind: 'again' });
  });
});

describe('get', () => {
  it('reads consistently, and keeps every digit of a counter', async () => {
    const store = await storeAnswering(() => ({ status: 200, body: { Item: { pk: { S: 'a' }, amount: { N: '-9007199254740993' } } } }));
    expect(await store.get('Ledger', { pk: 'a', sk: 'b' })).toEqual({ pk: 'a', amount: -9007199254740993n });
    expect(service?.requests).toMatchObject([{ operation: 'GetItem' }]);
    expect(JSON.parse(service?.requests[0]?.text ?? '')).toEqual({
      TableName: 'Ledger',
      Key: { pk: { S: 'a' }, sk: { S: 'b' } },
      ConsistentRead: true,
    });
  });

  it('gives nothing where there is no item, and throws what the service throws', async () => {
    const store = await storeAnswering((before) => (before === 0 ? committed : errorReply('ThrottlingException')));
    expect(await store.get('Ledger', { pk: 'a', sk: 'b' })).toBeUndefined();
    await expect(store.get('Ledger', { pk: 'a', sk: 'b' })).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});

describe('exactNumber', () => {
  it.each<[string, number | bigint]>([
    ['0', 0],
    ['-12.5', -12.5],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-99999999999999999999999999999999999999', -99999999999999999999999999999999999999n],
    ['12345678901234567890.5', Number('12345678901234567890.5')],
    ['1E+30', 1e30],
  ])('reads %s without losing a digit of a whole number', (text, number) => {
    expect(exactNumber(text)).toBe(number);
  });
});
