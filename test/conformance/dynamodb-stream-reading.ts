/** All that stands in the stream of a table, item by item: DynamoDB promises an order for the records of one item only. */
import type { JsonObject } from '../../local/engines/service-engine.ts';
import type { Subject } from './dynamodb-subjects.ts';

export async function recordsByItem(subject: Subject): Promise<{ readonly [key: string]: readonly JsonObject[] }> {
  const { Streams } = await answered(subject, 'ListStreams', { TableName: `${subject.prefix}Pairs` });
  const StreamArn = (Streams as readonly JsonObject[])[0]?.['StreamArn'];
  const { StreamDescription } = await answered(subject, 'DescribeStream', { StreamArn });
  const found: JsonObject[] = [];
  for (const { ShardId } of (StreamDescription as JsonObject)['Shards'] as readonly JsonObject[])
    found.push(...(await recordsOf(subject, { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' })));
  const plain = JSON.parse(JSON.stringify(found).replaceAll(`"${subject.prefix}`, '"')) as readonly JsonObject[];
  const told = plain.map(({ eventName, dynamodb }) => {
    const { Keys, NewImage, OldImage, StreamViewType } = dynamodb as JsonObject;
    return { eventName, Keys: Keys as JsonObject, NewImage, OldImage, StreamViewType };
  });
  return Object.fromEntries(Map.groupBy(told, ({ Keys }) => JSON.stringify([Keys['pk'], Keys['sk']])));
}

/** DynamoDB Local leaves the type out where a map is empty: `{}` for `{"M":{}}`. */
export function withEmptyMaps<Records>(records: Records): Records {
  return JSON.parse(JSON.stringify(records), (name, value) =>
    /^(?:NewImage|OldImage|M)$/.test(name) ? typedMembers(value) : name === 'L' ? value.map(typed) : value,
  );
}

function typedMembers(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, typed(value)]));
}

function typed(value: unknown): unknown {
  return JSON.stringify(value) === '{}' ? { M: {} } : value;
}

async function recordsOf(subject: Subject, from: JsonObject): Promise<readonly JsonObject[]> {
  const records: JsonObject[] = [];
  let { ShardIterator: iterator } = await answered(subject, 'GetShardIterator', from);
  while (iterator !== undefined) {
    const { Records, NextShardIterator } = await answered(subject, 'GetRecords', { ShardIterator: iterator });
    records.push(...(Records as readonly JsonObject[]));
    // An open shard has no end: an empty answer is where it stands now.
    iterator = (Records as readonly JsonObject[]).length === 0 ? undefined : NextShardIterator;
  }
  return records;
}

async function answered(subject: Subject, operation: string, input: JsonObject): Promise<JsonObject> {
  const { status, body } = await subject.streams(operation, input);
  if (status !== 200) throw new Error(`${operation} was refused: ${JSON.stringify(body)}`);
  return body;
}
