/** Tables for an operator's verb that writes, or that reads one partition: the same store and partitions as a function's. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Partitions, Store } from '../core/ports.ts';
import { createDynamoPartitions } from './dynamo-partitions.ts';
import { createDynamoStore } from './dynamo-store.ts';
import { type OperatorAccess, operatorOptions } from './operator-access.ts';

export type OperatorStore = Store & Partitions;

export function openOperatorStore(access: OperatorAccess): OperatorStore {
  const client = new DynamoDBClient(operatorOptions(access));
  return { ...createDynamoStore(client), ...createDynamoPartitions(client) };
}
