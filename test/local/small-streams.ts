/** Reads the stream of the small table, shard by shard. */
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { putOf, type SmallTable, smallTable, TABLE } from './small-tables.ts';

export type Shard = { readonly ShardId: string; readonly ParentShardId?: string; readonly SequenceNumberRange: JsonObject };
export type Told = {
  readonly eventName: string;
  readonly dynamodb: { readonly Keys: JsonObject; readonly SequenceNumber: string; readonly NewImage?: JsonObject };
};

export const HOUR_MILLIS = 60 * 60 * 1000;

async function stream(table: SmallTable, operation: string, input: JsonObject): Promise<JsonObject> {
  const { body } = await table.engine.streams.perform(operation, input);
  return body;
}

export async function arnOf(table: SmallTable): Promise<unknown> {
  return ((await stream(table, 'ListStreams', { TableName: TABLE }))['Streams'] as readonly JsonObject[])[0]?.['StreamArn'];
}

export async function shardsOf(table: SmallTable, more: JsonObject = {}): Promise<readonly Shard[]> {
  const { StreamDescription } = await stream(table, 'DescribeStream', { StreamArn: await arnOf(table), ...more });
  return (StreamDescription as JsonObject)['Shards'] as readonly Shard[];
}

export async function iteratorOf(
  table: SmallTable,
  ShardId: string,
  more: JsonObject = { ShardIteratorType: 'TRIM_HORIZON' },
): Promise<JsonObject> {
  return await stream(table, 'GetShardIterator', { StreamArn: await arnOf(table), ShardId, ...more });
}

export async function read(
  table: SmallTable,
  from: JsonObject,
  more: JsonObject = {},
): Promise<JsonObject & { readonly Records: readonly Told[] }> {
  const answer = await stream(table, 'GetRecords', { ShardIterator: from['ShardIterator'] ?? from['NextShardIterator'], ...more });
  return answer as JsonObject & { readonly Records: readonly Told[] };
}

export async function recordsOf(table: SmallTable, { ShardId }: Shard): Promise<readonly Told[]> {
  return (await read(table, await iteratorOf(table, ShardId))).Records;
}

export async function putMany(table: SmallTable, count: number, round = 0): Promise<void> {
  for (let index = 0; index < count; index += 1) await table.ok('PutItem', putOf(`k${index}`, { round: { N: String(round) } }));
}

export const oneShard = () => smallTable({ shards: 1 });
export const firstOf = async (table: SmallTable) => (await shardsOf(table))[0] as Shard;
