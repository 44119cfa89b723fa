/** Reads of several items: batches, pages of queries and scans, projections, filters, indexes. */
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { type Case, invalid, KEY, put, read, type Step } from './dynamodb-case.ts';

const at = (sk: string, attributes: JsonObject = {}): Step => [
  'PutItem',
  { TableName: 'Pairs', Item: { pk: { S: '$p' }, sk: { S: sk }, ...attributes } },
];
const SIX = ['a1', 'a2', 'b1', 'b2', 'c1', 'c2'].map((sk, index) =>
  at(sk, { v: { N: String(index) }, ...(index % 2 === 0 ? {} : { group: { S: '$g' }, due: { N: String(10 - index) } }) }),
);
const query = (more: JsonObject, condition = 'pk = :p', values: JsonObject = {}): Step => [
  'Query',
  {
    TableName: 'Pairs',
    KeyConditionExpression: condition,
    ExpressionAttributeValues: { ':p': { S: '$p' }, ...values },
    ProjectionExpression: 'sk',
    ...more,
  },
];
const found = (sks: readonly string[], more: JsonObject = {}) => ({
  body: { Items: sks.map((sk) => ({ sk: { S: sk } })), Count: sks.length, ScannedCount: sks.length, ...more },
});
const lastAt = (sk: string) => ({ LastEvaluatedKey: { pk: { S: '$p' }, sk: { S: sk } } });
const startAt = (sk: string) => ({ ExclusiveStartKey: { pk: { S: '$p' }, sk: { S: sk } } });
const inRange = (condition: string, values: JsonObject, sks: readonly string[]): Case => ({
  title: `finds ${condition} ${JSON.stringify(values)}`,
  given: SIX,
  when: query({}, `pk = :p AND ${condition}`, values),
  answer: found(sks),
});
const page = (title: string, more: JsonObject, answer: Case['answer']): Case => ({ title, given: SIX, when: query(more), answer });
const refused = (title: string, when: Step, message?: string): Case => ({
  title,
  when,
  answer: invalid,
  ...(message === undefined ? {} : { message }),
});
const indexed = (more: JsonObject): Step => [
  'Query',
  {
    TableName: 'Pairs',
    IndexName: 'by-due',
    KeyConditionExpression: '#g = :g',
    ExpressionAttributeNames: { '#g': 'group' },
    ExpressionAttributeValues: { ':g': { S: '$g' } },
    ...more,
  },
];
const entry = (sk: string, due: string) => ({ pk: { S: '$p' }, sk: { S: sk }, group: { S: '$g' }, due: { N: due } });
const sorted = (table: string, type: string, values: readonly string[]): readonly Step[] =>
  values.map((value) => ['PutItem', { TableName: table, Item: { pk: { S: '$s' }, sk: { [type]: value } } }]);
const inOrder = (table: string, type: string, values: readonly string[]): Case => ({
  title: `sorts ${table} as ${values.join(' ').slice(0, 80)}`,
  given: sorted(table, type, values.toReversed()),
  when: [
    'Query',
    { TableName: table, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: '$s' } }, ProjectionExpression: 'sk' },
  ],
  answer: { body: { Items: values.map((value) => ({ sk: { [type]: value } })), Count: values.length, ScannedCount: values.length } },
});
const projected = (expression: string, item: JsonObject): Case => ({
  title: `projects ${expression}`,
  given: [put({ l: { L: [{ S: 'a' }, { S: 'b' }, { M: { x: { N: '1' }, y: { N: '2' } } }] }, m: { M: { a: { S: '1' }, b: { S: '2' } } } })],
  when: read({ ProjectionExpression: expression }),
  answer: { body: { Item: item } },
});

