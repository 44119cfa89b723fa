/** Indexes for an operator's verb: the same as a function's. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Indexes } from '../core/ports.ts';
import { createDynamoIndexes } from './dynamo-indexes.ts';
import { type OperatorAccess, operatorOptions } from './operator-access.ts';

export function openOperatorIndexes(access: OperatorAccess): Indexes {
  return createDynamoIndexes(new DynamoDBClient(operatorOptions(access)));
}
