/** Global secondary indexes: who stands in them and in which order, pages of them while items move, what is refused, and what they cost. */
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { type Case, invalid, type Step } from './dynamodb-case.ts';
import { action, change, due, entry, look, pay, type Texts, wire, write } from './dynamodb-payment-steps.ts';

const found = (entries: readonly Texts[], more: JsonObject = {}): Case['answer'] => ({
  body: { Items: entries.map(wire), Count: entries.length, ScannedCount: entries.length, ...more },
});
const from = (pk: string, dueAt: string) => ({ ExclusiveStartKey: wire(entry(pk, dueAt)) });
const THREE = [pay('a', due('t1')), pay('b', due('t2')), pay('c', due('t3'))];
const [A, B, C] = [entry('a', 't1'), entry('b', 't2'), entry('c', 't3')];
const refused = (title: string, when: Step, message?: string): Case => ({
  title,
  given: THREE,
  when,
  answer: invalid,
  ...(message === undefined ? {} : { message }),
});
const after = (title: string, change: Step, entries: readonly Texts[], more: JsonObject = {}): Case => ({
  title,
  given: [...THREE, change],
  when: look(more),
  answer: found(entries),
});

export const INDEX_CASES: readonly Case[] = [
  {
    title: 'holds what has both attributes of an index, and gives nothing but keys',
    given: [
      pay('both', { ...due('t1'), v: 'x' }),
      pay('shard', { dueShard: '$s' }),
      pay('time', { dueAt: 't1' }),
      pay('neither'),
      pay('other', { madeIn: '$s', madeAt: 't1' }),
    ],
    when: look(),
    answer: found([entry('both', 't1')]),
  },
  {
    title: 'sorts an index by the bytes of its texts and by nothing else',
    given: [pay('c', due('2026-11-24T09:00Z')), pay('b', due('2026-11-24T10:00Z')), pay('a', due('2026-11-24T10:00:30Z'))],
    when: look(),
    answer: found([entry('c', '2026-11-24T09:00Z'), entry('a', '2026-11-24T10:00:30Z'), entry('b', '2026-11-24T10:00Z')]),
  },
  { title: 'reads an index from its end', given: THREE, when: look({ ScanIndexForward: false }), answer: found([C, B, A]) },
  { title: 'reads an index through a time', given: THREE, when: look({}, ' AND dueAt <= :t', { ':t': 't2' }), answer: found([A, B]) },
  {
    title: 'reads an index between two times',
    given: THREE,
    when: look({}, ' AND dueAt BETWEEN :f AND :t', { ':f': 't2', ':t': 't2~' }),
    answer: found([B]),
  },
  {
    title: 'ends a page of an index with the keys of the table and the index',
    given: THREE,
    when: look({ Limit: 2 }, ' AND dueAt <= :t', { ':t': 't2' }),
    answer: found([A, B], { LastEvaluatedKey: wire(B) }),
  },
  { title: 'goes on after a place in an index', given: THREE, when: look(from('a', 't1')), answer: found([B, C]) },
  {
    title: 'goes on backwards from a place in an index',
    given: THREE,
    when: look({ ...from('c', 't3'), ScanIndexForward: false }),
    answer: found([B, A]),
  },
  after(
    'shows an item again that moved behind the place where a page ended',
    change('a', 'SET dueAt = :t', { ':t': 't4' }),
    [B, C, entry('a', 't4')],
    from('a', 't1'),
  ),
  after(
    'shows it again also where it is the next',
    change('b', 'SET dueAt = :t', { ':t': 't2~' }),
    [entry('b', 't2~'), C],
    from('b', 't2'),
  ),
  after(
    'misses an item that moved before the place where a page ended',
    change('c', 'SET dueAt = :t', { ':t': 't0' }),
    [],
    from('b', 't2'),
  ),
  after(
    'goes on where the item of the place is gone',
    ['DeleteItem', { TableName: 'Payments', Key: wire({ pk: '$a' }) }],
    [B, C],
    from('a', 't1'),
  ),
  after('takes an item from one partition of an index', change('b', 'SET dueShard = :s', { ':s': '$other' }), [A, C]),
  {
    title: 'puts it into another',
    given: [...THREE, change('b', 'SET dueShard = :s', { ':s': '$other' })],
    when: look({ ExpressionAttributeValues: wire({ ':shard': '$other' }) }),
    answer: found([{ ...B, dueShard: '$other' }]),
  },
  after('takes out what loses an attribute', change('a', 'REMOVE dueAt'), [B, C]),
  after('takes out what is put without it', pay('a', { dueShard: '$s' }), [B, C]),
  after('takes in what gets the second attribute', change('d', 'SET dueShard = :s, dueAt = :t', { ':s': '$s', ':t': 't0' }), [
    entry('d', 't0'),
    A,
    B,
    C,
  ]),
  after(
    'follows a transaction',
    write(
      action('Put', pay('d', due('t4'))),
      action('Update', change('a', 'REMOVE dueShard, dueAt')),
      action('Delete', ['DeleteItem', { TableName: 'Payments', Key: wire({ pk: '$b' }) }]),
    ),
    [C, entry('d', 't4')],
  ),
  {
    title: 'gives whole items where an index holds them, and filters by any attribute',
    given: [pay('a', { group: '$g', v: 'x', w: 'y' }), pay('b', { group: '$g', v: 'z' }), pay('c', { v: 'x' })],
    when: [
      'Query',
      {
        TableName: 'Payments',
        IndexName: 'whole',
        KeyConditionExpression: '#g = :g',
        FilterExpression: 'v = :v',
        ExpressionAttributeNames: { '#g': 'group' },
        ExpressionAttributeValues: wire({ ':g': '$g', ':v': 'x' }),
      },
    ],
    answer: { body: { Items: [wire({ pk: '$a', group: '$g', v: 'x', w: 'y' })], Count: 1, ScannedCount: 2 } },
  },
  {
    title: "filters an index by the table's key, after reading",
    given: THREE,
    when: look({ FilterExpression: 'pk <> :pk', Limit: 2 }, '', { ':pk': '$a' }),
    answer: { body: { Items: [wire(B)], Count: 1, ScannedCount: 2, LastEvaluatedKey: wire(B) } },
  },
  { title: 'counts in an index', given: THREE, when: look({ Select: 'COUNT', Limit: 5 }), answer: { body: { Count: 3, ScannedCount: 3 } } },

  refused(
    'refuses a consistent read of keys',
    look({ ConsistentRead: true }),
    'Consistent reads are not supported on global secondary indexes',
  ),
  refused('refuses an index that is not there', look({ IndexName: 'overdue' }), 'The table does not have the specified index: overdue'),
  refused('refuses an index of the table that has other attributes', look({ IndexName: 'made' })),
  refused("refuses a condition on the table's key", look({}, ' AND pk = :pk', { ':pk': '$a' })),
  refused(
    "refuses a filter on the index's key",
    look({ FilterExpression: 'dueAt < :t' }, '', { ':t': 't2' }),
    'Filter Expression can only contain non-primary key attributes: Primary key attribute: dueAt',
  ),
  refused('refuses a filter on what an index does not hold', look({ FilterExpression: 'v = :v' }, '', { ':v': 'x' })),
  refused(
    "refuses a place without the index's key",
    look({ ExclusiveStartKey: wire({ pk: '$a' }) }),
    'The provided starting key is invalid',
  ),
  refused("refuses a place without the table's key", look({ ExclusiveStartKey: wire(due('t1')) }), 'The provided starting key is invalid'),
  refused(
    'refuses a place behind the range',
    look(from('c', 't3'), ' AND dueAt <= :t', { ':t': 't2' }),
    'The provided starting key does not match the range key predicate',
  ),
  refused('refuses a place in another partition of an index', look({ ExclusiveStartKey: wire({ pk: '$a', ...due('t1', '$other') }) })),
];
