/** What a write may not do to the key attributes of an index, and what it costs there. Also the indexes that a table cannot have. */
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { type Case, invalid, type Outcome, type Step } from './dynamodb-case.ts';
import { action, change, due, look, pay, type Texts, wire, write } from './dynamodb-payment-steps.ts';

const wrong = { Item: { ...wire({ pk: '$a' }), dueAt: { N: '1' } } };
const putWrong: Step = ['PutItem', { TableName: 'Payments', ...wrong }];
const putAs = (dueAt: JsonObject): Step => ['PutItem', { TableName: 'Payments', Item: { ...wire({ pk: '$a' }), dueAt } }];
const taken: Step = pay('taken', {}, { ConditionExpression: 'attribute_not_exists(pk)' });
const refused = (title: string, when: Step, message?: string): Case => ({
  title,
  given: [pay('a', { v: 'x', blank: '' })],
  when,
  answer: invalid,
  ...(message === undefined ? {} : { message }),
});
const cancelled = (title: string, actions: readonly JsonObject[], reasons: readonly string[]): Case => ({
  title,
  given: [pay('taken')],
  when: write(...actions),
  answer: { error: 'TransactionCanceledException', reasons },
});
const EMPTY_UPDATE =
  'One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value.';
const SCALARS = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: dueAt";

/** Units of the table, and of each index that the write touches. */
const units = (table: number, indexes: { readonly [name: string]: number } = {}): Outcome => {
  const each = Object.entries(indexes).map(([name, CapacityUnits]) => [name, { CapacityUnits }] as const);
  return {
    body: {
      ConsumedCapacity: {
        TableName: 'Payments',
        CapacityUnits: Object.values(indexes).reduce((sum, one) => sum + one, table),
        Table: { CapacityUnits: table },
        ...(each.length === 0 ? {} : { GlobalSecondaryIndexes: Object.fromEntries(each) }),
      },
    },
  };
};
const INDEXES = { ReturnConsumedCapacity: 'INDEXES' };
const whole: Texts = { ...due('t1'), madeIn: '$m', madeAt: 't1', group: '$g', v: 'x' };
const costs = (title: string, [operation, input]: Step, answer: Outcome): Case => ({
  title,
  given: [pay('a', whole)],
  when: [operation, { ...input, ...INDEXES }],
  answer,
});

const key = (...names: readonly string[]) =>
  names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' }));
const creation = (index: JsonObject, attributes: readonly string[] = ['pk', 'a', 'b'], more: readonly JsonObject[] = []): Step => [
  'CreateTable',
  {
    TableName: 'Payments',
    KeySchema: key('pk'),
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: [
      { IndexName: 'due', KeySchema: key('a', 'b'), Projection: { ProjectionType: 'KEYS_ONLY' }, ...index },
      ...more,
    ],
  },
];

