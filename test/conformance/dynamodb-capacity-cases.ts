/** Capacity units of single reads and writes, and with them the sizes of items. */
import { type Case, KEY, put, read } from './dynamodb-case.ts';

const long = (bytes: number) => 'x'.repeat(bytes);
const bytesOf = (name: string, value: object, units: number): Case => ({
  title: `counts ${units} write units for ${name}`,
  when: ['PutItem', { TableName: 'Pairs', Item: { ...KEY, v: value }, ReturnConsumedCapacity: 'TOTAL' }],
  answer: { body: { ConsumedCapacity: { TableName: 'Pairs', CapacityUnits: units } } },
});

export const CAPACITY_CASES: readonly Case[] = [
  bytesOf('an empty item', { NULL: true }, 1),
  bytesOf('1 KB and a little', { S: long(1024) }, 2),
  bytesOf('a list of 600 small members', { L: Array.from({ length: 600 }, () => ({ S: 'x' })) }, 2),
  bytesOf('a list of 600 nulls', { L: Array.from({ length: 600 }, () => ({ NULL: true })) }, 2),
  bytesOf('2 KB of bytes in base64', { B: Buffer.alloc(2048).toString('base64') }, 3),
  bytesOf(
    'a map of 300 members',
    { M: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${100 + index}`, { BOOL: true }])) },
    2,
  ),
  {
    title: 'counts the larger of the old and the new item',
    given: [put({ v: { S: long(3000) } })],
    when: put({}, { ReturnConsumedCapacity: 'TOTAL' }),
    answer: { body: { ConsumedCapacity: { TableName: 'Pairs', CapacityUnits: 3 } } },
  },
  {
    title: 'counts the deleted item',
    given: [put({ v: { S: long(3000) } })],
    when: ['DeleteItem', { TableName: 'Pairs', Key: KEY, ReturnConsumedCapacity: 'INDEXES' }],
    answer: { body: { ConsumedCapacity: { TableName: 'Pairs', CapacityUnits: 3, Table: { CapacityUnits: 3 } } } },
  },
  {
    title: 'counts one unit for each 4 KB of a consistent read',
    given: [put({ v: { S: long(9000) } })],
    when: read({ ProjectionExpression: 'pk', ReturnConsumedCapacity: 'TOTAL' }),
    answer: { body: { Item: { pk: { S: '$a' } }, ConsumedCapacity: { TableName: 'Pairs', CapacityUnits: 3 } } },
  },
  {
    title: 'counts half of it for another read',
    given: [put({ v: { S: long(9000) } })],
    when: read({ ConsistentRead: false, ProjectionExpression: 'pk', ReturnConsumedCapacity: 'TOTAL' }),
    answer: { body: { Item: { pk: { S: '$a' } }, ConsumedCapacity: { TableName: 'Pairs', CapacityUnits: 1.5 } } },
  },
  {
    title: 'counts a read of nothing',
    when: read({ ReturnConsumedCapacity: 'TOTAL' }),
    answer: { body: { ConsumedCapacity: { TableName: 'Pairs', CapacityUnits: 1 } } },
  },
  {
    title: 'counts what a write does to an index',
    given: [put({ group: { S: '$g' }, due: { N: '1' } })],
    when: put({ group: { S: '$g' }, due: { N: '2' } }, { ReturnConsumedCapacity: 'INDEXES' }),
    answer: {
      body: {
        ConsumedCapacity: {
          TableName: 'Pairs',
          CapacityUnits: 3,
          Table: { CapacityUnits: 1 },
          GlobalSecondaryIndexes: { 'by-due': { CapacityUnits: 2 } },
        },
      },
    },
  },
];
