/** Query and Scan. */
import type { JsonObject } from '../service-engine.ts';
import { type EngineState, tableNamed } from './engine-state.ts';
import { bindKeyCondition, withinRange } from './key-condition.ts';
import { type Rows, readPage, startPlace } from './page.ts';
import type { Source } from './page-shape.ts';
import { parsedCondition } from './parsed-expressions.ts';
import { readPlaceholders } from './placeholders.ts';
import { flag, optionalCount, optionalText, requiredText } from './request-members.ts';
import { validation } from './service-error.ts';
import type { Partition, Row, SortedRows } from './sorted-rows.ts';
import type { TableIndex } from './table.ts';
import { compareText } from './value-order.ts';

export function query(state: EngineState, input: JsonObject): JsonObject {
  const source = sourceOf(state, input);
  const placeholders = readPlaceholders(input, ['KeyConditionExpression', 'FilterExpression', 'ProjectionExpression']);
  const label = 'KeyConditionExpression';
  const text = requiredText(input, label);
  const condition = bindKeyCondition(parsedCondition(label, text), source.rows.schema, { placeholders, label });
  const rows = withinRange(source.rows.partition(condition.partitionText), condition);
  const backwards = flag(input, 'ScanIndexForward') === false;
  const start = startPlace(source.rows.schema, source.table, input);
  if (start !== undefined && start.partitionText !== condition.partitionText)
    throw validation('The provided starting key is outside query boundaries based on provided conditions');
  return readPage(state, { input, source, placeholders }, between(source.rows, rows, { start: start?.row, backwards }));
}

/** Partitions in the order of their hash; a segment has a share of them. */
export function scan(state: EngineState, input: JsonObject): JsonObject {
  const source = sourceOf(state, input);
  const placeholders = readPlaceholders(input, ['FilterExpression', 'ProjectionExpression']);
  const segment = readSegment(input);
  const start = startPlace(source.rows.schema, source.table, input);
  const partitions = source.rows.inScanOrder().filter(({ hash }) => hash % segment.total === segment.index);
  return readPage(state, { input, source, placeholders }, rowsFrom(source.rows, partitions, start));
}

function sourceOf(state: EngineState, input: JsonObject): Source {
  const table = tableNamed(state, input['TableName']);
  const name = optionalText(input, 'IndexName');
  if (name === undefined) return { table, index: undefined, rows: table.rows };
  const index: TableIndex | undefined = table.indexes.get(name);
  if (index === undefined) throw validation(`The table does not have the specified index: ${name}`);
  if (flag(input, 'ConsistentRead') === true) throw validation('Consistent reads are not supported on global secondary indexes');
  return { table, index, rows: index.rows };
}

type Order = { readonly start: Pick<Row, 'item' | 'key'> | undefined; readonly backwards: boolean };

/** The rows after the starting key, which may itself be gone. */
function between(sorted: SortedRows, rows: readonly Row[], { start, backwards }: Order): Rows {
  if (start === undefined) return backwards ? rows.toReversed() : rows;
  const place = sorted.placeOf(rows, start);
  if (backwards) return rows.slice(0, place).reverse();
  return rows.slice(rows[place]?.key.text === start.key.text ? place + 1 : place);
}

function* rowsFrom(sorted: SortedRows, partitions: readonly Partition[], start: ReturnType<typeof startPlace>): Generator<Row> {
  for (const { text, hash, rows } of partitions) {
    const order = start === undefined ? 1 : hash - start.partitionHash || compareText(text, start.partitionText);
    if (order > 0) yield* rows;
    else if (order === 0) yield* between(sorted, rows, { start: start?.row, backwards: false });
  }
}

function readSegment(input: JsonObject): { readonly index: number; readonly total: number } {
  const index = optionalCount(input, 'Segment', 0);
  const total = optionalCount(input, 'TotalSegments', 1);
  if (index === undefined && total === undefined) return { index: 0, total: 1 };
  if (total === undefined)
    throw validation('The TotalSegments parameter is required but was not present in the request when Segment parameter is present');
  if (index === undefined)
    throw validation('The Segment parameter is required but was not present in the request when parameter TotalSegments is present');
  if (index >= total)
    throw validation(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${index} is not less than TotalSegments: ${total}`,
    );
  return { index, total };
}
