/** What SQS refuses, each with the name it has in the API reference, and what this engine refuses to guess. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../local/engines/service-engine.ts';
import { DEAD_LETTER_ARN, openQueue, QUEUE_URL, type QueueBench } from './queue-bench.ts';

const MEBIBYTE = 1_048_576;
let queue: QueueBench;
beforeEach(async () => {
  queue = await openQueue();
});

const entry = (Id: unknown, more: JsonObject = {}) => ({ Id, MessageBody: 'a', ...more });
const policy = (value: object) => ({ Attributes: { RedrivePolicy: JSON.stringify(value) } });

describe('SQS refuses', () => {
  it.each<[string, string, string, JsonObject]>([
    ['a queue that there is not', 'QueueDoesNotExist', 'SendMessage', { QueueUrl: '/nowhere', MessageBody: 'a' }],
    ['a request that names no queue', 'MissingParameter', 'SendMessage', { QueueUrl: undefined, MessageBody: 'a' }],
    ['an empty message', 'MissingParameter', 'SendMessage', { MessageBody: '' }],
    ['a message without a body', 'MissingParameter', 'SendMessage', {}],
    ['a character that XML has not', 'InvalidMessageContents', 'SendMessage', { MessageBody: 'a\u0000' }],
    ['half a surrogate pair', 'InvalidMessageContents', 'SendMessage', { MessageBody: 'a\uD800b' }],
    ['#xFFFE', 'InvalidMessageContents', 'SendMessage', { MessageBody: '\uFFFE' }],
    ['a message above 1 MiB', 'InvalidParameterValue', 'SendMessage', { MessageBody: 'a'.repeat(MEBIBYTE + 1) }],
    [
      'a message above 1 MiB in bytes, not in characters',
      'InvalidParameterValue',
      'SendMessage',
      { MessageBody: 'ä'.repeat(MEBIBYTE / 2 + 1) },
    ],
    ['a delay above 15 minutes', 'InvalidParameterValue', 'SendMessage', { MessageBody: 'a', DelaySeconds: 901 }],
    ['a batch of none', 'EmptyBatchRequest', 'SendMessageBatch', { Entries: [] }],
    [
      'a batch of eleven',
      'TooManyEntriesInBatchRequest',
      'SendMessageBatch',
      { Entries: Array.from({ length: 11 }, (_, index) => entry(`e${index}`)) },
    ],
    ['two entries of one id', 'BatchEntryIdsNotDistinct', 'SendMessageBatch', { Entries: [entry('a'), entry('a')] }],
    ['an entry id with a space', 'InvalidBatchEntryId', 'SendMessageBatch', { Entries: [entry('a b')] }],
    ['an entry id of 81 characters', 'InvalidBatchEntryId', 'SendMessageBatch', { Entries: [entry('a'.repeat(81))] }],
    ['an entry without an id', 'InvalidBatchEntryId', 'SendMessageBatch', { Entries: [entry(undefined)] }],
    [
      'a batch above 1 MiB',
      'BatchRequestTooLong',
      'SendMessageBatch',
      { Entries: ['a', 'b'].map((id) => entry(id, { MessageBody: 'a'.repeat(MEBIBYTE / 2 + 1) })) },
    ],
    ['a receive of none', 'InvalidParameterValue', 'ReceiveMessage', { MaxNumberOfMessages: 0 }],
    ['a receive of eleven', 'InvalidParameterValue', 'ReceiveMessage', { MaxNumberOfMessages: 11 }],
    ['a wait above 20 seconds', 'InvalidParameterValue', 'ReceiveMessage', { WaitTimeSeconds: 21 }],
    ['a visibility timeout above twelve hours', 'InvalidParameterValue', 'ReceiveMessage', { VisibilityTimeout: 43_201 }],
    ['a handle it never gave out', 'ReceiptHandleIsInvalid', 'DeleteMessage', { ReceiptHandle: 'nonsense' }],
    ['a queue name with a dot', 'InvalidParameterValue', 'CreateQueue', { QueueUrl: undefined, QueueName: 'a.b' }],
    [
      'a queue that is there with another attribute',
      'QueueNameExists',
      'CreateQueue',
      { QueueUrl: undefined, QueueName: 'work', Attributes: { DelaySeconds: '1' } },
    ],
    ['an attribute that there is not', 'InvalidAttributeName', 'SetQueueAttributes', { Attributes: { Colour: 'red' } }],
    ['an attribute out of its range', 'InvalidAttributeValue', 'SetQueueAttributes', { Attributes: { MessageRetentionPeriod: '59' } }],
    [
      'a dead-letter queue that there is not',
      'InvalidParameterValue',
      'SetQueueAttributes',
      policy({ deadLetterTargetArn: `${DEAD_LETTER_ARN}er`, maxReceiveCount: 3 }),
    ],
    [
      'a redrive policy of no receives',
      'InvalidParameterValue',
      'SetQueueAttributes',
      policy({ deadLetterTargetArn: DEAD_LETTER_ARN, maxReceiveCount: 0 }),
    ],
    ['to tell an attribute that there is not', 'InvalidAttributeName', 'GetQueueAttributes', { AttributeNames: ['Colour'] }],
    [
      'to move messages out of a queue that is nobody’s dead-letter queue',
      'InvalidParameterValue',
      'StartMessageMoveTask',
      { QueueUrl: undefined, SourceArn: DEAD_LETTER_ARN.replace('dead', 'work') },
    ],
    [
      'to move messages to a queue that there is not',
      'ResourceNotFoundException',
      'StartMessageMoveTask',
      { QueueUrl: undefined, SourceArn: DEAD_LETTER_ARN, DestinationArn: 'arn:aws:sqs:us-east-1:000000000000:nowhere' },
    ],
  ])('%s: %s', async (_what, name, operation, input) => {
    expect(await queue.error(operation, input)).toBe(name);
  });

  it('one entry and takes the others', async () => {
    await queue.ask('SetQueueAttributes', { Attributes: { MaximumMessageSize: '1024' } });
    const Entries = [entry('good'), entry('big', { MessageBody: 'a'.repeat(1_025) }), entry('odd', { MessageBody: '\u0001' })];
    expect((await queue.ask('SendMessageBatch', { Entries })).body).toMatchObject({
      Successful: [{ Id: 'good', MD5OfMessageBody: '0cc175b9c0f1b6a831c399e269772661' }],
      Failed: [
        { Id: 'big', Code: 'InvalidParameterValue', SenderFault: true },
        { Id: 'odd', Code: 'InvalidMessageContents', SenderFault: true },
      ],
    });
  });

  it('no message of exactly 1 MiB, and none with a character outside the first plane', async () => {
    expect(await queue.error('SendMessage', { MessageBody: 'a'.repeat(MEBIBYTE) })).toBeUndefined();
    expect(await queue.error('SendMessage', { MessageBody: 'paid 😀\t\r\n' })).toBeUndefined();
  });

  it('a second purge within a minute, and a queue under the name of one deleted within a minute', async () => {
    await queue.ask('PurgeQueue');
    expect(await queue.error('PurgeQueue')).toBe('PurgeQueueInProgress');
    await queue.ask('DeleteQueue');
    const again = () => queue.error('CreateQueue', { QueueUrl: undefined, QueueName: 'work' });
    queue.pass(59.999);
    expect(await again()).toBe('QueueDeletedRecently');
    queue.pass(0.001);
    expect(await again()).toBeUndefined();
  });

  it('a receive while 120,000 messages are in flight', async () => {
    const Entries = Array.from({ length: 10 }, (_, index) => entry(`e${index}`));
    for (let batch = 0; batch < 12_001; batch += 1) {
      await queue.ask('SendMessageBatch', { Entries });
      if (batch < 12_000) await queue.ask('ReceiveMessage', { MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 });
    }
    expect(await queue.counts()).toEqual([10, 120_000, 0]);
    expect(await queue.error('ReceiveMessage')).toBe('OverLimit');
  });
});

describe('the engine refuses by name what it does not model', () => {
  it.each<[string, string, JsonObject]>([
    ['the operation AddPermission', 'AddPermission', {}],
    ['FIFO queues', 'CreateQueue', { QueueName: 'a.fifo' }],
    ['the queue attribute FifoQueue', 'CreateQueue', { QueueName: 'a', Attributes: { FifoQueue: 'true' } }],
    ['the queue attribute KmsMasterKeyId', 'CreateQueue', { QueueName: 'a', Attributes: { KmsMasterKeyId: 'k' } }],
    ['MessageGroupId of SendMessage', 'SendMessage', { QueueUrl: QUEUE_URL, MessageBody: 'a', MessageGroupId: 'g' }],
    [
      'MessageSystemAttributes of an entry of SendMessageBatch',
      'SendMessageBatch',
      { QueueUrl: QUEUE_URL, Entries: [entry('a', { MessageSystemAttributes: {} })] },
    ],
    ['ReceiveRequestAttemptId of ReceiveMessage', 'ReceiveMessage', { QueueUrl: QUEUE_URL, ReceiveRequestAttemptId: 'r' }],
  ])('%s', async (what, operation, input) => {
    await expect(queue.engine.perform(operation, input)).rejects.toThrow(`The embedded SQS does not model ${what}.`);
  });
});
