/** ListStreams, DescribeStream, GetShardIterator and GetRecords. */
import type { JsonObject } from '../service-engine.ts';
import type { EngineState } from './engine-state.ts';
import { choice, optionalCount, optionalText, requiredText } from './request-members.ts';
import { ServiceError, validation } from './service-error.ts';
import { iteratorText, type Position, parseIterator } from './shard-iterator.ts';
import { sequenceNumber, streamRecord } from './stream-record.ts';
import type { Shard, StreamEntry, TableStream } from './table-stream.ts';

/** API reference, DescribeStream, ListStreams and GetRecords. */
const LISTED_MAX = 100;
const RECORDS_MAX = 1_000;
const RECORDS_BYTES_MAX = 1024 * 1024;

export function listStreams(state: EngineState, input: JsonObject): JsonObject {
  const table = optionalText(input, 'TableName');
  const after = optionalText(input, 'ExclusiveStartStreamArn');
  const limit = limitOf(input, LISTED_MAX);
  const streams = [...state.tables.values()].flatMap(({ name, stream }) =>
    stream === undefined || (table !== undefined && name !== table)
      ? []
      : [{ StreamArn: stream.settings.arn, TableName: name, StreamLabel: stream.settings.label }],
  );
  const from = after === undefined ? 0 : streams.findIndex(({ StreamArn }) => StreamArn === after) + 1;
  const page = streams.slice(from, from + limit);
  const more = streams.length > from + limit;
  return { Streams: page, ...(more ? { LastEvaluatedStreamArn: page.at(-1)?.StreamArn } : {}) };
}

export function describeStream(state: EngineState, input: JsonObject): JsonObject {
  const { stream, table } = streamOf(state, requiredText(input, 'StreamArn'));
  const after = optionalText(input, 'ExclusiveStartShardId');
  const limit = limitOf(input, LISTED_MAX);
  const shards = stream.shards();
  const from = after === undefined ? 0 : shards.findIndex(({ id }) => id === after) + 1;
  const page = shards.slice(from, from + limit);
  return {
    StreamDescription: {
      StreamArn: stream.settings.arn,
      StreamLabel: stream.settings.label,
      StreamStatus: 'ENABLED',
      StreamViewType: stream.settings.viewType,
      TableName: table.name,
      KeySchema: table.request['KeySchema'],
      CreationRequestDateTime: table.createdAtMillis / 1000,
      Shards: page.map(shardDescription),
      ...(shards.length > from + limit ? { LastEvaluatedShardId: page.at(-1)?.id } : {}),
    },
  };
}

export function getShardIterator(state: EngineState, input: JsonObject): JsonObject {
  const { stream } = streamOf(state, requiredText(input, 'StreamArn'));
  const shard = shardOf(stream, requiredText(input, 'ShardId'));
  const position = positionOf(state, shard, input);
  return { ShardIterator: iteratorText({ arn: stream.settings.arn, shardId: shard.id, ...position }, state.clock.nowMillis()) };
}

export function getRecords(state: EngineState, input: JsonObject): JsonObject {
  const nowMillis = state.clock.nowMillis();
  const { arn, shardId, after } = parseIterator(requiredText(input, 'ShardIterator'), nowMillis);
  const { stream } = streamOf(state, arn);
  const shard = shardOf(stream, shardId);
  if (after !== undefined && shard.trimmedSequence > after) throw trimmed();
  const limit = limitOf(input, RECORDS_MAX);
  const { entries, more } = readEntries(shard, { after: after ?? 0, limit, nowMillis });
  const lastRead = entries.at(-1)?.sequence ?? after;
  const ended = shard.endingSequence !== undefined && !more;
  return {
    Records: entries.map((entry) => streamRecord(stream, entry, state.region)),
    ...(ended ? {} : { NextShardIterator: iteratorText({ arn, shardId, after: lastRead }, nowMillis) }),
  };
}

type Reading = { readonly after: number; readonly limit: number; readonly nowMillis: number };

function readEntries(shard: Shard, { after, limit, nowMillis }: Reading): { readonly entries: StreamEntry[]; readonly more: boolean } {
  const entries: StreamEntry[] = [];
  let bytes = 0;
  for (let index = placeAfter(shard.entries, after); index < shard.entries.length; index += 1) {
    const entry = shard.entries[index] as StreamEntry;
    if (entry.visibleAtMillis > nowMillis || entries.length >= limit || (entries.length > 0 && bytes >= RECORDS_BYTES_MAX))
      return { entries, more: true };
    entries.push(entry);
    bytes += entry.bytes;
  }
  return { entries, more: false };
}

function placeAfter(entries: readonly StreamEntry[], after: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as StreamEntry).sequence <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function positionOf(state: EngineState, shard: Shard, input: JsonObject): Pick<Position, 'after'> {
  const type = choice(input, 'ShardIteratorType', ['', 'TRIM_HORIZON', 'LATEST', 'AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER']);
  // What is trimmed before the first read is skipped.
  if (type === 'TRIM_HORIZON') return { after: undefined };
  if (type === 'LATEST') return { after: lastVisible(shard, state.clock.nowMillis()) };
  if (type === '')
    throw validation(
      "1 validation error detected: Value null at 'shardIteratorType' failed to satisfy constraint: Member must not be null",
    );
  const number = requiredText(input, 'SequenceNumber');
  const sequence = /^1\d{20}$/.test(number) ? Number(number.slice(1)) : -1;
  if (sequence < shard.startingSequence || sequence > (shard.endingSequence ?? Number.POSITIVE_INFINITY))
    throw validation(`Invalid SequenceNumber: ${number} is not one of the shard ${shard.id}`);
  if (sequence <= shard.trimmedSequence) throw trimmed();
  return { after: type === 'AT_SEQUENCE_NUMBER' ? sequence - 1 : sequence };
}

function lastVisible(shard: Shard, nowMillis: number): number {
  return (
    shard.entries.findLast(({ visibleAtMillis }) => visibleAtMillis <= nowMillis)?.sequence ??
    Math.max(shard.trimmedSequence, shard.startingSequence)
  );
}

function shardDescription({ id, parentId, startingSequence, endingSequence }: Shard): JsonObject {
  return {
    ShardId: id,
    ...(parentId === undefined ? {} : { ParentShardId: parentId }),
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumber(startingSequence),
      ...(endingSequence === undefined ? {} : { EndingSequenceNumber: sequenceNumber(endingSequence) }),
    },
  };
}

function streamOf(state: EngineState, arn: string) {
  for (const table of state.tables.values()) {
    if (table.stream?.settings.arn === arn) return { table, stream: table.stream };
  }
  throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`);
}

function shardOf(stream: TableStream, id: string): Shard {
  const shard = stream.shard(id);
  if (shard === undefined)
    throw new ServiceError(
      'ResourceNotFoundException',
      `Requested resource not found: Shard ${id} in Stream ${stream.settings.arn} not found`,
    );
  return shard;
}

function limitOf(input: JsonObject, max: number): number {
  const limit = optionalCount(input, 'Limit', 1) ?? max;
  if (limit > max)
    throw validation(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to ${max}`,
    );
  return limit;
}

function trimmed(): ServiceError {
  return new ServiceError('TrimmedDataAccessException', 'The operation attempted to read past the oldest stream record in a shard.');
}
