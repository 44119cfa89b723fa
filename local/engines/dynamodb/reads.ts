/** GetItem, BatchGetItem and TransactGetItems. */
import type { JsonObject } from '../service-engine.ts';
import { type Attributes, readAttributes } from './attribute-value.ts';
import { consumed, consumedList, readUnits, type Used } from './capacity.ts';
import { type EngineState, tableNamed } from './engine-state.ts';
import { attributesBytes } from './item-size.ts';
import { type ItemKey, keyOfRequest } from './key-schema.ts';
import { parsedProjection } from './parsed-expressions.ts';
import { readPlaceholders } from './placeholders.ts';
import { bindProjection } from './projection.ts';
import { checkMembers, flag, requiredObject } from './request-members.ts';
import { validation } from './service-error.ts';
import type { Table } from './table.ts';
import { CONFLICT, cancelled, distinctItems, NO_REASON, transactionItems } from './transaction.ts';

export function getItem(state: EngineState, input: JsonObject): JsonObject {
  const table = tableNamed(state, input['TableName']);
  const key = keyOfRequest(table.schema, readAttributes(requiredObject(input, 'Key')));
  const project = readProjection(input);
  const consistent = flag(input, 'ConsistentRead') ?? false;
  const item = state.past.rowAt(state.past.moment(consistent), [table, key.text], table.row(key))?.item;
  const used = [{ table, read: readUnits(bytesOf(item), consistent) }];
  return { ...(item === undefined ? {} : { Item: project(item) }), ...consumed(input, used) };
}

/** Keys of one request (API reference, BatchGetItem). */
const BATCH_KEYS_MAX = 100;
/** Beyond this the keys that are left come back as UnprocessedKeys. */
const BATCH_BYTES_MAX = 16 * 1024 * 1024;
const BATCH_MEMBERS = new Set(['Keys', 'ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames']);

export function batchGetItem(state: EngineState, input: JsonObject): JsonObject {
  const requests = Object.entries(requiredObject(input, 'RequestItems')) as [string, JsonObject][];
  if (requests.length === 0)
    throw validation(
      "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  const reads = requests.map(([name, request]) => readBatch(state, name, request));
  if (reads.reduce((sum, { keys }) => sum + keys.length, 0) > BATCH_KEYS_MAX)
    throw validation('Too many items requested for the BatchGetItem call');
  const responses: { [table: string]: Attributes[] } = {};
  const unprocessed: { [table: string]: JsonObject } = {};
  const used: Used[] = [];
  let bytes = 0;
  for (const [index, { table, keys, consistent, project }] of reads.entries()) {
    const [name, request] = requests[index] as [string, JsonObject];
    const moment = state.past.moment(consistent);
    const found: Attributes[] = [];
    const left: unknown[] = [];
    for (const { key, raw } of keys) {
      const item = bytes >= BATCH_BYTES_MAX ? undefined : state.past.rowAt(moment, [table, key.text], table.row(key))?.item;
      if (bytes >= BATCH_BYTES_MAX) left.push(raw);
      else used.push({ table, read: readUnits(bytesOf(item), consistent) });
      bytes += bytesOf(item);
      if (item !== undefined) found.push(project(item));
    }
    responses[name] = found;
    if (left.length > 0) unprocessed[name] = { ...request, Keys: left };
  }
  return { Responses: responses, UnprocessedKeys: unprocessed, ...consumedList(input, used, false) };
}

type BatchRead = {
  readonly table: Table;
  readonly keys: readonly { readonly key: ItemKey; readonly raw: unknown }[];
  readonly consistent: boolean;
  readonly project: (item: Attributes) => Attributes;
};

function readBatch(state: EngineState, name: string, request: JsonObject): BatchRead {
  checkMembers('BatchGetItem', request, BATCH_MEMBERS);
  const table = tableNamed(state, name);
  const raws = Array.isArray(request['Keys']) ? request['Keys'] : [];
  if (raws.length === 0) throw validation(`The list of keys in RequestItems for BatchGetItem is required: ${name} has empty list`);
  const keys = raws.map((raw: unknown) => ({ raw, key: keyOfRequest(table.schema, readAttributes(raw)) }));
  if (new Set(keys.map(({ key }) => key.text)).size < keys.length) throw validation('Provided list of item keys contains duplicates');
  return { table, keys, consistent: flag(request, 'ConsistentRead') ?? false, project: readProjection(request) };
}

const GET_MEMBERS = new Set(['TableName', 'Key', 'ProjectionExpression', 'ExpressionAttributeNames']);

export function transactGetItems(state: EngineState, input: JsonObject): JsonObject {
  const reads = transactionItems(input).map((item) => {
    const request = requiredObject(item, 'Get');
    checkMembers('TransactGetItems.Get', request, GET_MEMBERS);
    const table = tableNamed(state, request['TableName']);
    return { table, key: keyOfRequest(table.schema, readAttributes(requiredObject(request, 'Key'))), project: readProjection(request) };
  });
  distinctItems(reads);
  const reasons = reads.map(({ table, key }) => (state.locks.isHeld(table, key) ? CONFLICT : NO_REASON));
  if (reasons.includes(CONFLICT)) throw cancelled(reasons);
  const rows = reads.map(({ table, key }) => table.row(key));
  const used = reads.map(({ table }, index) => ({ table, read: readUnits(rows[index]?.bytes ?? 0, true) }));
  const responses = reads.map(({ project }, index) => {
    const item = rows[index]?.item;
    return item === undefined ? {} : { Item: project(item) };
  });
  return { Responses: responses, ...consumedList(input, used, true) };
}

function readProjection(input: JsonObject): (item: Attributes) => Attributes {
  const placeholders = readPlaceholders(input, ['ProjectionExpression']);
  const text = input['ProjectionExpression'];
  const project =
    text === undefined ? (item: Attributes) => item : bindProjection(parsedProjection('ProjectionExpression', String(text)), placeholders);
  placeholders.finish();
  return project;
}

function bytesOf(item: Attributes | undefined): number {
  return item === undefined ? 0 : attributesBytes(item);
}
