/** Transactions: all or nothing, with a reason for each action; their bounds, their tokens and what they use. */
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { type Case, done, invalid, KEY, put, read, type Step } from './dynamodb-case.ts';

const at = (pk: string) => ({ pk: { S: pk }, sk: { S: '1' } });
const putIn = (pk: string, more: JsonObject = {}, attributes: JsonObject = {}) => ({
  Put: { TableName: 'Pairs', Item: { ...at(pk), ...attributes }, ...more },
});
const updateIn = (pk: string, UpdateExpression: string, values: JsonObject, more: JsonObject = {}) => ({
  Update: { TableName: 'Pairs', Key: at(pk), UpdateExpression, ExpressionAttributeValues: values, ...more },
});
const deleteIn = (pk: string, more: JsonObject = {}) => ({ Delete: { TableName: 'Pairs', Key: at(pk), ...more } });
const checkIn = (pk: string, ConditionExpression: string, more: JsonObject = {}) => ({
  ConditionCheck: { TableName: 'Pairs', Key: at(pk), ConditionExpression, ...more },
});
const write = (items: readonly JsonObject[], more: JsonObject = {}): Step => ['TransactWriteItems', { TransactItems: items, ...more }];
const gets = (...pks: string[]): Step => [
  'TransactGetItems',
  { TransactItems: pks.map((pk) => ({ Get: { TableName: 'Pairs', Key: at(pk) } })) },
];
const cancelled = (...reasons: (string | JsonObject)[]) => ({ error: 'TransactionCanceledException', reasons });
const numbered = (count: number) => Array.from({ length: count }, (_, index) => putIn(`$n${index}`));
const large = (count: number) => Array.from({ length: count }, (_, index) => putIn(`$l${index}`, {}, { v: { S: 'x'.repeat(380 * 1024) } }));
const absent = { ConditionExpression: 'attribute_not_exists(pk)' };
const withItem = { ...absent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
const token = (text: string) => ({ ClientRequestToken: text });

export const TRANSACTION_CASES: readonly Case[] = [
  {
    title: 'writes all of its items',
    given: [
      put({ n: { N: '1' } }),
      write([putIn('$b'), updateIn('$a', 'ADD n :v', { ':v': { N: '1' } }), checkIn('$c', 'attribute_not_exists(pk)')]),
    ],
    when: gets('$a', '$b', '$c'),
    answer: { body: { Responses: [{ Item: { ...KEY, n: { N: '2' } } }, { Item: at('$b') }, {}] } },
  },
  {
    title: 'writes none of its items where one condition fails',
    given: [put({})],
    when: write([putIn('$b'), putIn('$a', absent)]),
    answer: cancelled('None', 'ConditionalCheckFailed'),
    message: 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
  },
  {
    title: 'gives a reason for each action that failed, and its item where that was asked for',
    given: [put({ v: { S: 'kept' } }), write([putIn('$b')])],
    when: write([putIn('$b', absent), putIn('$c', absent), putIn('$a', withItem)]),
    answer: cancelled('ConditionalCheckFailed', 'None', { code: 'ConditionalCheckFailed', item: { ...KEY, v: { S: 'kept' } } }),
  },
  {
    title: 'cancels for a failed check',
    when: write([putIn('$b'), checkIn('$a', 'attribute_exists(pk)')]),
    answer: cancelled('None', 'ConditionalCheckFailed'),
  },
  {
    title: 'cancels for the condition of an update and of a delete',
    when: write([
      updateIn('$a', 'SET n = :v', { ':v': { N: '1' } }, { ConditionExpression: 'attribute_exists(pk)' }),
      deleteIn('$b', { ConditionExpression: 'attribute_exists(pk)' }),
    ]),
    answer: cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed'),
  },
  { title: 'deletes in a transaction what is not there', when: write([deleteIn('$a'), putIn('$b')]), answer: done },
  {
    title: 'refuses two actions on one item',
    when: write([putIn('$a'), deleteIn('$a')]),
    answer: invalid,
    message: 'Transaction request cannot include multiple operations on one item',
  },
  {
    title: 'refuses a check and a write of one item',
    when: write([putIn('$a'), checkIn('$a', 'attribute_exists(pk)')]),
    answer: invalid,
    message: 'Transaction request cannot include multiple operations on one item',
  },
  { title: 'refuses no actions', when: write([]), answer: invalid },
  { title: 'takes 100 actions', when: write(numbered(100)), answer: done },
  { title: 'refuses 101 actions', when: write(numbered(101)), answer: invalid },
  { title: 'takes ten items of 380 KB', when: write(large(10)), answer: done },
  { title: 'refuses more than 4 MB', when: write(large(11)), answer: invalid },
  {
    title: 'refuses an item that is too large',
    when: write([putIn('$a', {}, { v: { S: 'x'.repeat(400 * 1024) } })]),
    answer: invalid,
    message: 'Item size has exceeded the maximum allowed size',
  },
  { title: 'refuses an action of no kind', when: write([{}]), answer: invalid },
  {
    title: 'refuses an action of two kinds',
    when: write([{ ...putIn('$a'), ...deleteIn('$b') }]),
    answer: invalid,
    message: 'TransactItems can only contain one of Check, Put, Update or Delete',
  },
  { title: 'refuses a check without a condition', when: write([{ ConditionCheck: { TableName: 'Pairs', Key: KEY } }]), answer: invalid },
  { title: 'refuses an update without an expression', when: write([{ Update: { TableName: 'Pairs', Key: KEY } }]), answer: invalid },
  {
    title: 'refuses a wrong expression in any action',
    when: write([putIn('$a'), putIn('$b', { ConditionExpression: 'name = :v' })]),
    answer: invalid,
    message: 'Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: name',
  },
  {
    title: 'refuses a table that is not there',
    when: write([{ Delete: { TableName: 'nobodys', Key: KEY } }]),
    answer: { error: 'ResourceNotFoundException' },
  },
  {
    title: 'gives a reason where an update does not fit the item',
    given: [put({ s: { S: 'x' } })],
    when: write([putIn('$b'), updateIn('$a', 'ADD s :v', { ':v': { N: '1' } })]),
    answer: cancelled('None', 'ValidationError'),
  },
  {
    title: 'gives a reason where an update makes the item too large',
    given: [put({ s: { S: 'x'.repeat(300 * 1024) } })],
    when: write([putIn('$b'), updateIn('$a', 'SET v = :v', { ':v': { S: 'x'.repeat(200 * 1024) } })]),
    answer: cancelled('None', 'ValidationError'),
  },
  {
    title: 'answers the same token with success and writes nothing',
    given: [
      write([updateIn('$a', 'ADD n :v', { ':v': { N: '1' } })], token('$t1')),
      write([updateIn('$a', 'ADD n :v', { ':v': { N: '1' } })], token('$t1')),
    ],
    when: read(),
    answer: { body: { Item: { ...KEY, n: { N: '1' } } } },
  },
  {
    title: 'refuses the same token for another transaction',
    given: [write([putIn('$a')], token('$t2'))],
    when: write([putIn('$b')], token('$t2')),
    answer: { error: 'IdempotentParameterMismatchException' },
  },
  { title: 'does not remember the token of a cancelled transaction', given: [], when: write([putIn('$c')], token('$t4')), answer: done },
  { title: 'refuses a token of 37 characters', when: write([putIn('$a')], token('x'.repeat(37))), answer: invalid },
  {
    title: 'uses two write units for each KB, for checks too',
    given: [put({ v: { S: 'x'.repeat(3000) } })],
    when: write([putIn('$b', {}, { v: { S: 'x'.repeat(1500) } }), checkIn('$a', 'attribute_exists(pk)')], {
      ReturnConsumedCapacity: 'TOTAL',
    }),
    answer: { body: { ConsumedCapacity: [{ TableName: 'Pairs', CapacityUnits: 10, WriteCapacityUnits: 10 }] } },
  },
  {
    title: 'uses read units where the token is known',
    given: [write([putIn('$b')], token('$t5'))],
    when: write([putIn('$b')], { ...token('$t5'), ReturnConsumedCapacity: 'INDEXES' }),
    answer: {
      body: {
        ConsumedCapacity: [
          { TableName: 'Pairs', CapacityUnits: 2, ReadCapacityUnits: 2, Table: { CapacityUnits: 2, ReadCapacityUnits: 2 } },
        ],
      },
    },
  },
  {
    title: 'reads several items at one moment',
    given: [put({ a: { N: '1' }, b: { N: '2' } })],
    when: [
      'TransactGetItems',
      {
        TransactItems: [
          { Get: { TableName: 'Pairs', Key: KEY, ProjectionExpression: 'a' } },
          { Get: { TableName: 'Pairs', Key: at('$x') } },
        ],
      },
    ],
    answer: { body: { Responses: [{ Item: { a: { N: '1' } } }, {}] } },
  },
  {
    title: 'uses two read units for each 4 KB',
    given: [put({})],
    when: [
      'TransactGetItems',
      { TransactItems: [{ Get: { TableName: 'Pairs', Key: KEY, ProjectionExpression: 'x' } }], ReturnConsumedCapacity: 'TOTAL' },
    ],
    answer: { body: { Responses: [{ Item: {} }], ConsumedCapacity: [{ TableName: 'Pairs', CapacityUnits: 2, ReadCapacityUnits: 2 }] } },
  },
  {
    title: 'refuses to read one item twice',
    when: gets('$a', '$a'),
    answer: invalid,
    message: 'Transaction request cannot include multiple operations on one item',
  },
];
