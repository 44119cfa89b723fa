/**
 * SQS inside this process: standard queues, as the API reference has them, on a clock and a source of randomness that are handed in.
 * It has no timer, so nothing moves but when it is asked, and ReceiveMessage never waits. What it does not model it refuses by name.
 */
import type { Clock, Random } from '../../../lambdas/core/ports.ts';
import { ACCOUNT, REGION } from '../../physical-names.ts';
import type { JsonObject, ServiceEngine } from '../service-engine.ts';
import { MessageMoves } from './message-moves.ts';
import type { MessagePorts, QueueBehaviour } from './queue-messages.ts';
import { type QueueHome, QueueRegistry } from './queue-registry.ts';
import { receiveMessages } from './receive-messages.ts';
import { sendMessage, sendMessageBatch } from './send-messages.ts';
import { changeVisibility, changeVisibilityBatch, deleteMessage, deleteMessageBatch } from './settle-messages.ts';
import { errorAnswer, notModelled, SqsError } from './sqs-error.ts';
import { oldestSeconds, type SqsQueue } from './sqs-queue.ts';

export type SqsEngineOptions = Partial<QueueHome> & {
  readonly clock: Clock;
  readonly random: Random;
  /** What a queue may do and seldom does. @default - each message comes once, in the order in which it became visible */
  readonly behaviour?: QueueBehaviour;
};

export type SqsEngine = ServiceEngine & {
  /** As CloudWatch's ApproximateAgeOfOldestMessage of the queue; 0 where nothing waits. Throws where there is no such queue. */
  oldestSeconds(queueName: string): number;
};

type Operation = (input: JsonObject) => JsonObject;

export function createSqsEngine({ clock, random, behaviour = {}, ...home }: SqsEngineOptions): SqsEngine {
  const ports: MessagePorts = { clock, random, behaviour };
  const queues = new QueueRegistry(ports, { accountId: ACCOUNT, region: REGION, endpoint: 'https://sqs.us-east-1.amazonaws.com', ...home });
  const operations = operationsOn(queues, ports);
  return {
    perform: async (operation, input) => {
      const perform = operations.get(operation);
      if (perform === undefined) throw notModelled(`the operation ${operation}`);
      try {
        return { status: 200, body: perform(input) };
      } catch (error) {
        if (error instanceof SqsError) return errorAnswer(error);
        throw error;
      }
    },
    oldestSeconds: (queueName) => oldestSeconds(queues.byName(queueName), clock.nowMillis()),
  };
}

function operationsOn(queues: QueueRegistry, ports: MessagePorts): ReadonlyMap<string, Operation> {
  const moves = new MessageMoves(queues, ports);
  const onQueue =
    (perform: (queue: SqsQueue, input: JsonObject) => JsonObject): Operation =>
    (input) =>
      perform(queues.byUrl(input), input);
  const now = () => ports.clock.nowMillis();
  return new Map<string, Operation>([
    ['CreateQueue', (input) => queues.create(input)],
    ['GetQueueUrl', (input) => queues.url(input)],
    ['ListQueues', (input) => queues.list(input)],
    ['GetQueueAttributes', (input) => queues.describe(input)],
    ['SetQueueAttributes', (input) => queues.change(input)],
    ['PurgeQueue', (input) => queues.purge(input)],
    ['DeleteQueue', (input) => queues.delete(input)],
    ['SendMessage', onQueue((queue, input) => sendMessage(queue, input, ports))],
    ['SendMessageBatch', onQueue((queue, input) => sendMessageBatch(queue, input, ports))],
    ['ReceiveMessage', onQueue((queue, input) => receiveMessages(queue, input, { queues, nowMillis: now() }))],
    ['DeleteMessage', onQueue(deleteMessage)],
    ['DeleteMessageBatch', onQueue(deleteMessageBatch)],
    ['ChangeMessageVisibility', onQueue((queue, input) => changeVisibility(queue, input, now()))],
    ['ChangeMessageVisibilityBatch', onQueue((queue, input) => changeVisibilityBatch(queue, input, now()))],
    ['StartMessageMoveTask', (input) => moves.start(input)],
    ['ListMessageMoveTasks', (input) => moves.list(input)],
  ]);
}
