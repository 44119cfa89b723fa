/** Reads a partition of an index page by page, and says what must be the same on every DynamoDB, though none promises an order for equal keys. */
import type { JsonObject } from '../../local/engines/service-engine.ts';
import type { Subject } from './dynamodb-subjects.ts';
import { runCase } from './dynamodb-subjects.ts';

export type Walk = {
  readonly index: string;
  readonly partition: string;
  readonly range: { readonly from: string | undefined; readonly through: string } | undefined;
  readonly forwards: boolean;
  readonly limit: number | undefined;
  /** By the table's key, which every index holds. */
  readonly filtered: boolean;
};

export type Walked = {
  /** Every item that was given, each as often as it was. */
  readonly items: readonly string[];
  /** Of each page the sort keys of its items, how many it read, and the sort key of the place where it ended. */
  readonly pages: readonly JsonObject[];
};

/** More than there can be: an index that goes round in circles ends here. */
const PAGES_MAX = 20;

const KEYS: { readonly [index: string]: readonly [partition: string, sort?: string] } = {
  due: ['dueShard', 'dueAt'],
  made: ['madeIn', 'madeAt'],
  whole: ['group'],
};

export async function walkIndex(subject: Subject, walk: Walk, label: string): Promise<Walked> {
  const [, sort] = KEYS[walk.index] as readonly [string, string?];
  const sortOf = (item: JsonObject) => (sort === undefined ? 'unsorted' : item[sort]);
  const items: string[] = [];
  const pages: JsonObject[] = [];
  let start: JsonObject | undefined;
  do {
    const { outcome } = await runCase(subject, { when: ['Query', { ...query(walk), ...start }] }, label);
    if ('error' in outcome) return { items, pages: [...pages, outcome] };
    const { Items, ScannedCount, LastEvaluatedKey } = outcome.body;
    const found = Items as readonly JsonObject[];
    items.push(...found.map((item) => JSON.stringify(Object.entries(item).sort())));
    // Of equal sort keys another item may stand on this page, and be filtered.
    const ended = LastEvaluatedKey === undefined ? undefined : sortOf(LastEvaluatedKey as JsonObject);
    pages.push({ read: ScannedCount, ended, sorts: walk.filtered ? [] : found.map(sortOf) });
    start = ended === undefined ? undefined : { ExclusiveStartKey: LastEvaluatedKey };
  } while (start !== undefined && pages.length < PAGES_MAX);
  return { items: items.sort(), pages };
}

function query({ index, partition, range, forwards, limit, filtered }: Walk): JsonObject {
  const [partitionKey, sort] = KEYS[index] as readonly [string, string?];
  const bounds = sort === undefined ? undefined : range;
  const condition = bounds === undefined ? '' : bounds.from === undefined ? ' AND #s <= :t' : ' AND #s BETWEEN :f AND :t';
  return {
    TableName: 'Payments',
    IndexName: index,
    KeyConditionExpression: `#p = :p${condition}`,
    ExpressionAttributeNames: { '#p': partitionKey, ...(bounds === undefined ? {} : { '#s': sort }) },
    ExpressionAttributeValues: {
      ':p': { S: partition },
      ...(bounds === undefined ? {} : { ':t': { S: bounds.through } }),
      ...(bounds?.from === undefined ? {} : { ':f': { S: bounds.from } }),
      ...(filtered ? { ':pk': { S: '$c' } } : {}),
    },
    ...(filtered ? { FilterExpression: 'pk <> :pk' } : {}),
    ScanIndexForward: forwards,
    ...(limit === undefined ? {} : { Limit: limit }),
  };
}
