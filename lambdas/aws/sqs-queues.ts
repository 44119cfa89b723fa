/** Queues on SQS: one SendMessageBatch a call, every part of its answer as data. */
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { errorCode } from '../core/errors.ts';
import type { Queues } from '../core/ports.ts';
import { callBound, clientBounds } from './client-bounds.ts';

/** The queues a function uses. */
export function openSqsQueues(): Queues {
  return createSqsQueues(new SQSClient(clientBounds));
}

export function createSqsQueues(client: SQSClient): Queues {
  return {
    sendBatch: async (queueUrl, entries) => {
      try {
        const answer = await client.send(
          new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries.map(({ id, body }) => ({ Id: id, MessageBody: body })) }),
          callBound(),
        );
        return {
          kind: 'answered',
          sent: (answer.Successful ?? []).map(({ Id }) => Id ?? ''),
          failed: (answer.Failed ?? []).map(({ Id, Code, SenderFault }) => ({
            id: Id ?? '',
            code: Code ?? 'UNKNOWN',
            senderFault: SenderFault ?? false,
          })),
        };
      } catch (error) {
        return { kind: 'failed', code: errorCode(error), cause: error };
      }
    },
    hide: async (queueUrl, receiptHandle, seconds) => {
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds }),
        callBound(),
      );
    },
  };
}