export const READ_CASES: readonly Case[] = [
  page('finds the items of a partition in order', {}, found(['a1', 'a2', 'b1', 'b2', 'c1', 'c2'])),
  page('finds them in the other order', { ScanIndexForward: false }, found(['c2', 'c1', 'b2', 'b1', 'a2', 'a1'])),
  page('stops at its limit and says where', { Limit: 2 }, found(['a1', 'a2'], lastAt('a2'))),
  page('says where even at the very end', { Limit: 6 }, found(['a1', 'a2', 'b1', 'b2', 'c1', 'c2'], lastAt('c2'))),
  page('says nothing where the limit was not reached', { Limit: 7 }, found(['a1', 'a2', 'b1', 'b2', 'c1', 'c2'])),
  page('goes on after the start', startAt('b2'), found(['c1', 'c2'])),
  page('goes on after a start that is gone', startAt('b1z'), found(['b2', 'c1', 'c2'])),
  page('goes on backwards', { ...startAt('b1z'), ScanIndexForward: false }, found(['b1', 'a2', 'a1'])),
  page('counts only', { Select: 'COUNT', ProjectionExpression: undefined }, { body: { Count: 6, ScannedCount: 6 } }),
  page(
    'filters after reading',
    { FilterExpression: 'v > :v', ExpressionAttributeValues: { ':p': { S: '$p' }, ':v': { N: '1' } }, Limit: 4 },
    { body: { Items: [{ sk: { S: 'b1' } }, { sk: { S: 'b2' } }], Count: 2, ScannedCount: 4, ...lastAt('b2') } },
  ),
  page(
    'uses half a unit for 4 KB',
    { ReturnConsumedCapacity: 'INDEXES' },
    found(['a1', 'a2', 'b1', 'b2', 'c1', 'c2'], {
      ConsumedCapacity: { TableName: 'Pairs', CapacityUnits: 0.5, Table: { CapacityUnits: 0.5 } },
    }),
  ),
  page(
    'uses a unit where it is consistent',
    { ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' },
    found(['a1', 'a2', 'b1', 'b2', 'c1', 'c2'], { ConsumedCapacity: { TableName: 'Pairs', CapacityUnits: 1 } }),
  ),
  { title: 'finds nothing in an empty partition', when: query({}), answer: found([]) },
  inRange('sk > :s', { ':s': { S: 'b1' } }, ['b2', 'c1', 'c2']),
  inRange('sk <= :s', { ':s': { S: 'b1' } }, ['a1', 'a2', 'b1']),
  inRange('sk BETWEEN :s AND :t', { ':s': { S: 'a2' }, ':t': { S: 'b2' } }, ['a2', 'b1', 'b2']),
  inRange('begins_with(sk, :s)', { ':s': { S: 'b' } }, ['b1', 'b2']),
  inRange(':s < sk', { ':s': { S: 'c1' } }, ['c2']),
  inRange('(sk = :s)', { ':s': { S: 'c1' } }, ['c1']),
  refused('refuses a key condition without the partition', query({}, 'sk = :p')),
  refused('refuses a range of partitions', query({}, 'pk > :p'), 'Query key condition not supported'),
  refused(
    'refuses <> for a key',
    query({}, 'pk = :p AND sk <> :s', { ':s': { S: 'a' } }),
    'Invalid operator used in KeyConditionExpression: <>',
  ),
  refused(
    'refuses OR between keys',
    query({}, 'pk = :p OR sk = :s', { ':s': { S: 'a' } }),
    'Invalid operator used in KeyConditionExpression: OR',
  ),
  refused(
    'refuses IN for a key',
    query({}, 'pk = :p AND sk IN (:s)', { ':s': { S: 'a' } }),
    'Invalid operator used in KeyConditionExpression: IN',
  ),
  refused(
    'refuses contains for a key',
    query({}, 'pk = :p AND contains(sk, :s)', { ':s': { S: 'a' } }),
    'Invalid operator used in KeyConditionExpression: contains',
  ),
  refused(
    'refuses two conditions for one key',
    query({}, 'pk = :p AND sk > :s AND sk < :t', { ':s': { S: 'a' }, ':t': { S: 'b' } }),
    'KeyConditionExpressions must only contain one condition per key',
  ),
  refused('refuses a condition on another attribute', query({}, 'pk = :p AND v = :s', { ':s': { S: 'a' } })),
  refused(
    'refuses a sort key of another type',
    query({}, 'pk = :p AND sk = :s', { ':s': { N: '1' } }),
    'One or more parameter values were invalid: Condition parameter type does not match schema type',
  ),
  refused(
    'refuses a function of a key',
    query({}, 'pk = :p AND size(sk) > :s', { ':s': { N: '1' } }),
    'KeyConditionExpressions cannot contain nested operations',
  ),
  refused(
    'refuses a filter on a key',
    query({ FilterExpression: 'sk = :p' }),
    'Filter Expression can only contain non-primary key attributes: Primary key attribute: sk',
  ),
  refused('refuses a start in another partition', query({ ExclusiveStartKey: { pk: { S: '$other' }, sk: { S: 'a' } } })),
  refused('refuses half a start', query({ ExclusiveStartKey: { pk: { S: '$p' } } })),
  refused('refuses a limit of 0', query({ Limit: 0 })),
  refused(
    'refuses to count with a projection',
    query({ Select: 'COUNT' }),
    'Cannot specify the ProjectionExpression when choosing to get only the Count',
  ),
  refused(
    'refuses attributes that are not named',
    query({ Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: undefined }),
    'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
  ),
  refused('refuses a segment without their number', ['Scan', { TableName: 'Pairs', Segment: 0 }]),
  refused('refuses a segment beyond their number', ['Scan', { TableName: 'Pairs', Segment: 2, TotalSegments: 2 }]),
  inOrder('Numbers', 'N', ['-100', '-2.5', '-0.1', '0', '0.00001', '2', '2.5', '10', '10000000000000000000000000000000000001']),
  inOrder('Binaries', 'B', ['AA==', 'AAA=', 'AQ==', 'fw==', 'gA==', '/w==']),
  inOrder('Pairs', 'S', ['A', 'B', 'a', 'aa', 'z', 'é', '\uE000', '\u{1F600}']),
  {
    title: 'reads an index in the order of its key, and only what has one',
    given: SIX,
    when: indexed({}),
    answer: { body: { Items: [entry('c2', '5'), entry('b2', '7'), entry('a2', '9')], Count: 3, ScannedCount: 3 } },
  },
  {
    title: 'pages an index by both keys',
    given: SIX,
    when: indexed({ Limit: 1 }),
    answer: { body: { Items: [entry('c2', '5')], Count: 1, ScannedCount: 1, LastEvaluatedKey: entry('c2', '5') } },
  },
  {
    title: 'goes on in an index',
    given: SIX,
    when: indexed({ ExclusiveStartKey: entry('c2', '5') }),
    answer: { body: { Items: [entry('b2', '7'), entry('a2', '9')], Count: 2, ScannedCount: 2 } },
  },
  {
    title: 'takes an item out of an index whose key attribute is removed',
    given: [...SIX, ['UpdateItem', { TableName: 'Pairs', Key: { pk: { S: '$p' }, sk: { S: 'b2' } }, UpdateExpression: 'REMOVE due' }]],
    when: indexed({ Select: 'COUNT' }),
    answer: { body: { Count: 2, ScannedCount: 2 } },
  },
  refused(
    'refuses a consistent read of an index',
    indexed({ ConsistentRead: true }),
    'Consistent reads are not supported on global secondary indexes',
  ),
  refused(
    'refuses to project from an index what it does not hold',
    indexed({ ProjectionExpression: 'v' }),
    'One or more parameter values were invalid: Global secondary index by-due does not project [v]',
  ),
  refused('knows no index of another name', indexed({ IndexName: 'nobodys' }), 'The table does not have the specified index: nobodys'),
  {
    title: 'reads a batch, without what is not there',
    given: [put({ a: { N: '1' } })],
    when: [
      'BatchGetItem',
      {
        RequestItems: { Pairs: { Keys: [KEY, { pk: { S: '$x' }, sk: { S: '1' } }], ConsistentRead: true, ProjectionExpression: 'a' } },
        ReturnConsumedCapacity: 'TOTAL',
      },
    ],
    answer: {
      body: {
        Responses: { Pairs: [{ a: { N: '1' } }] },
        UnprocessedKeys: {},
        ConsumedCapacity: [{ TableName: 'Pairs', CapacityUnits: 2 }],
      },
    },
  },
  refused(
    'refuses a key twice in a batch',
    ['BatchGetItem', { RequestItems: { Pairs: { Keys: [KEY, KEY] } } }],
    'Provided list of item keys contains duplicates',
  ),
  refused('refuses an empty batch', ['BatchGetItem', { RequestItems: {} }]),
  refused('refuses 101 keys in a batch', [
    'BatchGetItem',
    { RequestItems: { Pairs: { Keys: Array.from({ length: 101 }, (_, index) => ({ ...KEY, sk: { S: String(index) } })) } } },
  ]),
  projected('m.a', { m: { M: { a: { S: '1' } } } }),
  projected('l[2].x, l[0]', { l: { L: [{ S: 'a' }, { M: { x: { N: '1' } } }] } }),
  projected('l[7], m.x, nothing', {}),
  projected('m.b, m.a', { m: { M: { a: { S: '1' }, b: { S: '2' } } } }),
  refused(
    'refuses overlapping projections',
    read({ ProjectionExpression: 'm, m.a' }),
    'Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, a]',
  ),
];
