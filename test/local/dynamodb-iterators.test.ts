/** Iterators of streams: where they begin, how long they are good, and what a day takes away. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { firstOf, HOUR_MILLIS, iteratorOf, oneShard, putMany, read, recordsOf, shardsOf } from './small-streams.ts';

describe('an iterator', () => {
  it('begins at, after, before and beyond what is there', async () => {
    const table = await oneShard();
    await putMany(table, 3);
    const shard = await firstOf(table);
    const numbers = (await recordsOf(table, shard)).map(({ dynamodb }) => dynamodb.SequenceNumber);
    const from = async (more: JsonObject) =>
      (await read(table, await iteratorOf(table, shard.ShardId, more))).Records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    expect(await from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: numbers[1] })).toEqual(numbers.slice(1));
    expect(await from({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: numbers[1] })).toEqual(numbers.slice(2));
    const latest = await iteratorOf(table, shard.ShardId, { ShardIteratorType: 'LATEST' });
    expect((await read(table, latest)).Records).toEqual([]);
    await putMany(table, 1, 9);
    expect((await read(table, latest)).Records).toHaveLength(1);
  });

  it('expires after fifteen minutes', async () => {
    const table = await oneShard();
    const from = await iteratorOf(table, (await firstOf(table)).ShardId);
    table.clock.advance(15 * 60_000);
    expect((await read(table, from)).Records).toEqual([]);
    table.clock.advance(1);
    expect(await read(table, from)).toMatchObject({ __type: 'ExpiredIteratorException' });
  });

  it('reads at most what it is asked for, and 1,000 records', async () => {
    const table = await oneShard();
    await putMany(table, 1_200);
    const first = await read(table, await iteratorOf(table, (await firstOf(table)).ShardId));
    expect(first.Records).toHaveLength(1_000);
    expect((await read(table, first)).Records).toHaveLength(200);
    expect(await read(table, first, { Limit: 1_001 })).toMatchObject({ __type: 'ValidationException' });
  });

  it('that nobody issued is refused, as is a shard that is not there', async () => {
    const table = await oneShard();
    expect(await read(table, { ShardIterator: 'nonsense' })).toMatchObject({ __type: 'ValidationException' });
    expect(await iteratorOf(table, 'shardId-0')).toMatchObject({ __type: 'ResourceNotFoundException' });
  });
});

describe('after a day', () => {
  it('records are gone, and TRIM_HORIZON begins at the first that is left', async () => {
    const table = await oneShard();
    await putMany(table, 2, 1);
    table.clock.advance(23 * HOUR_MILLIS);
    await putMany(table, 1, 2);
    table.clock.advance(HOUR_MILLIS);
    const records = await recordsOf(table, await firstOf(table));
    expect(records.map(({ dynamodb }) => dynamodb.NewImage?.['round'])).toEqual([{ N: '2' }]);
  });

  it('a sequence number that is gone is refused', async () => {
    const table = await oneShard();
    await putMany(table, 2);
    const shard = await firstOf(table);
    const SequenceNumber = (await recordsOf(table, shard))[0]?.dynamodb.SequenceNumber;
    table.clock.advance(24 * HOUR_MILLIS);
    expect(await iteratorOf(table, shard.ShardId, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber })).toMatchObject({
      __type: 'TrimmedDataAccessException',
    });
  });

  it('an iterator whose next records went meanwhile is refused', async () => {
    const table = await oneShard();
    await putMany(table, 2, 1);
    table.clock.advance(24 * HOUR_MILLIS - 60_000);
    const shard = await firstOf(table);
    const part = await read(table, await iteratorOf(table, shard.ShardId), { Limit: 1 });
    table.clock.advance(60_000);
    expect(await read(table, part)).toMatchObject({ __type: 'TrimmedDataAccessException' });
  });

  it('a closed shard is gone with its records, and its children stay', async () => {
    const table = await oneShard();
    await putMany(table, 2);
    table.engine.splitShards();
    table.clock.advance(24 * HOUR_MILLIS);
    const shards = await shardsOf(table);
    expect(shards).toHaveLength(2);
    expect(shards.every(({ ParentShardId }) => ParentShardId !== undefined)).toBe(true);
  });
});
