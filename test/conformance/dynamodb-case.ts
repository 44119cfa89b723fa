/** Recorded cases: what DynamoDB answers to one request after a few others, by AWS's documents. */
import type { JsonObject } from '../../local/engines/service-engine.ts';

export type Step = readonly [operation: string, input: JsonObject];

/** An error by its name, or the body of an answer. Of a cancelled transaction the reasons, of a failed condition the item. */
export type Outcome =
  | { readonly error: string; readonly reasons?: readonly (string | JsonObject)[]; readonly item?: JsonObject }
  | { readonly body: JsonObject };

/**
 * In requests and outcomes `Pairs`, `Plain`, `Numbers`, `Binaries` and `Payments` are tables, and a text that begins with `$` is a key of this
 * case alone. Tables have the keys (pk S, sk S), (pk S), (pk S, sk N), (pk S, sk B) and (pk S). `Pairs` has the sparse index `by-due` (group S,
 * due N); `Payments` has `due` (dueShard S, dueAt S) and `made` (madeIn S, madeAt S), both of keys, and `whole` (group S) of all attributes.
 */
export type Case = {
  readonly title: string;
  readonly given?: readonly Step[];
  readonly when: Step;
  readonly answer: Outcome;
  /** The text of the error, where both engines use AWS's. */
  readonly message?: string;
};

export const KEY = { pk: { S: '$a' }, sk: { S: '1' } };

export function put(attributes: JsonObject, more: JsonObject = {}): Step {
  return ['PutItem', { TableName: 'Pairs', Item: { ...KEY, ...attributes }, ...more }];
}

export function update(expression: string, values?: JsonObject, more: JsonObject = {}): Step {
  const placeholders = values === undefined ? {} : { ExpressionAttributeValues: values };
  return ['UpdateItem', { TableName: 'Pairs', Key: KEY, UpdateExpression: expression, ...placeholders, ...more }];
}

export function read(more: JsonObject = {}): Step {
  return ['GetItem', { TableName: 'Pairs', Key: KEY, ConsistentRead: true, ...more }];
}

export const done: Outcome = { body: {} };
export const invalid: Outcome = { error: 'ValidationException' };
export const unmet: Outcome = { error: 'ConditionalCheckFailedException' };
