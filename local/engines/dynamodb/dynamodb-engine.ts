/**
 * Amazon DynamoDB and its streams inside this process: real rules, no socket, no timer; the same clock, randomness and requests give the same
 * answers. Answers share their items with the tables, so nobody may change them. What it does not model it refuses by rejecting.
 */
import type { JsonObject, ServiceAnswer, ServiceEngine } from '../service-engine.ts';
import { createEngineState, type DynamoDbOptions, type EngineState } from './engine-state.ts';
import { expireItems } from './expiry.ts';
import { type Operations, streamOperations, tableOperations } from './operations.ts';
import { checkMembers } from './request-members.ts';
import { ServiceError, UnmodelledError } from './service-error.ts';

export type DynamoDbEngine = ServiceEngine & {
  readonly streams: ServiceEngine;
  /** Takes away what has expired by the time-to-live settings, and says how many items that were. The service does it within days. */
  expire(): number;
  /** Closes every open shard of the table's stream, or of all streams; each has two children afterwards. */
  splitShards(table?: string): void;
};

export function createDynamoDbEngine(options: DynamoDbOptions): DynamoDbEngine {
  const state = createEngineState(options);
  return {
    perform: (operation, input) => perform(state, tableOperations, [operation, input]),
    streams: { perform: (operation, input) => perform(state, streamOperations, [operation, input]) },
    expire: () => expireItems(state),
    splitShards: (name) => {
      for (const table of state.tables.values()) if (name === undefined || table.name === name) table.stream?.split();
    },
  };
}

type Call = readonly [operation: string, input: JsonObject];

/** Everything but the time of a transaction happens before this returns. */
async function perform(state: EngineState, operations: Operations, [name, input]: Call): Promise<ServiceAnswer> {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) throw new UnmodelledError(`the operation ${name}`);
  checkMembers(name, input, operation.members);
  try {
    return { status: 200, body: await operation.run(state, input) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { status: 400, body: { __type: error.code, message: error.message, ...error.members } };
  }
}
