/** Queues on SQS's own wire format: every part of an answer comes through as data. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { clientBounds } from '../../lambdas/aws/client-bounds.ts';
import { createSqsQueues } from '../../lambdas/aws/sqs-queues.ts';
import type { Queues } from '../../lambdas/core/ports.ts';
import { errorReply, type LoopbackService, type Reply, startLoopbackService } from './loopback-service.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/ledger';

let service: LoopbackService | undefined;

async function queuesAnswering(reply: Reply): Promise<Queues> {
  service = await startLoopbackService(() => reply);
  return createSqsQueues(new SQSClient({ ...clientBounds, ...service.access, md5: false }));
}

afterEach(async () => {
  await service?.close();
});

const entries = [
  { id: '0', body: 'zero' },
  { id: '1', body: 'one' },
  { id: '2', body: 'two' },
];

describe('sendBatch', () => {
  it('sends one batch, and reads who was sent and who failed for whose fault', async () => {
    const body = {
      Successful: [{ Id: '0', MessageId: 'a', MD5OfMessageBody: 'd02c4c4cde7ae76252540d116a40f23a' }],
      Failed: [
        { Id: '1', Code: 'InternalError', SenderFault: false },
        { Id: '2', Code: 'InvalidMessageContents', SenderFault: true },
      ],
    };
    const queues = await queuesAnswering({ status: 200, body });
    expect(await queues.sendBatch(QUEUE, entries)).toEqual({
      kind: 'answered',
      sent: ['0'],
      failed: [
        { id: '1', code: 'InternalError', senderFault: false },
        { id: '2', code: 'InvalidMessageContents', senderFault: true },
      ],
    });
    expect(service?.requests).toMatchObject([{ operation: 'SendMessageBatch' }]);
    expect(JSON.parse(service?.requests[0]?.text ?? '')).toEqual({
      QueueUrl: QUEUE,
      Entries: entries.map(({ id, body: MessageBody }) => ({ Id: id, MessageBody })),
    });
  });

  it('reads an answer that names nobody as nobody sent', async () => {
    const queues = await queuesAnswering({ status: 200, body: {} });
    expect(await queues.sendBatch(QUEUE, entries)).toEqual({ kind: 'answered', sent: [], failed: [] });
  });

  it.each(['QueueDoesNotExist', 'RequestThrottled', 'AccessDeniedException', 'BatchRequestTooLong'])(
    'gives %s as data, after one request',
    async (name) => {
      const queues = await queuesAnswering(errorReply(name));
      expect(await queues.sendBatch(QUEUE, entries)).toMatchObject({ kind: 'failed', code: name });
      expect(service?.requests).toHaveLength(1);
    },
  );

  it('gives a connection that is cut as data, after one request', async () => {
    const queues = await queuesAnswering('hang-up');
    expect(await queues.sendBatch(QUEUE, entries)).toMatchObject({ kind: 'failed' });
    expect(service?.requests).toHaveLength(1);
  });
});

describe('hide', () => {
  it('changes how long one message is not seen', async () => {
    const queues = await queuesAnswering({ status: 200, body: {} });
    await queues.hide(QUEUE, 'receipt', 40);
    expect(service?.requests).toMatchObject([{ operation: 'ChangeMessageVisibility' }]);
    expect(JSON.parse(service?.requests[0]?.text ?? '')).toEqual({ QueueUrl: QUEUE, ReceiptHandle: 'receipt', VisibilityTimeout: 40 });
  });

  it('throws what SQS throws', async () => {
    const queues = await queuesAnswering(errorReply('ReceiptHandleIsInvalid'));
    await expect(queues.hide(QUEUE, 'receipt', 40)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  });
});
