/** Which operations there are, and which members of each are modelled. */
import type { JsonObject } from '../service-engine.ts';
import type { EngineState } from './engine-state.ts';
import { query, scan } from './query-and-scan.ts';
import { batchGetItem, getItem, transactGetItems } from './reads.ts';
import { deleteItem, putItem, updateItem } from './single-writes.ts';
import { describeStream, getRecords, getShardIterator, listStreams } from './stream-requests.ts';
import { createTable, deleteTable, describeTable, describeTimeToLive, listTables, updateTimeToLive } from './table-requests.ts';
import { transactWriteItems } from './transact-write.ts';

export type Operation = {
  readonly members: ReadonlySet<string>;
  readonly run: (state: EngineState, input: JsonObject) => JsonObject | Promise<JsonObject>;
};

export type Operations = { readonly [operation: string]: Operation };

const PLACEHOLDERS = 'ExpressionAttributeNames ExpressionAttributeValues';
const WRITE = `TableName ConditionExpression ${PLACEHOLDERS} ReturnValues ReturnConsumedCapacity ReturnValuesOnConditionCheckFailure`;
const READ = 'TableName ConsistentRead ProjectionExpression ExpressionAttributeNames ReturnConsumedCapacity';
const PAGE = `${READ} ExpressionAttributeValues FilterExpression Limit ExclusiveStartKey Select`;
/** What CreateTable says of throughput, encryption and tags changes nothing here. */
const WITHOUT_EFFECT = 'ProvisionedThroughput OnDemandThroughput WarmThroughput SSESpecification TableClass Tags ResourcePolicy';

export const tableOperations: Operations = {
  CreateTable: operation(
    createTable,
    `TableName KeySchema AttributeDefinitions BillingMode GlobalSecondaryIndexes StreamSpecification DeletionProtectionEnabled ${WITHOUT_EFFECT}`,
  ),
  DescribeTable: operation(describeTable, 'TableName'),
  DeleteTable: operation(deleteTable, 'TableName'),
  ListTables: operation(listTables, 'ExclusiveStartTableName Limit'),
  UpdateTimeToLive: operation(updateTimeToLive, 'TableName TimeToLiveSpecification'),
  DescribeTimeToLive: operation(describeTimeToLive, 'TableName'),
  GetItem: operation(getItem, `${READ} Key`),
  PutItem: operation(putItem, `${WRITE} Item`),
  UpdateItem: operation(updateItem, `${WRITE} Key UpdateExpression`),
  DeleteItem: operation(deleteItem, `${WRITE} Key`),
  Query: operation(query, `${PAGE} IndexName KeyConditionExpression ScanIndexForward`),
  Scan: operation(scan, `${PAGE} Segment TotalSegments`),
  BatchGetItem: operation(batchGetItem, 'RequestItems ReturnConsumedCapacity'),
  TransactWriteItems: operation(transactWriteItems, 'TransactItems ClientRequestToken ReturnConsumedCapacity'),
  TransactGetItems: operation(transactGetItems, 'TransactItems ReturnConsumedCapacity'),
};

export const streamOperations: Operations = {
  ListStreams: operation(listStreams, 'TableName Limit ExclusiveStartStreamArn'),
  DescribeStream: operation(describeStream, 'StreamArn Limit ExclusiveStartShardId'),
  GetShardIterator: operation(getShardIterator, 'StreamArn ShardId ShardIteratorType SequenceNumber'),
  GetRecords: operation(getRecords, 'ShardIterator Limit'),
};

function operation(run: Operation['run'], members: string): Operation {
  return { run, members: new Set(members.split(' ')) };
}
