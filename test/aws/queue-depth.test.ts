/** How many messages are in a queue, wherever in it they are. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { openQueueDepths } from '../../lambdas/aws/queue-depth.ts';
import { type LoopbackService, startLoopbackService } from './loopback-service.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/ledger';

let service: LoopbackService | undefined;

afterEach(async () => {
  await service?.close();
});

describe('depth', () => {
  it('adds up what waits, what is being worked on and what is delayed', async () => {
    const Attributes = {
      ApproximateNumberOfMessages: '3',
      ApproximateNumberOfMessagesNotVisible: '20',
      ApproximateNumberOfMessagesDelayed: '100',
    };
    service = await startLoopbackService(() => ({ status: 200, body: { Attributes } }));
    expect(await openQueueDepths(service.access).depth(QUEUE)).toBe(123);
    expect(JSON.parse(service.requests[0]?.text ?? '')).toEqual({
      QueueUrl: QUEUE,
      AttributeNames: [...Object.keys(Attributes), 'RedrivePolicy'],
    });
  });
});
