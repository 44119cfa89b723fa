/** What an operator does to the queues: a shorter visibility, copies of messages, and dead letters sent back. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { LocalStack } from '../../local/start-local.ts';
import type { Connection } from '../../ops/connection.ts';
import type { HiddenMessage, SentBatch } from './wire-faults.ts';

export type Operator = {
  shortenVisibility(seconds: number): Promise<void>;
  /** Each message of the batch, once more or for the first time. */
  send(batch: SentBatch): Promise<number>;
  hide(message: HiddenMessage): Promise<void>;
  /** Resolves with how many dead letters went back to their queue. */
  redrive(): Promise<number>;
  close(): void;
};

export function openOperator(stack: LocalStack, connection: Connection): Operator {
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };
  const sqs = new SQSClient({ region: connection.region, endpoint: stack.endpoints.sqs, credentials });
  return {
    shortenVisibility: async (seconds) => {
      for (const { queueUrl: QueueUrl } of connection.consumers)
        await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: String(seconds) } }));
    },
    send: async ({ queueUrl: QueueUrl, bodies }) => {
      for (const MessageBody of bodies) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      return bodies.length;
    },
    hide: async ({ queueUrl: QueueUrl, receiptHandle: ReceiptHandle, seconds: VisibilityTimeout }) => {
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    },
    redrive: async () => {
      let moved = 0;
      for (const { queueUrl, deadLetterUrl } of connection.consumers) moved += await redriveOne(sqs, deadLetterUrl, queueUrl);
      return moved;
    },
    close: () => sqs.destroy(),
  };
}

async function redriveOne(sqs: SQSClient, from: string, to: string): Promise<number> {
  let moved = 0;
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: from, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return moved;
    for (const { Body, ReceiptHandle } of Messages) {
      // Sent before it is deleted: twice is harmless, never is not.
      await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: Body }));
      await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
      moved += 1;
    }
  }
}
