/** One queue: its name, its attributes and its messages. */
import { attributeTexts, type QueueAttributes } from './queue-attributes.ts';
import { type MessagePorts, QueueMessages } from './queue-messages.ts';

export type SqsQueue = {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly createdAtMillis: number;
  readonly messages: QueueMessages;
  attributes: QueueAttributes;
  modifiedAtMillis: number;
  purgedAtMillis: number;
};

export type QueueIdentity = Pick<SqsQueue, 'name' | 'arn' | 'url'>;

export function createQueue(identity: QueueIdentity, attributes: QueueAttributes, ports: MessagePorts): SqsQueue {
  const nowMillis = ports.clock.nowMillis();
  return {
    ...identity,
    attributes,
    createdAtMillis: nowMillis,
    modifiedAtMillis: nowMillis,
    purgedAtMillis: Number.NEGATIVE_INFINITY,
    messages: new QueueMessages(ports, attributes.MessageRetentionPeriod * 1000),
  };
}

/** Everything GetQueueAttributes can tell. The counts are exact here; on AWS they are approximate, and settle about a minute after the last change. */
export function describeQueue(queue: SqsQueue): { readonly [name: string]: string } {
  const { visible, inFlight, delayed } = queue.messages.counts();
  const seconds = (millis: number) => String(Math.floor(millis / 1000));
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: seconds(queue.createdAtMillis),
    LastModifiedTimestamp: seconds(queue.modifiedAtMillis),
    ...attributeTexts(queue.attributes),
  };
}

/** From this many receives on, a message no longer counts for the age of the oldest (SQS Developer Guide, "Available CloudWatch metrics"). */
const RECEIVES_OF_POISON = 3;

/** As CloudWatch's ApproximateAgeOfOldestMessage: 0 where there is none; in a dead-letter queue the time since the message was moved there. */
export function oldestSeconds({ messages }: SqsQueue, nowMillis: number): number {
  let oldest = nowMillis;
  for (const { receives, deadLetterSourceArn, sentAtMillis, arrivedAtMillis } of messages.list()) {
    if (deadLetterSourceArn !== undefined) oldest = Math.min(oldest, arrivedAtMillis);
    else if (receives < RECEIVES_OF_POISON) oldest = Math.min(oldest, sentAtMillis);
  }
  return Math.floor((nowMillis - oldest) / 1000);
}
