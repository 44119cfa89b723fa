/** The embedded SQS, asked over HTTP by the SDK's own client. */
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  ListQueueTagsCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { startEmbeddedServer } from '../../local/engines/embedded-server.ts';
import type { ServiceEngine } from '../../local/engines/service-engine.ts';
import { createSqsEngine, type SqsEngine } from '../../local/engines/sqs/sqs-engine.ts';
import { clientSettings } from '../../local/function-client.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';

let engine: SqsEngine;
let server: LoopbackServer;
let client: SQSClient;
let QueueUrl = '';
/** What the engine was asked, in order. */
let asked: string[] = [];

beforeEach(async () => {
  asked = [];
  const ports = { clock: systemClock, random: systemRandom };
  engine = createSqsEngine(ports);
  const observed: ServiceEngine = {
    perform: async (operation, input) => {
      asked.push(operation);
      if (operation === 'GetQueueUrl') throw new Error('a fault of the engine');
      return await engine.perform(operation, input);
    },
  };
  server = await startEmbeddedServer({ sqs: observed, ...ports });
  client = new SQSClient(clientSettings(server.url, 'Relay'));
  QueueUrl = (await client.send(new CreateQueueCommand({ QueueName: 'work' }))).QueueUrl as string;
});
afterEach(async () => {
  client.destroy();
  await server.stop();
});

const send = (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
const receive = async (more: object = {}, options: { abortSignal?: AbortSignal } = {}): Promise<readonly Message[]> =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl, ...more }), options)).Messages ?? [];
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const raw = (target: string | undefined, body: string) =>
  fetch(server.url, { method: 'POST', body, headers: target === undefined ? {} : { 'x-amz-target': target } });

describe('the embedded SQS behind HTTP', () => {
  it('takes messages with attributes and gives them back, and the client finds the digests right', async () => {
    const MessageAttributes = {
      currency: { DataType: 'String', StringValue: 'EUR' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
    };
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'paid 😀', MessageAttributes }));
    const [message] = await receive({ MessageAttributeNames: ['All'] });
    expect(message).toMatchObject({ Body: 'paid 😀', MessageAttributes: { currency: { StringValue: 'EUR' } } });
    expect(Buffer.from(message?.MessageAttributes?.['raw']?.BinaryValue ?? [])).toEqual(Buffer.from([0, 255]));
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    expect(await receive()).toEqual([]);
  });

  it('names each failed entry of a batch', async () => {
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'odd', MessageBody: '\u0001' },
    ];
    const { Successful, Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(Failed).toMatchObject([{ Id: 'odd', Code: 'InvalidMessageContents', SenderFault: true }]);
  });

  it('answers errors that the client knows by their present and by their older names', async () => {
    const nowhere = new SendMessageCommand({ QueueUrl: `${server.url}/000000000000/nowhere`, MessageBody: 'a' });
    expect(await refusal(client.send(nowhere))).toMatchObject({
      name: 'QueueDoesNotExist',
      Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue' },
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(
      await refusal(client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: 'x', VisibilityTimeout: 1 }))),
    ).toMatchObject({
      name: 'ReceiptHandleIsInvalid',
    });
    expect(await refusal(receive({ MaxNumberOfMessages: 11 }))).toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('says so where an operation is not modelled', async () => {
    expect(await refusal(client.send(new ListQueueTagsCommand({ QueueUrl })))).toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('does not model the operation ListQueueTags'),
      $metadata: { httpStatusCode: 501 },
    });
  });

  it('answers a fault of the engine as one', async () => {
    expect((await raw('AmazonSQS.GetQueueUrl', '{}')).status).toBe(500);
  });

  it.each<[string, string | undefined, string, string]>([
    ['a request of a service that is not here', 'Kinesis_20131202.PutRecord', '{}', 'UnknownOperationException'],
    ['a request without a target', undefined, '{}', 'UnknownOperationException'],
    ['a body that is no JSON', 'AmazonSQS.ListQueues', '{', 'SerializationException'],
    ['a body that is no object', 'AmazonSQS.ListQueues', '[]', 'SerializationException'],
  ])('refuses %s', async (_what, target, body, name) => {
    const answer = await raw(target, body);
    expect([answer.status, await answer.json()]).toEqual([400, { __type: name, message: expect.any(String) }]);
  });
});

describe('a receive that waits', () => {
  it('is answered when a message comes', async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    await systemClock.sleep(60);
    await send('late');
    expect(await waiting).toMatchObject([{ Body: 'late' }]);
  });

  it('waits as long as the queue says where the request does not, and then is answered with nothing', async () => {
    await engine.perform('SetQueueAttributes', { QueueUrl, Attributes: { ReceiveMessageWaitTimeSeconds: '1' } });
    const startedAtMillis = systemClock.nowMillis();
    expect(await receive()).toEqual([]);
    expect(systemClock.nowMillis() - startedAtMillis).toBeGreaterThanOrEqual(1_000);
    expect(await receive({ WaitTimeSeconds: 0 })).toEqual([]);
    expect(systemClock.nowMillis() - startedAtMillis).toBeLessThan(1_900);
  });

  it('takes no message for a caller who went away', async () => {
    const gone = new AbortController();
    const waiting = refusal(receive({ WaitTimeSeconds: 20 }, { abortSignal: gone.signal }));
    await systemClock.sleep(60);
    gone.abort();
    await waiting;
    await systemClock.sleep(100);
    await send('for the next one');
    await systemClock.sleep(60);
    expect(await receive()).toMatchObject([{ Body: 'for the next one' }]);
    const asks = asked.length;
    await systemClock.sleep(100);
    expect(asked).toHaveLength(asks);
  });
});
