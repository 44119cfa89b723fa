/** How many messages are in a queue. SQS counts approximately: exact only when nothing has moved for a while. */
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { callBound } from './client-bounds.ts';
import { type OperatorAccess, operatorOptions } from './operator-access.ts';

export type QueueDepths = {
  /** Visible, in flight and delayed messages together. Throws what the service throws. */
  depth(queueUrl: string): Promise<number>;
};

/** For an operator. */
export function openQueueDepths(access: OperatorAccess): QueueDepths {
  const client = new SQSClient(operatorOptions(access));
  return { depth: async (queueUrl) => (await readDepth(client, queueUrl)).depth };
}

const PARTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const;

/** The depth, and the URL of the queue for dead letters, which is in the same account and Region. */
export async function readDepth(
  client: SQSClient,
  queueUrl: string,
): Promise<{ readonly depth: number; readonly deadLetterUrl: string | undefined }> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...PARTS, 'RedrivePolicy'] });
  const { Attributes: attributes } = await client.send(command, callBound());
  const target = (JSON.parse(attributes?.RedrivePolicy ?? '{}') as { deadLetterTargetArn?: string }).deadLetterTargetArn;
  return {
    depth: PARTS.reduce((sum, part) => sum + Number(attributes?.[part] ?? 0), 0),
    deadLetterUrl: target === undefined ? undefined : queueUrl.replace(/[^/]+$/, target.slice(target.lastIndexOf(':') + 1)),
  };
}
