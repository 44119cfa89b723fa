/** What DynamoDB Local's streams never do: several shards, their ends and children, records that come late. */
import { describe, expect, it } from '@jest/globals';
import { firstOf, HOUR_MILLIS, iteratorOf, oneShard, putMany, read, recordsOf, shardsOf } from './small-streams.ts';
import { keyOf, putOf, smallTable, TABLE } from './small-tables.ts';

describe('the shards of a stream', () => {
  it('share the items, and each has the records of its items in order', async () => {
    const table = await smallTable({ shards: 4 });
    for (const round of [1, 2, 3]) await putMany(table, 20, round);
    const all = await Promise.all((await shardsOf(table)).map((shard) => recordsOf(table, shard)));
    expect(all.flat()).toHaveLength(60);
    expect(all.every((records) => records.length > 0)).toBe(true);
    for (const records of all) {
      const numbers = records.map(({ dynamodb }) => BigInt(dynamodb.SequenceNumber));
      expect(numbers).toEqual([...numbers].sort((one, other) => Number(one - other)));
      for (const told of Map.groupBy(records, ({ dynamodb }) => JSON.stringify(dynamodb.Keys)).values())
        expect(told.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'MODIFY']);
    }
  });

  it('are closed by a split, and their children go on', async () => {
    const table = await smallTable({ shards: 2 });
    await putMany(table, 10, 1);
    const parents = await shardsOf(table);
    table.engine.splitShards(TABLE);
    await putMany(table, 10, 2);
    const shards = await shardsOf(table);
    expect(shards).toHaveLength(6);
    const children = shards.slice(2);
    expect(children.map(({ ParentShardId }) => ParentShardId)).toEqual([0, 0, 1, 1].map((index) => parents[index]?.ShardId));
    expect(shards.map(({ SequenceNumberRange }) => 'EndingSequenceNumber' in SequenceNumberRange)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    const [before, after] = [shards.slice(0, 2), children].map((some) => Promise.all(some.map((shard) => recordsOf(table, shard))));
    expect((await before)?.flat().map(({ eventName }) => eventName)).toEqual(Array(10).fill('INSERT'));
    expect((await after)?.flat().map(({ eventName }) => eventName)).toEqual(Array(10).fill('MODIFY'));
  });

  it('end without a next iterator once they are closed and read', async () => {
    const table = await oneShard();
    await putMany(table, 3);
    const { ShardId } = await firstOf(table);
    const open = await read(table, await iteratorOf(table, ShardId));
    expect(open['NextShardIterator']).toBeDefined();
    table.engine.splitShards();
    expect(await read(table, open)).toEqual({ Records: [] });
    const part = await read(table, await iteratorOf(table, ShardId), { Limit: 2 });
    expect(part.Records).toHaveLength(2);
    expect(await read(table, part)).not.toHaveProperty('NextShardIterator');
  });

  it('are followed by one child after so many records', async () => {
    const table = await smallTable({ shards: 1, shardRecordsMax: 3 });
    await putMany(table, 7);
    const shards = await shardsOf(table);
    expect(shards.map(({ ParentShardId }) => ParentShardId)).toEqual([undefined, shards[0]?.ShardId, shards[1]?.ShardId]);
    const counts = await Promise.all(shards.map(async (shard) => (await recordsOf(table, shard)).length));
    expect(counts).toEqual([3, 3, 1]);
  });

  it('are described page by page', async () => {
    const table = await smallTable({ shards: 3 });
    const all = await shardsOf(table);
    const first = await shardsOf(table, { Limit: 2 });
    const rest = await shardsOf(table, { Limit: 2, ExclusiveStartShardId: first[1]?.ShardId });
    expect([...first, ...rest]).toEqual(all);
  });
});

describe('records', () => {
  it('tell of inserts, changes and deletes, but not of a write that changes nothing', async () => {
    const table = await oneShard();
    await table.ok('PutItem', putOf('a', { v: { N: '1' }, ss: { SS: ['x', 'y'] } }));
    await table.ok('PutItem', putOf('a', { ss: { SS: ['y', 'x'] }, v: { N: '1.0' } }));
    await table.ok('PutItem', putOf('a', { v: { N: '2' } }));
    await table.ok('DeleteItem', { TableName: TABLE, Key: keyOf('a') });
    await table.ok('DeleteItem', { TableName: TABLE, Key: keyOf('a') });
    const records = await recordsOf(table, await firstOf(table));
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(records[1]).toMatchObject({
      eventSource: 'aws:dynamodb',
      eventVersion: '1.1',
      awsRegion: 'us-east-1',
      dynamodb: {
        Keys: keyOf('a'),
        OldImage: { v: { N: '1' } },
        NewImage: { ...keyOf('a'), v: { N: '2' } },
        StreamViewType: 'NEW_AND_OLD_IMAGES',
        ApproximateCreationDateTime: Math.floor(table.clock.nowMillis() / 1000),
        SizeBytes: 6 + (6 + 3 + 4) + (6 + 3),
      },
    });
  });

  it.each([
    ['KEYS_ONLY', false, false],
    ['NEW_IMAGE', true, false],
    ['OLD_IMAGE', false, true],
  ])('hold what %s says', async (StreamViewType, hasNew, hasOld) => {
    const table = await smallTable({ shards: 1 }, { StreamSpecification: { StreamEnabled: true, StreamViewType } });
    await table.ok('PutItem', putOf('a', { v: { N: '1' } }));
    await table.ok('PutItem', putOf('a', { v: { N: '2' } }));
    const change = (await recordsOf(table, await firstOf(table)))[1]?.dynamodb ?? {};
    expect(['NewImage' in change, 'OldImage' in change]).toEqual([hasNew, hasOld]);
  });

  it('name the service where an item expired', async () => {
    const table = await oneShard();
    await table.ok('UpdateTimeToLive', { TableName: TABLE, TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true } });
    const seconds = Math.floor(table.clock.nowMillis() / 1000);
    await table.ok('PutItem', putOf('old', { expires: { N: String(seconds + 60) } }));
    await table.ok('PutItem', putOf('young', { expires: { N: String(seconds + 7200) } }));
    await table.ok('PutItem', putOf('odd', { expires: { S: 'soon' } }));
    expect(table.engine.expire()).toBe(0);
    table.clock.advance(HOUR_MILLIS);
    expect(await table.error('PutItem', { ...putOf('old'), ConditionExpression: 'attribute_not_exists(pk)' })).toBe(
      'ConditionalCheckFailedException',
    );
    expect(table.engine.expire()).toBe(1);
    expect((await recordsOf(table, await firstOf(table))).at(-1)).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' },
      dynamodb: { Keys: keyOf('old') },
    });
  });

  it('of one transaction may come at different times, and never before what their shard had before', async () => {
    const delays = [5_000, 0, 1_000];
    const table = await smallTable({ shards: 1, recordDelayMillis: () => delays.shift() ?? 0 });
    await table.ok('TransactWriteItems', { TransactItems: [{ Put: putOf('a') }, { Put: putOf('b') }] });
    await table.ok('PutItem', putOf('c'));
    const from = await iteratorOf(table, (await firstOf(table)).ShardId);
    const seen = async () =>
      (await read(table, from)).Records.map(({ dynamodb }) => (dynamodb.Keys as ReturnType<typeof keyOf>).pk.S).join('');
    expect(await seen()).toBe('');
    table.clock.advance(4_999);
    expect(await seen()).toBe('');
    table.clock.advance(1);
    expect(await seen()).toBe('abc');
  });
});
