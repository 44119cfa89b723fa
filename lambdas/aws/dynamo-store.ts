/** The store on DynamoDB: one TransactWriteItems or one consistent GetItem a call, answers of the service as data. */
import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { errorCode } from '../core/errors.ts';
import type { Action, CancellationReason, Expression, Item, Key, Store, TransactionAnswer } from '../core/ports.ts';
import { callBound, clientBounds } from './client-bounds.ts';
import { exactNumber } from './exact-number.ts';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** The store a function uses. */
export function openDynamoStore(): Store {
  return createDynamoStore(new DynamoDBClient(clientBounds));
}

export function createDynamoStore(client: DynamoDBClient): Store {
  const documents = DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
    unmarshallOptions: { wrapNumbers: exactNumber },
  });
  return {
    transact: async ({ actions, token }): Promise<TransactionAnswer> => {
      try {
        await documents.send(
          new TransactWriteCommand({ ClientRequestToken: token, TransactItems: actions.map(transactItem) }),
          callBound(),
        );
        return { kind: 'committed' };
      } catch (error) {
        return failedAnswer(error);
      }
    },
    get: async (table: string, key: Key): Promise<Item | undefined> => {
      const { Item: item } = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }), callBound());
      return item as Item | undefined;
    },
  };
}

function failedAnswer(error: unknown): TransactionAnswer {
  if (!(error instanceof TransactionCanceledException))
    return { kind: 'failed', code: neverLeft(error) ? 'NOT_SENDABLE' : errorCode(error), cause: error };
  const reasons = (error.CancellationReasons ?? []).map(({ Code, Item: item }): CancellationReason => {
    const code = Code ?? 'None';
    return item === undefined ? { code } : { code, item: unmarshall(item, { wrapNumbers: exactNumber }) as Item };
  });
  return { kind: 'cancelled', reasons };
}

/** The SDK puts `$metadata` on each error of a request that was on its way; a bare `Error` without it is a value that DynamoDB has no form for. */
function neverLeft(error: unknown): boolean {
  return error instanceof Error && error.name === 'Error' && !('code' in error) && !('$metadata' in error);
}

function transactItem(action: Action): TransactItem {
  const condition = action.condition === undefined ? {} : { ConditionExpression: action.condition.expression };
  switch (action.kind) {
    case 'put':
      return {
        Put: {
          TableName: action.table,
          Item: action.item,
          ...condition,
          ...placeholders(action.condition),
          ...(action.condition === undefined ? {} : { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        },
      };
    case 'update':
      return {
        Update: {
          TableName: action.table,
          Key: action.key,
          UpdateExpression: action.update.expression,
          ...condition,
          ...placeholders(action.update, action.condition),
        },
      };
    case 'delete':
      return { Delete: { TableName: action.table, Key: action.key, ...condition, ...placeholders(action.condition) } };
    case 'check':
      return {
        ConditionCheck: {
          TableName: action.table,
          Key: action.key,
          ConditionExpression: action.condition.expression,
          ...placeholders(action.condition),
        },
      };
  }
}

/** DynamoDB has one map of names and one of values for an action; it refuses empty ones. */
function placeholders(...expressions: readonly (Expression | undefined)[]): {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
} {
  const names = Object.assign({}, ...expressions.map((expression) => expression?.names));
  const values = Object.assign({}, ...expressions.map((expression) => expression?.values));
  return {
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
}
