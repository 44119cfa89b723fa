/** One queue of the embedded SQS with a dead-letter queue, on a clock that moves only when it is told to. */

import type { JsonObject, ServiceAnswer } from '../../../local/engines/service-engine.ts';
import type { QueueBehaviour } from '../../../local/engines/sqs/queue-messages.ts';
import { createSqsEngine, type SqsEngine } from '../../../local/engines/sqs/sqs-engine.ts';
import { seededFraction } from '../../../local/seeded-fraction.ts';
import { countedRandom } from '../../pipeline/counted-random.ts';

export type Received = {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes: { readonly [name: string]: string };
};

export type QueueBench = {
  readonly engine: SqsEngine;
  pass(seconds: number): void;
  ask(operation: string, input?: JsonObject): Promise<ServiceAnswer>;
  /** The name of the error, or undefined where the operation succeeds. */
  error(operation: string, input?: JsonObject): Promise<string | undefined>;
  send(body: string, more?: JsonObject): Promise<string>;
  receive(more?: JsonObject): Promise<readonly Received[]>;
  /** Visible, in flight and delayed. */
  counts(queue?: string): Promise<readonly number[]>;
};

export const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/000000000000/work';
export const DEAD_LETTER_ARN = 'arn:aws:sqs:us-east-1:000000000000:dead';
export const WORK_ARN = 'arn:aws:sqs:us-east-1:000000000000:work';
export const START_MILLIS = 1_767_225_600_000;

/** Visibility of 30 s, three receives, then the dead-letter queue. */
export async function openQueue(behaviour: QueueBehaviour = {}, seed = 1): Promise<QueueBench> {
  let nowMillis = START_MILLIS;
  const clock = { nowMillis: () => nowMillis, sleep: () => Promise.reject(new Error('The engine has no timer.')) };
  const random = { ...countedRandom(), fraction: seededFraction(seed) };
  const engine = createSqsEngine({ clock, random, behaviour });
  const ask = (operation: string, input: JsonObject = {}) => engine.perform(operation, { QueueUrl: QUEUE_URL, ...input });
  const body = async (operation: string, input: JsonObject) => {
    const answer = await ask(operation, input);
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };
  await engine.perform('CreateQueue', { QueueName: 'dead' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: DEAD_LETTER_ARN, maxReceiveCount: 3 });
  await engine.perform('CreateQueue', { QueueName: 'work', Attributes: { RedrivePolicy } });
  return {
    engine,
    ask,
    pass: (seconds) => {
      nowMillis += seconds * 1000;
    },
    error: async (operation, input) => {
      const answer = await ask(operation, input);
      return answer.status < 300 ? undefined : String(answer.body['__type']).replace('com.amazonaws.sqs#', '');
    },
    send: async (MessageBody, more) => (await body('SendMessage', { MessageBody, ...more }))['MessageId'] as string,
    receive: async (more) => ((await body('ReceiveMessage', { AttributeNames: ['All'], ...more }))['Messages'] ?? []) as Received[],
    counts: async (queue = 'work') => {
      const { Attributes } = (await body('GetQueueAttributes', { QueueUrl: `/${queue}`, AttributeNames: ['All'] })) as {
        Attributes: Record<string, string>;
      };
      return ['', 'NotVisible', 'Delayed'].map((part) => Number(Attributes[`ApproximateNumberOfMessages${part}`]));
    },
  };
}
