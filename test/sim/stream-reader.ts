/** Reads a table's stream from the engine, shard by shard, from behind a checkpoint or from the oldest record that is still there. */
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { codeOf } from './service-call.ts';
import type { WireItem } from './sighting.ts';
import type { SimulatedCloud } from './simulated-cloud.ts';

export type StreamRecord = {
  readonly eventName: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    /** Seconds since the Unix epoch. */
    readonly ApproximateCreationDateTime: number;
    readonly NewImage?: WireItem;
  };
};

/** Where a reader of a shard stands. */
export type ShardPlace = { readonly shardId: string; checkpoint: string | undefined };

export type StreamReader = {
  shards(): Promise<readonly { readonly id: string; readonly parentId: string | undefined }[]>;
  /** `ended` where no record will ever follow. */
  read(place: ShardPlace, limit: number): Promise<{ readonly records: readonly StreamRecord[]; readonly ended: boolean }>;
};

export function createStreamReader({ dynamo }: SimulatedCloud, table: string): StreamReader {
  let arn: unknown;
  const ask = async (operation: string, input: JsonObject): Promise<JsonObject> => {
    const answer = await dynamo.streams.perform(operation, input);
    const code = codeOf(answer);
    if (code === undefined) return answer.body;
    throw Object.assign(new Error(`${operation}: ${code} ${answer.body['message']}`), { code });
  };
  const streamArn = async () => {
    const streams = (await ask('ListStreams', { TableName: table }))['Streams'] as readonly JsonObject[];
    arn ??= streams[0]?.['StreamArn'];
    return arn;
  };
  const iterator = async (place: ShardPlace): Promise<unknown> => {
    const at = { StreamArn: await streamArn(), ShardId: place.shardId };
    const oldest = () => ask('GetShardIterator', { ...at, ShardIteratorType: 'TRIM_HORIZON' });
    if (place.checkpoint === undefined) return (await oldest())['ShardIterator'];
    const behind = { ...at, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: place.checkpoint };
    return (await ask('GetShardIterator', behind).catch(unlessTrimmed(oldest)))['ShardIterator'];
  };
  return {
    shards: async () => {
      const found: { id: string; parentId: string | undefined }[] = [];
      let last: unknown;
      do {
        const page = last === undefined ? {} : { ExclusiveStartShardId: last };
        const description = (await ask('DescribeStream', { StreamArn: await streamArn(), ...page }))['StreamDescription'] as JsonObject;
        for (const shard of (description['Shards'] ?? []) as readonly JsonObject[]) {
          found.push({ id: String(shard['ShardId']), parentId: shard['ParentShardId'] as string | undefined });
        }
        last = description['LastEvaluatedShardId'];
      } while (last !== undefined);
      return found;
    },
    read: async (place, limit) => {
      const get = async () => ask('GetRecords', { ShardIterator: await iterator(place), Limit: limit });
      const answer = await get()
        .catch(
          unlessTrimmed(() => {
            place.checkpoint = undefined;
            return get();
          }),
        )
        .catch(unlessGone);
      return { records: answer['Records'] as readonly StreamRecord[], ended: answer['NextShardIterator'] === undefined };
    },
  };
}

/** What the checkpoint points to may be older than a day. */
function unlessTrimmed(otherwise: () => Promise<JsonObject>): (error: unknown) => Promise<JsonObject> {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'TrimmedDataAccessException') return otherwise();
    throw error;
  };
}

/** A closed shard goes with the last of its records. */
function unlessGone(error: unknown): JsonObject {
  if (error instanceof Error && 'code' in error && error.code === 'ResourceNotFoundException') return { Records: [] };
  throw error;
}