export const INDEX_WRITE_CASES: readonly Case[] = [
  refused('refuses a number where an index wants a text', putWrong),
  refused('refuses a null where an index wants a text', putAs({ NULL: true })),
  refused('refuses a list where an index wants a text', putAs({ L: [{ S: 'x' }] })),
  refused('refuses it before it looks at the condition', [
    'PutItem',
    { TableName: 'Payments', ...wrong, ConditionExpression: 'attribute_not_exists(pk)' },
  ]),
  refused(
    'refuses an empty text in the key of an index',
    pay('a', { dueShard: '' }),
    'One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: due, IndexKey: dueShard',
  ),
  refused('refuses a text that is too long for an index', pay('a', { dueShard: 'x'.repeat(2049) })),
  refused(
    'refuses an update to another type',
    change('a', 'SET dueAt = :v', undefined, { ExpressionAttributeValues: { ':v': { N: '1' } } }),
  ),
  refused(
    'refuses to make an item with another type by an update',
    change('new', 'SET dueAt = :v', undefined, { ExpressionAttributeValues: { ':v': { N: '1' } } }),
  ),
  refused('refuses an update to an empty text', change('a', 'SET dueAt = :v', { ':v': '' }), EMPTY_UPDATE),
  refused('refuses an update to another attribute that is empty', change('a', 'SET dueAt = blank'), EMPTY_UPDATE),
  refused('refuses an update inside the key of an index', change('a', 'SET dueAt.x = :v', { ':v': 'x' }), SCALARS),
  {
    title: 'looks at the condition before an update to another type',
    given: [pay('a')],
    when: change('a', 'SET dueAt = :v', undefined, {
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: { ':v': { N: '1' } },
    }),
    answer: { error: 'ConditionalCheckFailedException' },
  },
  cancelled(
    'cancels a transaction with another type in the key of an index',
    [action('Put', putWrong), action('Put', taken)],
    ['ValidationError', 'ConditionalCheckFailed'],
  ),
  cancelled(
    'cancels one with an update to another type',
    [
      action('Update', change('b', 'SET dueAt = :v', undefined, { ExpressionAttributeValues: { ':v': { N: '1' } } })),
      action('Put', pay('c', due('t1'))),
    ],
    ['ValidationError', 'None'],
  ),
  refused('refuses a whole transaction with an empty text in the key of an index', write(action('Put', pay('a', { dueAt: '' })))),
  refused(
    'refuses a whole transaction with an update to an empty text',
    write(action('Update', change('a', 'SET dueAt = :v', { ':v': '' }))),
    EMPTY_UPDATE,
  ),
  refused(
    'refuses a whole transaction with an update inside the key of an index',
    write(action('Update', change('a', 'SET dueAt.x = :v', { ':v': 'x' }))),
    SCALARS,
  ),
  costs('costs one unit in each index that an item comes into', pay('b', whole), units(1, { due: 1, made: 1, whole: 1 })),
  costs('costs nothing in an index that an item is not in', pay('b', { dueShard: '$s', v: 'x' }), units(1)),
  {
    title: 'costs nothing in an index that holds the item neither before nor after',
    given: [pay('b', { dueShard: '$s' })],
    when: change('b', 'SET dueAt = :t REMOVE dueShard', { ':t': 't1' }, INDEXES),
    answer: units(1),
  },
  costs(
    'costs nothing in an index of keys where another attribute changes',
    change('a', 'SET v = :v', { ':v': 'y' }),
    units(1, { whole: 1 }),
  ),
  costs('costs nothing in any index where nothing changes', pay('a', whole), units(1)),
  costs(
    'costs two units in an index in which an item moves',
    change('a', 'SET dueAt = :t', { ':t': 't2' }),
    units(1, { due: 2, whole: 1 }),
  ),
  costs('costs one unit where an item leaves an index', change('a', 'REMOVE dueAt'), units(1, { due: 1, whole: 1 })),
  costs(
    'costs one unit in each index that an item is deleted from',
    ['DeleteItem', { TableName: 'Payments', Key: wire({ pk: '$a' }) }],
    units(1, { due: 1, made: 1, whole: 1 }),
  ),
  costs(
    'costs more in an index of whole items that are large',
    change('a', 'SET v = :v', { ':v': 'x'.repeat(2500) }),
    units(3, { whole: 3 }),
  ),
  {
    title: 'costs half a unit for 4 KB of the keys in an index',
    given: [pay('a', { ...whole, v: 'x'.repeat(9000) })],
    when: look({ ReturnConsumedCapacity: 'INDEXES' }),
    answer: {
      body: {
        Items: [wire({ pk: '$a', ...due('t1') })],
        Count: 1,
        ScannedCount: 1,
        ConsumedCapacity: {
          TableName: 'Payments',
          CapacityUnits: 0.5,
          Table: { CapacityUnits: 0 },
          GlobalSecondaryIndexes: { due: { CapacityUnits: 0.5 } },
        },
      },
    },
  },
  {
    title: 'pays an index once in a transaction, and the table twice',
    given: [pay('a', due('t1')), pay('b', due('t2'))],
    when: [
      'TransactWriteItems',
      {
        ...INDEXES,
        TransactItems: [
          action('Put', pay('c', due('t3'))),
          action('Update', change('a', 'SET dueAt = :t', { ':t': 't4' })),
          action('ConditionCheck', ['', { TableName: 'Payments', Key: wire({ pk: '$b' }), ConditionExpression: 'attribute_exists(pk)' }]),
        ],
      },
    ],
    answer: {
      body: {
        ConsumedCapacity: [
          {
            TableName: 'Payments',
            CapacityUnits: 9,
            WriteCapacityUnits: 9,
            Table: { CapacityUnits: 6, WriteCapacityUnits: 6 },
            GlobalSecondaryIndexes: { due: { CapacityUnits: 3, WriteCapacityUnits: 3 } },
          },
        ],
      },
    },
  },

  refused('refuses an index without a projection', creation({ Projection: undefined })),
  refused('refuses an index of an unknown projection', creation({ Projection: { ProjectionType: 'SOME' } })),
  refused(
    'refuses an index of keys and something more',
    creation({ Projection: { ProjectionType: 'KEYS_ONLY', NonKeyAttributes: ['v'] } }),
  ),
  refused('refuses an index with a short name', creation({ IndexName: 'du' })),
  refused('refuses an index without a name', creation({ IndexName: undefined })),
  refused('refuses an index without a key', creation({ KeySchema: [] }, ['pk'])),
  refused(
    'refuses two indexes of one name',
    creation({}, undefined, [{ IndexName: 'due', KeySchema: key('a'), Projection: { ProjectionType: 'ALL' } }]),
  ),
  refused('refuses an index on an attribute without a type', creation({}, ['pk', 'a'])),
  refused('refuses a type for an attribute that is no key', creation({}, ['pk', 'a', 'b', 'c'])),
];
