/** The front before the services: what it notes of each call, and how it cuts and holds the wire. SQS and Secrets Manager are real engines here. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AwsCall, awsCall } from '../../local/aws-call.ts';
import { type Interception, startAwsFront } from '../../local/aws-front.ts';
import { startQueueEngine } from '../../local/engines/fauxqs.ts';
import { clientSettings } from '../../local/function-client.ts';
import { RecordedCalls } from '../../local/recorded-calls.ts';
import { Teardown } from '../../local/teardown.ts';

const headers = (target: string, caller = 'IngestA1') => ({
  'x-amz-target': target,
  authorization: `AWS4-HMAC-SHA256 Credential=${caller}/20260101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0`,
});
const partsOf = (service: AwsCall['service'], target: string, body: object) =>
  awsCall(service, headers(target), Buffer.from(JSON.stringify(body))).parts.map(({ action, resource }) => `${action} ${resource}`);

describe('what is noted of a call', () => {
  it('is who asks, by the access key', () => {
    expect(awsCall('sqs', headers('AmazonSQS.SendMessage', 'RelayB2'), Buffer.from('{}')).caller).toBe('RelayB2');
    expect(awsCall('sqs', {}, Buffer.from('not json'))).toMatchObject({ caller: 'nobody', operation: '' });
  });

  it('is each action of a transaction on its own', () => {
    const TransactItems = [
      { Put: { TableName: 'events', Item: { ConditionCheck: { M: { TableName: { S: 'a trap' } } } } } },
      { Update: { TableName: 'ledger' } },
      { ConditionCheck: { TableName: 'accounts' } },
      { Delete: { TableName: 'holds' } },
    ];
    expect(partsOf('dynamodb', 'DynamoDB_20120810.TransactWriteItems', { TransactItems })).toEqual([
      'PutItem events',
      'UpdateItem ledger',
      'ConditionCheckItem accounts',
      'DeleteItem holds',
    ]);
  });

  it.each<[AwsCall['service'], string, object, string[]]>([
    ['dynamodb', 'DynamoDB_20120810.GetItem', { TableName: 'ledger' }, ['GetItem ledger']],
    ['dynamodb', 'DynamoDB_20120810.Query', { TableName: 'payments', IndexName: 'due' }, ['Query payments/index/due']],
    ['dynamodb', 'DynamoDB_20120810.BatchGetItem', { RequestItems: { a: {}, b: {} } }, ['BatchGetItem a', 'BatchGetItem b']],
    ['dynamodb', 'DynamoDBStreams_20120810.ListStreams', { TableName: 'outbox' }, ['ListStreams outbox']],
    [
      'dynamodb',
      'DynamoDBStreams_20120810.GetRecords',
      { ShardIterator: '000|arn:aws:dynamodb:ddblocal:0:table/outbox/stream/2026|x' },
      ['GetRecords outbox/stream'],
    ],
    ['sqs', 'AmazonSQS.SendMessageBatch', { QueueUrl: 'http://127.0.0.1:1/000000000000/ledger' }, ['SendMessage ledger']],
    [
      'sqs',
      'AmazonSQS.ChangeMessageVisibility',
      { QueueUrl: 'http://127.0.0.1:1/000000000000/ledger' },
      ['ChangeMessageVisibility ledger'],
    ],
    [
      'secretsmanager',
      'secretsmanager.GetSecretValue',
      { SecretId: 'arn:aws:secretsmanager:us-east-1:0:secret:stripe-local1' },
      ['GetSecretValue stripe'],
    ],
    ['secretsmanager', 'secretsmanager.GetSecretValue', { SecretId: 'stripe' }, ['GetSecretValue stripe']],
  ])('for %s %s', (service, target, body, expected) => {
    expect(partsOf(service, target, body)).toEqual(expected);
  });

  it('is counted, so that a stack that serves for days keeps no list', () => {
    const calls = new RecordedCalls();
    for (let call = 0; call < 3; call += 1) calls.record('Ingest', 'sqs', { action: 'SendMessage', resource: 'a' });
    expect(calls.list()).toEqual([{ caller: 'Ingest', service: 'sqs', action: 'SendMessage', resource: 'a', times: 3 }]);
  });
});

describe('the wire', () => {
  const teardown = new Teardown();
  const calls = new RecordedCalls();
  let decide: (call: AwsCall) => Interception | Promise<Interception> = () => 'pass';
  let queues: SQSClient;
  let direct: SQSClient;
  let QueueUrl = '';

  beforeAll(async () => {
    const engine = teardown.add(await startQueueEngine());
    const front = teardown.add(await startAwsFront({ service: 'sqs', engineUrl: engine.url, calls, intercept: (call) => decide(call) }));
    queues = new SQSClient(clientSettings(front.url, 'IngestA1'));
    direct = new SQSClient(clientSettings(engine.url, 'test'));
    await direct.send(new CreateQueueCommand({ QueueName: 'messages' }));
    QueueUrl = `${front.url}/000000000000/messages`;
  });
  afterAll(() => teardown.stop());
  beforeEach(() => {
    decide = () => 'pass';
  });

  const send = (MessageBody: string) => queues.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const waiting = async () => {
    const { Attributes } = await direct.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }));
    return Number(Attributes?.['ApproximateNumberOfMessages']);
  };

  it('forwards a call and its answer as they are, and notes it', async () => {
    const Entries = ['a', 'ü'].map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    const { Successful } = await queues.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Successful).toHaveLength(2);
    const { Messages } = await queues.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['a', 'ü']);
    expect(calls.list()).toContainEqual({ caller: 'IngestA1', service: 'sqs', action: 'SendMessage', resource: 'messages', times: 1 });
  });

  it("passes an engine's error on as the service's own", async () => {
    const sending = queues.send(new SendMessageCommand({ QueueUrl: `${QueueUrl}-gone`, MessageBody: 'a' }));
    await expect(sending).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  it('cut before: the engine never saw the call', async () => {
    const before = await waiting();
    decide = () => 'cut-before';
    await expect(send('lost')).rejects.toThrow('socket hang up');
    expect(await waiting()).toBe(before);
  });

  it('cut after: the engine did it and the caller does not know', async () => {
    const before = await waiting();
    decide = () => 'cut-after';
    await expect(send('done')).rejects.toThrow('socket hang up');
    expect(await waiting()).toBe(before + 1);
  });

  it('held: nothing happens until the promise is settled', async () => {
    const before = await waiting();
    let release: (decision: Interception) => void = () => {};
    decide = () => new Promise((resolve) => (release = resolve));
    const sending = send('held');
    await wait(100);
    expect(await waiting()).toBe(before);
    release('pass');
    await sending;
    expect(await waiting()).toBe(before + 1);
  });

  it('after the answer: the engine has done it while the caller still waits', async () => {
    const before = await waiting();
    let seen = -1;
    decide = () => ({
      afterAnswer: async ({ status }) => {
        expect(status).toBe(200);
        seen = await waiting();
      },
    });
    await send('kept');
    expect(seen).toBe(before + 1);
  });

  it('answered by the test: the engine is not asked', async () => {
    const before = await waiting();
    decide = () => ({ answer: { status: 400, body: { __type: 'com.amazonaws.sqs#OverLimit', message: 'too many' } } });
    await expect(send('never')).rejects.toMatchObject({ name: 'OverLimit' });
    expect(await waiting()).toBe(before);
  });

  it('looks cut where the engine is gone', async () => {
    const front = teardown.add(await startAwsFront({ service: 'sqs', engineUrl: 'http://127.0.0.1:1', calls }));
    const client = new SQSClient(clientSettings(front.url, 'IngestA1'));
    await expect(client.send(new SendMessageCommand({ QueueUrl: `${front.url}/0/q`, MessageBody: 'a' }))).rejects.toThrow('socket hang up');
  });
});
