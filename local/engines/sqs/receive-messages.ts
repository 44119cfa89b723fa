/** ReceiveMessage. It answers at once with what is there: to wait for more is up to whoever asks. */
import type { JsonObject } from '../service-engine.ts';
import { attributesMd5, type MessageAttributes } from './message-content.ts';
import type { QueueRegistry } from './queue-registry.ts';
import { onlyMembers, texts, wholeNumber } from './read-input.ts';
import { receiptHandle } from './receipt-handle.ts';
import { invalidValue, SqsError } from './sqs-error.ts';
import type { SqsQueue } from './sqs-queue.ts';
import { arriving, type StoredMessage } from './stored-message.ts';

const MEMBERS = [
  'QueueUrl',
  'AttributeNames',
  'MessageSystemAttributeNames',
  'MessageAttributeNames',
  'MaxNumberOfMessages',
  'VisibilityTimeout',
  'WaitTimeSeconds',
];
/** ReceiveMessage API reference. */
const MESSAGES = { min: 1, max: 10 };
const WAIT_SECONDS = { min: 0, max: 20 };
export const VISIBILITY_SECONDS = { min: 0, max: 43_200 };
/** SQS quotas, "Message quotas": approximately; here exactly. */
const IN_FLIGHT_MAX = 120_000;

export type ReceiveContext = { readonly queues: QueueRegistry; readonly nowMillis: number };

export function receiveMessages(queue: SqsQueue, input: JsonObject, { queues, nowMillis }: ReceiveContext): JsonObject {
  onlyMembers('ReceiveMessage', input, MEMBERS);
  const max = wholeNumber(input, 'MaxNumberOfMessages', MESSAGES) ?? 1;
  const visibilitySeconds = wholeNumber(input, 'VisibilityTimeout', VISIBILITY_SECONDS) ?? queue.attributes.VisibilityTimeout;
  wholeNumber(input, 'WaitTimeSeconds', WAIT_SECONDS);
  const wanted = [...texts(input, 'AttributeNames'), ...texts(input, 'MessageSystemAttributeNames')];
  const unknown = wanted.find((name) => !SYSTEM_ATTRIBUTES.has(name));
  if (unknown !== undefined) throw invalidValue('MessageSystemAttributeNames', unknown, 'Unknown attribute');
  const attributeNames = texts(input, 'MessageAttributeNames');
  const room = IN_FLIGHT_MAX - queue.messages.counts().inFlight;
  if (room <= 0) throw new SqsError('OverLimit', `The queue has ${IN_FLIGHT_MAX} messages in flight, the maximum.`);
  const { redrive } = queue.attributes;
  const deadLetters = redrive === undefined ? undefined : queues.byArn(redrive.deadLetterTargetArn);
  const taken = queue.messages.take({
    max: Math.min(max, room),
    visibilityMillis: visibilitySeconds * 1000,
    // A message whose dead-letter queue is gone stays where it is.
    receivesMax: redrive === undefined || deadLetters === undefined ? Number.POSITIVE_INFINITY : redrive.maxReceiveCount,
    // It keeps its id and its sender's time, so that a message that waited long does not wait as long again.
    onExhausted: (message) =>
      deadLetters?.messages.add(arriving({ ...message, arrivedAtMillis: nowMillis, deadLetterSourceArn: queue.arn }), 0),
  });
  if (taken.length === 0) return {};
  return { Messages: taken.map((message) => shown(queue, message, { wanted, attributeNames })) };
}

type Wanted = { readonly wanted: readonly string[]; readonly attributeNames: readonly string[] };

function shown(queue: SqsQueue, message: StoredMessage, { wanted, attributeNames }: Wanted): JsonObject {
  const { id, content, receives } = message;
  const system = Object.entries(systemAttributes(message)).filter(([name]) => wanted.includes(name) || wanted.includes('All'));
  const attributes = chosen(content.attributes, attributeNames);
  return {
    MessageId: id,
    ReceiptHandle: receiptHandle(queue.name, { messageId: id, receive: receives }),
    MD5OfBody: content.bodyMd5,
    Body: content.body,
    ...(system.length === 0 ? {} : { Attributes: Object.fromEntries(system) }),
    ...attributes,
  };
}

const SYSTEM_ATTRIBUTES: ReadonlySet<string> = new Set([
  'All',
  'ApproximateFirstReceiveTimestamp',
  'ApproximateReceiveCount',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
  'MessageDeduplicationId',
  'MessageGroupId',
  'SenderId',
  'SentTimestamp',
  'SequenceNumber',
]);

function systemAttributes(message: StoredMessage): { readonly [name: string]: string } {
  const { sentAtMillis, receives, firstReceivedAtMillis, deadLetterSourceArn } = message;
  return {
    SenderId: 'AIDALOCAL',
    SentTimestamp: String(sentAtMillis),
    ApproximateReceiveCount: String(receives),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAtMillis),
    ...(deadLetterSourceArn === undefined ? {} : { DeadLetterQueueSourceArn: deadLetterSourceArn }),
  };
}

/** Only those that were asked for, by name, by `prefix.*`, or all; the digest is that of what is shown. */
function chosen(attributes: MessageAttributes, names: readonly string[]): JsonObject {
  const asked = (name: string) =>
    names.some((one) => one === name || one === 'All' || (one.endsWith('.*') && name.startsWith(one === '.*' ? '' : one.slice(0, -1))));
  const shownOnes = Object.fromEntries(Object.entries(attributes).filter(([name]) => asked(name)));
  const MD5OfMessageAttributes = attributesMd5(shownOnes);
  return MD5OfMessageAttributes === undefined ? {} : { MessageAttributes: shownOnes, MD5OfMessageAttributes };
}
