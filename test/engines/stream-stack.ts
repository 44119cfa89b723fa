/** A stack of one table, one function on its stream, and a queue for what is given up: one at a time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../../local/function-client.ts';
import { type LocalStack, startLocal } from '../../local/start-local.ts';
import { functionResource, writeSmallStack } from '../local/small-stack.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { engineOptions } from './harness.ts';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
/** Logs the keys of each batch, then answers as the code says. */
export const logging = (answer: string) => `const tries = {};
exports.handler = async (event) => {
  const keys = event.Records.map((r) => r.dynamodb.Keys.pk.S);
  console.log(JSON.stringify(keys));
  ${answer}
};`;

let stack: LocalStack | undefined;
let logs = '';
let started = 0;

/** What `stop` ends. */
export async function start(
  code: string,
  mapping: object = {},
  intercept?: Parameters<typeof startLocal>[0]['intercept'],
): Promise<LocalStack> {
  const outdir = writeSmallStack({
    code: { relay: code },
    resources: {
      Outbox: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        },
      },
      Failures: { Type: 'AWS::SQS::Queue' },
      Relay: functionResource('relay', { Timeout: 2 }),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Outbox', 'StreamArn'] },
          FunctionName: { Ref: 'Relay' },
          StartingPosition: 'TRIM_HORIZON',
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          DestinationConfig: { OnFailure: { Destination: arnOf('Failures') } },
          ...mapping,
        },
      },
    },
    outputs: { Outbox: { Value: { Ref: 'Outbox' } }, Failures: { Value: { Ref: 'Failures' } } },
  });
  logs = temporaryFolder('logs');
  started += 1;
  stack = await startLocal({
    port: 0,
    outdir,
    ...engineOptions(),
    prefix: `s${process.pid}x${started}-`,
    logDirectory: logs,
    env: {},
    ...(intercept === undefined ? {} : { intercept }),
  });
  return stack;
}

export async function put(pk: string, item: Record<string, { S: string } | { B: Uint8Array } | { N: string }> = {}): Promise<void> {
  const client = new DynamoDBClient(clientSettings(stack?.endpoints.dynamodb ?? '', 'operator'));
  await client.send(new PutItemCommand({ TableName: stack?.outputs['Outbox'], Item: { pk: { S: pk }, ...item } }));
  client.destroy();
}

export const batches = (): string[][] =>
  readFileSync(join(logs, 'Relay.log'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('['))
    .map((line) => JSON.parse(line));
export const count = (key: string) =>
  batches()
    .flat()
    .filter((each) => each === key).length;

export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 400) throw new Error(`It did not come to that within twenty seconds; the batches were ${JSON.stringify(batches())}.`);
    await wait(50);
  }
}

export async function nextFailure(): Promise<{ body: string }> {
  const client = new SQSClient(clientSettings(stack?.endpoints.sqs ?? '', 'operator'));
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: stack?.outputs['Failures'], WaitTimeSeconds: 20 }));
  client.destroy();
  return { body: Messages?.[0]?.Body ?? '' };
}

export async function stop(): Promise<void> {
  await stack?.stop();
  stack = undefined;
}
