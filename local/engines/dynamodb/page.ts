/** One page of a Query or Scan: reads rows until a bound is reached, filters them, and says where the next page starts. */
import type { JsonObject } from '../service-engine.ts';
import { type Attributes, type AttributeValue, readAttributes } from './attribute-value.ts';
import { consumed, entryOf, readUnits } from './capacity.ts';
import { attributesBytes } from './item-size.ts';
import { attributesOf, checkKeyValue, type KeySchema, keyInIndex, keyOfRequest } from './key-schema.ts';
import { type PageRequest, readShape, type Source } from './page-shape.ts';
import { flag, optionalCount } from './request-members.ts';
import { ServiceError, validation } from './service-error.ts';
import type { Row } from './sorted-rows.ts';
import type { Table } from './table.ts';
import { textHash } from './text-hash.ts';

/** As this read sees them. */
export type Rows = Iterable<Row>;

/** Bytes read for one page, before filtering (developer guide, "Paginating table query results"). */
const PAGE_BYTES_MAX = 1024 * 1024;

export function readPage({ input, source, placeholders }: PageRequest, rows: Rows): JsonObject {
  const { table, index } = source;
  const limit = optionalCount(input, 'Limit', 1) ?? Number.POSITIVE_INFINITY;
  const consistent = flag(input, 'ConsistentRead') ?? false;
  const { counts, shaped, passes } = readShape({ input, source, placeholders });
  const items: Attributes[] = [];
  let [scanned, count, bytes] = [0, 0, 0];
  let last: Row | undefined;
  for (const row of rows) {
    const item = index === undefined ? row.item : entryOf(table, index, row.item);
    if (item === undefined) continue;
    scanned += 1;
    bytes += index === undefined ? row.bytes : attributesBytes(item);
    if (passes(item)) {
      count += 1;
      if (!counts) items.push(shaped(item));
    }
    if (scanned >= limit || bytes >= PAGE_BYTES_MAX) {
      last = row;
      break;
    }
  }
  const used = [{ table, ...(index === undefined ? {} : { index: index.name }), read: readUnits(bytes, consistent) }];
  return {
    ...(counts ? {} : { Items: items }),
    Count: count,
    ScannedCount: scanned,
    ...(last === undefined ? {} : { LastEvaluatedKey: positionOf(source, last) }),
    ...consumed(input, used),
  };
}

type Start = {
  readonly partitionText: string;
  readonly partitionHash: number;
  readonly row: Pick<Row, 'item' | 'key'>;
};

/** Where `ExclusiveStartKey` says that the last page ended. */
export function startPlace(schema: KeySchema, table: Table, input: JsonObject): Start | undefined {
  const raw = input['ExclusiveStartKey'];
  if (raw === undefined || raw === null) return undefined;
  const item = readAttributes(raw);
  const names = new Set([...attributesOf(schema), ...attributesOf(table.schema)].map(({ name }) => name));
  try {
    if (Object.keys(item).length !== names.size) throw validation('');
    for (const attribute of attributesOf(schema))
      checkKeyValue(attribute, item[attribute.name] ?? { NULL: true }, attribute === schema.partition);
    const own = attributesOf(table.schema).map(({ name }) => [name, item[name] ?? { NULL: true }] as const);
    const key = keyOfRequest(table.schema, Object.fromEntries(own) as { readonly [name: string]: AttributeValue });
    const partitionText = keyInIndex(schema, item)?.partitionText ?? '';
    return { partitionText, partitionHash: textHash(partitionText), row: { item, key } };
  } catch (error) {
    if (error instanceof ServiceError) throw validation('The provided starting key is invalid');
    throw error;
  }
}

/** The key of the table, and on an index that of the index too. */
function positionOf({ index }: Source, row: Row): Attributes {
  const own = index === undefined ? [] : attributesOf(index.rows.schema);
  return { ...row.key.attributes, ...Object.fromEntries(own.map(({ name }) => [name, row.item[name]])) } as Attributes;
}
