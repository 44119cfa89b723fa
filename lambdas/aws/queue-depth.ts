/** How many messages are in a queue, for an operator. SQS counts approximately: exact only when nothing has moved for a while. */
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type OperatorAccess, operatorOptions } from './operator-access.ts';

export type QueueDepths = {
  /** Visible, in flight and delayed messages together. Throws what the service throws. */
  depth(queueUrl: string): Promise<number>;
};

const PARTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const;

export function openQueueDepths(access: OperatorAccess): QueueDepths {
  const client = new SQSClient(operatorOptions(access));
  return {
    depth: async (queueUrl) => {
      const { Attributes: attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...PARTS] }),
      );
      return PARTS.reduce((sum, part) => sum + Number(attributes?.[part] ?? 0), 0);
    },
  };
}
