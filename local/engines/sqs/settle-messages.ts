/** What a receiver does with a message it was handed: delete it, or change for how long it is hidden. */
import type { JsonObject } from '../service-engine.ts';
import { answerEach, readBatch } from './batch.ts';
import { onlyMembers, text, wholeNumber } from './read-input.ts';
import { readReceiptHandle } from './receipt-handle.ts';
import { VISIBILITY_SECONDS } from './receive-messages.ts';
import { missingParameter, SqsError } from './sqs-error.ts';
import type { SqsQueue } from './sqs-queue.ts';
import type { StoredMessage } from './stored-message.ts';

export function deleteMessage(queue: SqsQueue, input: JsonObject): JsonObject {
  onlyMembers('DeleteMessage', input, ['QueueUrl', 'ReceiptHandle']);
  return deleteOne(queue, input);
}

export function deleteMessageBatch(queue: SqsQueue, input: JsonObject): JsonObject {
  onlyMembers('DeleteMessageBatch', input, ['QueueUrl', 'Entries']);
  const entries = readBatch(input);
  for (const entry of entries) onlyMembers('an entry of DeleteMessageBatch', entry, ['Id', 'ReceiptHandle']);
  return answerEach(entries, (entry) => deleteOne(queue, entry));
}

export function changeVisibility(queue: SqsQueue, input: JsonObject, nowMillis: number): JsonObject {
  onlyMembers('ChangeMessageVisibility', input, ['QueueUrl', 'ReceiptHandle', 'VisibilityTimeout']);
  return changeOne(queue, input, nowMillis);
}

export function changeVisibilityBatch(queue: SqsQueue, input: JsonObject, nowMillis: number): JsonObject {
  onlyMembers('ChangeMessageVisibilityBatch', input, ['QueueUrl', 'Entries']);
  const entries = readBatch(input);
  for (const entry of entries) onlyMembers('an entry of ChangeMessageVisibilityBatch', entry, ['Id', 'ReceiptHandle', 'VisibilityTimeout']);
  return answerEach(entries, (entry) => changeOne(queue, entry, nowMillis));
}

/** Succeeds for a handle of an earlier receive, too, and deletes nothing then; that is the worse of the two outcomes AWS allows. */
function deleteOne(queue: SqsQueue, input: JsonObject): JsonObject {
  const message = handled(queue, input);
  if (message !== undefined) queue.messages.delete(message);
  return {};
}

function changeOne(queue: SqsQueue, input: JsonObject, nowMillis: number): JsonObject {
  const seconds = wholeNumber(input, 'VisibilityTimeout', VISIBILITY_SECONDS);
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  const message = handled(queue, input);
  if (message?.state !== 'inFlight')
    throw new SqsError('MessageNotInflight', 'Message does not exist or is not available for visibility timeout change.');
  // Twelve hours from the receive, however often it is changed (ChangeMessageVisibility API reference).
  if (nowMillis + seconds * 1000 > message.receivedAtMillis + VISIBILITY_SECONDS.max * 1000)
    throw new SqsError(
      'InvalidParameterValue',
      `Total VisibilityTimeout for the message is beyond the limit [${VISIBILITY_SECONDS.max} seconds].`,
    );
  queue.messages.changeVisibility(message, seconds * 1000);
  return {};
}

/** The message whose latest receive the handle names. */
function handled(queue: SqsQueue, input: JsonObject): StoredMessage | undefined {
  const { messageId, receive } = readReceiptHandle(queue.name, text(input, 'ReceiptHandle'));
  const message = queue.messages.find(messageId);
  return message?.receives === receive ? message : undefined;
}
