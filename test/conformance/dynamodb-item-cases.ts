/** Items and their values: what is stored and how it is spelled, what is refused, what a write returns. */
import { type Case, done, invalid, KEY, put, read, unmet } from './dynamodb-case.ts';

const long = (bytes: number) => 'x'.repeat(bytes);
const refusedValue = (title: string, value: object, message?: string): Case => ({
  title: `refuses ${title}`,
  when: put({ v: value }),
  answer: invalid,
  ...(message === undefined ? {} : { message }),
});
const storedNumber = (given: string, stands: string): Case => ({
  title: `spells the number ${given.slice(0, 45)} as ${stands.slice(0, 45)}`,
  given: [put({ n: { N: given } })],
  when: read({ ProjectionExpression: 'n' }),
  answer: { body: { Item: { n: { N: stands } } } },
});
const everything = {
  s: { S: 'é' },
  empty: { S: '' },
  n: { N: '-1.5' },
  b: { B: 'AAEC' },
  yes: { BOOL: true },
  none: { NULL: true },
  ss: { SS: ['a', 'b'] },
  ns: { NS: ['1', '2'] },
  bs: { BS: ['AA==', 'AQ=='] },
  l: { L: [{ S: 'x' }, { L: [] }, { M: {} }] },
  m: { M: { 'with space': { M: { deep: { BOOL: false } } } } },
};

