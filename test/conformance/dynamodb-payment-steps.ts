/** Requests on the table of the cases that has indexes, with texts for all attributes. */
import type { JsonObject } from '../../local/engines/service-engine.ts';
import type { Step } from './dynamodb-case.ts';

export type Texts = { readonly [attribute: string]: string | undefined };

export const wire = (texts: Texts): JsonObject =>
  Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [[name, { S: text }]])));
export const due = (dueAt: string, dueShard = '$s'): Texts => ({ dueShard, dueAt });
export const pay = (pk: string, texts: Texts = {}, more: JsonObject = {}): Step => [
  'PutItem',
  { TableName: 'Payments', Item: wire({ pk: `$${pk}`, ...texts }), ...more },
];
export const change = (pk: string, expression: string, texts?: Texts, more: JsonObject = {}): Step => [
  'UpdateItem',
  {
    TableName: 'Payments',
    Key: wire({ pk: `$${pk}` }),
    UpdateExpression: expression,
    ...(texts === undefined ? {} : { ExpressionAttributeValues: wire(texts) }),
    ...more,
  },
];
export const write = (...actions: readonly JsonObject[]): Step => ['TransactWriteItems', { TransactItems: actions }];
export const action = (kind: string, [, input]: Step): JsonObject => ({ [kind]: input });
export const look = (more: JsonObject = {}, condition = '', texts: Texts = {}): Step => [
  'Query',
  {
    TableName: 'Payments',
    IndexName: 'due',
    KeyConditionExpression: `dueShard = :shard${condition}`,
    ExpressionAttributeValues: wire({ ':shard': '$s', ...texts }),
    ...more,
  },
];
export const entry = (pk: string, dueAt: string): Texts => ({ pk: `$${pk}`, ...due(dueAt) });
