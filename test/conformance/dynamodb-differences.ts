/** Cases in which DynamoDB Local is not as AWS documents it and the embedded engine is. One that goes away fails. */
import { KEY, type Outcome, unmet } from './dynamodb-case.ts';
import { BASE } from './dynamodb-update-cases.ts';

export type Difference = {
  /** The title of the case, which holds what the embedded engine does. */
  readonly title: string;
  readonly dynamoDbLocal: Outcome;
  /** The document and section of AWS that decides. */
  readonly document: string;
};

const RESERVED_WORDS = 'Amazon DynamoDB Developer Guide, "Reserved words in DynamoDB": the list holds CONVERT and SIZE';
const NUMBERS = 'Amazon DynamoDB Developer Guide, "Supported data types and naming rules", Number: leading and trailing zeroes are trimmed';
const TRANSACTION_UNITS =
  'Amazon DynamoDB API Reference, ConsumedCapacity: the units of reads and of writes stand apart; measured on AWS, a condition check uses write units (martinhicks.dev, "What a conditional DynamoDB transaction actually costs")';

const INDEX_UNITS =
  'Amazon DynamoDB Developer Guide, "Amazon DynamoDB Transactions: How it works", Capacity management: the double is of the items in the transaction; measured on AWS, a write to an index is not doubled (nubo-db/dynoxide, pull request 188)';

export const DIFFERENCES: readonly Difference[] = [
  {
    title: 'deletes what is not there',
    dynamoDbLocal: { body: { ConsumedCapacity: { TableName: 'Pairs', CapacityUnits: 1 } } },
    document: 'Amazon DynamoDB API Reference, DeleteItem, Response Elements: ConsumedCapacity is returned only where it was asked for',
  },
  { title: 'is refused: convert = :v {":v":{"S":"x"}} ', dynamoDbLocal: unmet, document: RESERVED_WORDS },
  { title: 'is refused: size = :v {":v":{"S":"x"}} ', dynamoDbLocal: unmet, document: RESERVED_WORDS },
  {
    title: 'ADD x :v {":v":{"NS":["1E-10"]}}',
    dynamoDbLocal: { body: { Attributes: { ...KEY, ...BASE, x: { NS: ['1E-10'] } } } },
    document: NUMBERS,
  },
  {
    title: 'SET n = n + :v {":v":{"N":"0.10"}}',
    dynamoDbLocal: { body: { Attributes: { ...KEY, ...BASE, n: { N: '5.10' } } } },
    document: NUMBERS,
  },
  {
    title: 'gives back UPDATED_NEW',
    dynamoDbLocal: { body: { Attributes: { n: { N: '1' }, m: { M: { a: { N: '1' }, b: { N: '1' } } } } } },
    document: 'Amazon DynamoDB API Reference, UpdateItem, ReturnValues: UPDATED_NEW returns only the updated attributes',
  },
  {
    title: 'refuses an update without an expression',
    dynamoDbLocal: { body: {} },
    document: 'Amazon DynamoDB API Reference, Update: UpdateExpression is required',
  },
  {
    title: 'gives a reason where an update does not fit the item',
    dynamoDbLocal: { error: 'ValidationException' },
    document:
      'Amazon DynamoDB API Reference, TransactWriteItems, Errors: the reason ValidationError has the message "An operand in the update expression has an incorrect data type"',
  },
  {
    title: 'uses two write units for each KB, for checks too',
    dynamoDbLocal: { body: { ConsumedCapacity: [{ TableName: 'Pairs', CapacityUnits: 6 }] } },
    document: TRANSACTION_UNITS,
  },
  {
    title: 'uses read units where the token is known',
    dynamoDbLocal: { body: { ConsumedCapacity: [{ TableName: 'Pairs', CapacityUnits: 2, Table: { CapacityUnits: 2 } }] } },
    document: TRANSACTION_UNITS,
  },
  {
    title: 'costs nothing in an index that holds the item neither before nor after',
    dynamoDbLocal: {
      body: {
        ConsumedCapacity: {
          TableName: 'Payments',
          CapacityUnits: 2,
          Table: { CapacityUnits: 1 },
          GlobalSecondaryIndexes: { due: { CapacityUnits: 1 } },
        },
      },
    },
    document:
      'Amazon DynamoDB Developer Guide, "Using Global Secondary Indexes in DynamoDB", Write capacity units: an item that is in the index neither before nor after a write costs nothing there',
  },
  {
    title: 'pays an index once in a transaction, and the table twice',
    dynamoDbLocal: {
      body: {
        ConsumedCapacity: [
          {
            TableName: 'Payments',
            CapacityUnits: 12,
            Table: { CapacityUnits: 6 },
            GlobalSecondaryIndexes: { due: { CapacityUnits: 6 } },
          },
        ],
      },
    },
    document: INDEX_UNITS,
  },
  {
    title: 'uses two read units for each 4 KB',
    dynamoDbLocal: { body: { Responses: [{ Item: {} }], ConsumedCapacity: [{ TableName: 'Pairs', CapacityUnits: 2 }] } },
    document: TRANSACTION_UNITS,
  },
  {
    title: 'reads a batch, without what is not there',
    dynamoDbLocal: {
      body: {
        Responses: { Pairs: [{ a: { N: '1' } }] },
        UnprocessedKeys: {},
        ConsumedCapacity: [{ TableName: 'Pairs', CapacityUnits: 1 }],
      },
    },
    document:
      'Amazon DynamoDB Developer Guide, "DynamoDB read and write operations", Capacity unit consumption for reads: a read of an item that does not exist uses read units too',
  },
];
