/** Query and Scan. */
import type { JsonObject } from '../service-engine.ts';
import { type EngineState, tableNamed } from './engine-state.ts';
import { bindKeyCondition, type KeyCondition, withinRange } from './key-condition.ts';
import { type Rows, readPage, startPlace } from './page.ts';
import type { Source } from './page-shape.ts';
import { parsedCondition } from './parsed-expressions.ts';
import { readPlaceholders } from './placeholders.ts';
import { flag, optionalCount, optionalText, requiredText } from './request-members.ts';
import { validation } from './service-error.ts';
import type { Partition, Row, SortedRows } from './sorted-rows.ts';
import type { Table, TableIndex } from './table.ts';
import { compareText } from './value-order.ts';

export function query(state: EngineState, input: JsonObject): JsonObject {
  const source = sourceOf(state, input);
  const placeholders = readPlaceholders(input, ['KeyConditionExpression', 'FilterExpression', 'ProjectionExpression']);
  const label = 'KeyConditionExpression';
  const text = requiredText(input, label);
  const condition = bindKeyCondition(parsedCondition(label, text), source.rows.schema, { placeholders, label });
  const moment = state.past.moment(flag(input, 'ConsistentRead') ?? false);
  const then = state.past.writtenSince(moment, source.table, source.index === undefined ? 'table' : 'index');
  const rows = withinRange(source.rows.partitionBefore(condition.partitionText, then), condition);
  const backwards = flag(input, 'ScanIndexForward') === false;
  const start = startPlace(source.rows.schema, source.table, input);
  if (start !== undefined) checkStart(start, condition);
  return readPage({ input, source, placeholders }, between(source.rows, rows, { start: start?.row, backwards }));
}

/** Partitions in the order of their hash; a segment has a share of them. An item that was deleted since is missing in a read of the past too. */
export function scan(state: EngineState, input: JsonObject): JsonObject {
  const table = tableNamed(state, input['TableName']);
  const source = { table, index: undefined, rows: table.rows };
  const placeholders = readPlaceholders(input, ['FilterExpression', 'ProjectionExpression']);
  const segment = readSegment(input);
  const start = startPlace(table.schema, table, input);
  const partitions = table.rows.inScanOrder().filter(({ hash }) => hash % segment.total === segment.index);
  const moment = state.past.moment(flag(input, 'ConsistentRead') ?? false);
  return readPage({ input, source, placeholders }, rowsThen([state, moment], table, rowsFrom(table.rows, partitions, start)));
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

type Start = NonNullable<ReturnType<typeof startPlace>>;

function checkStart({ partitionText, row }: Start, condition: KeyCondition): void {
  if (partitionText !== condition.partitionText)
    throw validation('The provided starting key is outside query boundaries based on provided conditions');
  if (!condition.inRange(row.item)) throw validation('The provided starting key does not match the range key predicate');
}

type Order = { readonly start: Pick<Row, 'item' | 'key'> | undefined; readonly backwards: boolean };

/** The rows after the starting key, which may itself be gone, or stand elsewhere by now. */
function between(sorted: SortedRows, rows: readonly Row[], { start, backwards }: Order): Rows {
  if (start === undefined) return backwards ? rows.toReversed() : rows;
  return backwards ? rows.slice(0, sorted.placeOf(rows, start)).reverse() : rows.slice(sorted.placeAfter(rows, start));
}

function* rowsFrom(sorted: SortedRows, partitions: readonly Partition[], start: Start | undefined): Generator<Row> {
  for (const { text, hash, rows } of partitions) {
    const order = start === undefined ? 1 : hash - start.partitionHash || compareText(text, start.partitionText);
    if (order > 0) yield* rows;
    else if (order === 0) yield* between(sorted, rows, { start: start?.row, backwards: false });
  }
}

function* rowsThen([{ past }, moment]: readonly [EngineState, number], table: Table, rows: Rows): Generator<Row> {
  for (const row of rows) {
    const then = past.rowAt(moment, [table, row.key.text], row);
    if (then !== undefined) yield then;
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