export const ITEM_CASES: readonly Case[] = [
  {
    title: 'gives back every type as it was stored',
    given: [put(everything)],
    when: read(),
    answer: { body: { Item: { ...KEY, ...everything } } },
  },
  { title: 'answers without an item where there is none', when: read(), answer: done },
  {
    title: 'replaces the whole item',
    given: [put({ a: { S: '1' } }), put({ b: { S: '2' } })],
    when: read(),
    answer: { body: { Item: { ...KEY, b: { S: '2' } } } },
  },
  {
    title: 'gives the old item back',
    given: [put({ a: { S: '1' } })],
    when: put({}, { ReturnValues: 'ALL_OLD' }),
    answer: { body: { Attributes: { ...KEY, a: { S: '1' } } } },
  },
  { title: 'gives nothing back where there was no item', when: put({}, { ReturnValues: 'ALL_OLD' }), answer: done },
  { title: 'refuses to give the new item of a put', when: put({}, { ReturnValues: 'ALL_NEW' }), answer: invalid },
  { title: 'deletes what is not there', when: ['DeleteItem', { TableName: 'Pairs', Key: KEY, ReturnValues: 'ALL_OLD' }], answer: done },
  {
    title: 'gives the deleted item back',
    given: [put({ a: { S: '1' } })],
    when: ['DeleteItem', { TableName: 'Pairs', Key: KEY, ReturnValues: 'ALL_OLD' }],
    answer: { body: { Attributes: { ...KEY, a: { S: '1' } } } },
  },
  {
    title: 'keeps an item whose condition fails, and gives it back',
    given: [put({ a: { S: '1' } })],
    when: put({}, { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    answer: { error: 'ConditionalCheckFailedException', item: { ...KEY, a: { S: '1' } } },
    message: 'The conditional request failed',
  },
  {
    title: 'gives no item back where there is none to fail',
    when: put({}, { ConditionExpression: 'attribute_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    answer: unmet,
  },
  {
    title: 'deletes only under its condition',
    given: [put({ a: { S: '1' } })],
    when: ['DeleteItem', { TableName: 'Pairs', Key: KEY, ConditionExpression: 'a = :a', ExpressionAttributeValues: { ':a': { S: '2' } } }],
    answer: unmet,
  },

  storedNumber('007', '7'),
  storedNumber('+1', '1'),
  storedNumber('-0', '0'),
  storedNumber('1.50', '1.5'),
  storedNumber('.5', '0.5'),
  storedNumber('5.', '5'),
  storedNumber('1e3', '1000'),
  storedNumber('12E-4', '0.0012'),
  storedNumber('0e5', '0'),
  storedNumber('9.9999999999999999999999999999999999999E+125', `${'9'.repeat(38)}${'0'.repeat(88)}`),
  storedNumber('1E-130', `0.${'0'.repeat(129)}1`),
  refusedValue(
    'a number above the range',
    { N: '1E+126' },
    'Number overflow. Attempting to store a number with magnitude larger than supported range',
  ),
  refusedValue(
    'a number below the range',
    { N: '1E-131' },
    'Number underflow. Attempting to store a number with magnitude smaller than supported range',
  ),
  refusedValue('a number of 39 digits', { N: '123456789012345678901234567890123456789' }),
  refusedValue('a word for a number', { N: 'abc' }),
  refusedValue('an empty number', { N: '' }),
  refusedValue('a number with a space', { N: ' 1' }),
  refusedValue('NaN', { N: 'NaN' }),
  refusedValue(
    'a value of two types',
    { S: 'a', N: '1' },
    'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
  ),
  refusedValue('a value of no type', {}, 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'),
  refusedValue(
    'a value of an unknown type',
    { X: '1' },
    'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
  ),
  refusedValue(
    'a null that is false',
    { NULL: false },
    'One or more parameter values were invalid: Null attribute value types must have the value of true',
  ),
  refusedValue('an empty set', { SS: [] }, 'One or more parameter values were invalid: An string set  may not be empty'),
  refusedValue('an empty set of numbers', { NS: [] }, 'One or more parameter values were invalid: An number set  may not be empty'),
  refusedValue('a set with a text twice', { SS: ['a', 'a'] }),
  refusedValue('a set with a number in two spellings', { NS: ['1', '1.0'] }),
  refusedValue('a set with the same bytes twice', { BS: ['AA==', 'AA=='] }),
  refusedValue('a wrong value deep inside', { L: [{ M: { a: { N: 'x' } } }] }),
  { title: 'stores an empty text in a set', when: put({ ss: { SS: [''] } }), answer: done },
  { title: 'refuses an attribute without a name', when: put({ '': { S: 'x' } }), answer: invalid },
  { title: 'refuses a member of a map without a name', when: put({ m: { M: { '': { S: 'x' } } } }), answer: invalid },
  { title: 'stores an item of 32 levels', when: put({ v: nested(31) }), answer: done },
  { title: 'refuses an item of 33 levels', when: put({ v: nested(32) }), answer: invalid },
  { title: 'stores an item of nearly 400 KB', when: put({ v: { S: long(400 * 1024 - 60) } }), answer: done },
  {
    title: 'refuses an item of more than 400 KB',
    when: put({ v: { S: long(400 * 1024) } }),
    answer: invalid,
    message: 'Item size has exceeded the maximum allowed size',
  },
  {
    title: 'counts the names of attributes for the size',
    when: put(Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`${index}${long(4999)}`, { S: long(46_500) }]))),
    answer: invalid,
  },

  { title: 'refuses an item without its sort key', when: ['PutItem', { TableName: 'Pairs', Item: { pk: { S: '$a' } } }], answer: invalid },
  {
    title: 'refuses a key of another type',
    when: ['PutItem', { TableName: 'Pairs', Item: { pk: { N: '1' }, sk: { S: '1' } } }],
    answer: invalid,
  },
  {
    title: 'refuses an empty key',
    when: ['PutItem', { TableName: 'Pairs', Item: { pk: { S: '' }, sk: { S: '1' } } }],
    answer: invalid,
    message:
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
  },
  {
    title: 'refuses an empty binary key',
    when: ['PutItem', { TableName: 'Binaries', Item: { pk: { S: '$a' }, sk: { B: '' } } }],
    answer: invalid,
    message:
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty binary value. Key: sk',
  },
  {
    title: 'stores a partition key of 2048 bytes',
    when: ['PutItem', { TableName: 'Plain', Item: { pk: { S: long(2048) } } }],
    answer: done,
  },
  {
    title: 'refuses a partition key of 2049 bytes',
    when: ['PutItem', { TableName: 'Plain', Item: { pk: { S: long(2049) } } }],
    answer: invalid,
  },
  {
    title: 'refuses a sort key of 1025 bytes',
    when: ['PutItem', { TableName: 'Pairs', Item: { pk: { S: '$a' }, sk: { S: long(1025) } } }],
    answer: invalid,
  },
  {
    title: 'reads by a number key in another spelling',
    given: [['PutItem', { TableName: 'Numbers', Item: { pk: { S: '$a' }, sk: { N: '1.0' } } }]],
    when: ['GetItem', { TableName: 'Numbers', Key: { pk: { S: '$a' }, sk: { N: '1' } }, ProjectionExpression: 'pk' }],
    answer: { body: { Item: { pk: { S: '$a' } } } },
  },
  { title: 'refuses a read by half a key', when: ['GetItem', { TableName: 'Pairs', Key: { pk: { S: '$a' } } }], answer: invalid },
  {
    title: 'refuses a read by more than the key',
    when: ['GetItem', { TableName: 'Pairs', Key: { ...KEY, x: { S: '1' } } }],
    answer: invalid,
  },
  {
    title: 'refuses a read by a key of another type',
    when: ['GetItem', { TableName: 'Pairs', Key: { ...KEY, sk: { N: '1' } } }],
    answer: invalid,
  },
  {
    title: 'knows no table of another name',
    when: ['GetItem', { TableName: 'nobodys', Key: KEY }],
    answer: { error: 'ResourceNotFoundException' },
  },
  { title: 'refuses a request without a table', when: ['GetItem', { Key: KEY }], answer: invalid },
  { title: 'refuses an index key of another type', when: put({ group: { N: '1' }, due: { N: '1' } }), answer: invalid },
  { title: 'refuses an empty index key', when: put({ group: { S: '' }, due: { N: '1' } }), answer: invalid },
];

function nested(levels: number): object {
  return levels === 0 ? { S: 'x' } : { M: { m: nested(levels - 1) } };
}
