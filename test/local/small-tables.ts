/** An embedded DynamoDB with one table of keys pk and sk, on a clock that the test moves. */
import { createDynamoDbEngine, type DynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import type { DynamoDbOptions } from '../../local/engines/dynamodb/engine-state.ts';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { countedRandom } from '../pipeline/counted-random.ts';
import { createVirtualClock, type VirtualClock } from '../pipeline/virtual-clock.ts';

export type SmallTable = {
  readonly engine: DynamoDbEngine;
  readonly clock: VirtualClock;
  /** The body of an answer; throws for an error. */
  ok(operation: string, input: JsonObject): Promise<JsonObject>;
  /** The name of the error and, of a cancelled transaction, the reasons. */
  error(operation: string, input: JsonObject): Promise<string>;
};

export const TABLE = 'Things';

/** The key whose parts are joined by a slash: `a/1`. A part of the text may be left out. */
export function keyOf(text: string): { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } } {
  const [pk = '', sk = '1'] = text.split('/');
  return { pk: { S: pk }, sk: { S: sk } };
}

export async function smallTable(options: Partial<DynamoDbOptions> = {}, more: JsonObject = {}): Promise<SmallTable> {
  const clock = createVirtualClock();
  const engine = createDynamoDbEngine({ clock, random: countedRandom(), ...options });
  const ok = async (operation: string, input: JsonObject) => {
    const { status, body } = await engine.perform(operation, input);
    if (status !== 200) throw new Error(`${operation} was refused: ${JSON.stringify(body)}`);
    return body;
  };
  const error = async (operation: string, input: JsonObject) => {
    const { body } = await engine.perform(operation, input);
    const reasons = (body['CancellationReasons'] ?? []) as readonly { readonly Code: string }[];
    return [String(body['__type'] ?? 'no error'), ...reasons.map(({ Code }) => Code)].join(' ');
  };
  const names = ['pk', 'sk'];
  await ok('CreateTable', {
    TableName: TABLE,
    KeySchema: names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    ...more,
  });
  return { engine, clock, ok, error };
}

export function putOf(key: string, attributes: JsonObject = {}): JsonObject {
  return { TableName: TABLE, Item: { ...keyOf(key), ...attributes } };
}
