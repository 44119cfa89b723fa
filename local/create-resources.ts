/** Creates the template's tables and queues in the engines, past the fronts: a deployment's calls are not the functions'. */
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from './function-client.ts';
import type { QueuePlan } from './queue-plan.ts';
import type { TablePlan } from './table-plan.ts';

const CALLER = 'deployment';

export async function createTables(engineUrl: string, tables: readonly TablePlan[]): Promise<void> {
  const client = new DynamoDBClient(clientSettings(engineUrl, CALLER));
  // One after the other: DynamoDB Local locks its catalogue for each.
  for (const { name, request, expiryAttribute } of tables) {
    await client.send(new CreateTableCommand(request));
    if (expiryAttribute === undefined) continue;
    const TimeToLiveSpecification = { AttributeName: expiryAttribute, Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  }
  client.destroy();
}

/** For an engine that several stacks share: what this one created goes. */
export async function deleteTables(engineUrl: string, tables: readonly TablePlan[]): Promise<void> {
  const client = new DynamoDBClient(clientSettings(engineUrl, CALLER));
  for (const { name } of tables) await client.send(new DeleteTableCommand({ TableName: name })).catch(() => undefined);
  client.destroy();
}

export async function createQueues(engineUrl: string, queues: readonly QueuePlan[]): Promise<void> {
  const client = new SQSClient(clientSettings(engineUrl, CALLER));
  for (const { name, attributes } of queues) await client.send(new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes } }));
  client.destroy();
}
