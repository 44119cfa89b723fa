/** The two DynamoDBs that are compared, each with the same tables: the embedded engine, and DynamoDB Local over HTTP. */
import { createDynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import type { JsonObject, ServiceAnswer } from '../../local/engines/service-engine.ts';
import { countedRandom } from '../pipeline/counted-random.ts';
import { createVirtualClock } from '../pipeline/virtual-clock.ts';
import type { Case, Step } from './dynamodb-case.ts';
import { outcomeOf } from './dynamodb-outcome.ts';

export type Subject = {
  perform(operation: string, input: JsonObject): Promise<ServiceAnswer>;
  streams(operation: string, input: JsonObject): Promise<ServiceAnswer>;
  /** Put before the tables' names, so that runs in a shared engine stay apart. */
  readonly prefix: string;
};

export function embeddedSubject(): Subject {
  const engine = createDynamoDbEngine({ clock: createVirtualClock(), random: countedRandom(), shards: 1 });
  return { perform: engine.perform, streams: engine.streams.perform, prefix: 'embedded-' };
}

export function localSubject(url: string): Subject {
  const post = async (service: string, operation: string, input: JsonObject): Promise<ServiceAnswer> => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${service}_20120810.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=operator/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) });
    return { status: response.status, body: (await response.json()) as JsonObject };
  };
  return {
    perform: (operation, input) => post('DynamoDB', operation, input),
    streams: (operation, input) => post('DynamoDBStreams', operation, input),
    prefix: `c${process.pid}-`,
  };
}

type Keys = { readonly [attribute: string]: 'S' | 'N' | 'B' };
type Index = { readonly keys: Keys; readonly holds: 'KEYS_ONLY' | 'ALL' };

/** Each with its keys, the partition first, and its indexes. */
const TABLES: { readonly [name: string]: { readonly keys: Keys; readonly indexes?: { readonly [name: string]: Index } } } = {
  Pairs: { keys: { pk: 'S', sk: 'S' }, indexes: { 'by-due': { keys: { group: 'S', due: 'N' }, holds: 'KEYS_ONLY' } } },
  Plain: { keys: { pk: 'S' } },
  Numbers: { keys: { pk: 'S', sk: 'N' } },
  Binaries: { keys: { pk: 'S', sk: 'B' } },
  Payments: {
    keys: { pk: 'S' },
    indexes: {
      due: { keys: { dueShard: 'S', dueAt: 'S' }, holds: 'KEYS_ONLY' },
      made: { keys: { madeIn: 'S', madeAt: 'S' }, holds: 'KEYS_ONLY' },
      whole: { keys: { group: 'S' }, holds: 'ALL' },
    },
  },
};
const NAMES = Object.keys(TABLES);
const NAMED = new RegExp(`"(${NAMES.join('|')})"`, 'g');

export async function createTables({ perform, prefix }: Subject): Promise<void> {
  const schema = (keys: Keys) =>
    Object.keys(keys).map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' }));
  for (const [name, { keys, indexes = {} }] of Object.entries(TABLES)) {
    const types: Keys = Object.assign({}, keys, ...Object.values(indexes).map((index) => index.keys));
    const made = Object.entries(indexes).map(([IndexName, index]) => ({
      IndexName,
      KeySchema: schema(index.keys),
      Projection: { ProjectionType: index.holds },
    }));
    const { status, body } = await perform('CreateTable', {
      TableName: prefix + name,
      KeySchema: schema(keys),
      AttributeDefinitions: Object.entries(types).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      ...(made.length === 0 ? {} : { GlobalSecondaryIndexes: made }),
    });
    if (status !== 200) throw new Error(`No table ${name}: ${JSON.stringify(body)}`);
  }
}

export async function deleteTables({ perform, prefix }: Subject): Promise<void> {
  for (const name of NAMES) await perform('DeleteTable', { TableName: prefix + name });
}

/** What the subject answers to the last step of a case; `label` makes its keys its own. */
export async function runCase(subject: Subject, { given = [], when }: Pick<Case, 'given' | 'when'>, label: string) {
  const perform = async ([operation, input]: Step) => {
    const answer = await subject.perform(operation, written(subject, input, label));
    return { ...answer, body: readBack(subject, answer.body, label) };
  };
  for (const step of given) {
    const { status, body } = await perform(step);
    if (status !== 200) throw new Error(`A step before the case failed: ${JSON.stringify([step, body])}`);
  }
  const answer = await perform(when);
  return { outcome: outcomeOf(answer), message: String(answer.body['message'] ?? answer.body['Message'] ?? '') };
}

function written({ prefix }: Subject, input: JsonObject, label: string): JsonObject {
  const text = JSON.stringify(input).replaceAll('"$', `"${prefix}${label}|`);
  return JSON.parse(text.replace(NAMED, `"${prefix}$1"`));
}

function readBack({ prefix }: Subject, body: JsonObject, label: string): JsonObject {
  return JSON.parse(JSON.stringify(body).replaceAll(`"${prefix}${label}|`, '"$').replaceAll(`"${prefix}`, '"'));
}
