/** SendMessage and SendMessageBatch. */
import type { JsonObject } from '../service-engine.ts';
import { answerEach, readBatch } from './batch.ts';
import { checkSize, MESSAGE_BYTES_MAX, readContent, sizeBytes } from './message-content.ts';
import type { MessagePorts } from './queue-messages.ts';
import { onlyMembers, text, wholeNumber } from './read-input.ts';
import { SqsError } from './sqs-error.ts';
import type { SqsQueue } from './sqs-queue.ts';
import { arriving } from './stored-message.ts';

const MEMBERS = ['MessageBody', 'MessageAttributes', 'DelaySeconds'];
/** SendMessage API reference. */
const DELAY = { min: 0, max: 900 };

export function sendMessage(queue: SqsQueue, input: JsonObject, ports: MessagePorts): JsonObject {
  onlyMembers('SendMessage', input, ['QueueUrl', ...MEMBERS]);
  return send(queue, input, ports);
}

/** What SQS refuses about one entry fails that entry; a body that is not there and the sum of all bytes fail the whole batch. */
export function sendMessageBatch(queue: SqsQueue, input: JsonObject, ports: MessagePorts): JsonObject {
  onlyMembers('SendMessageBatch', input, ['QueueUrl', 'Entries']);
  const entries = readBatch(input);
  for (const entry of entries) onlyMembers('an entry of SendMessageBatch', entry, ['Id', ...MEMBERS]);
  for (const entry of entries) text(entry, 'MessageBody');
  const bytes = entries.reduce((sum, entry) => sum + sizeBytes(entry), 0);
  if (bytes > MESSAGE_BYTES_MAX)
    throw new SqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${MESSAGE_BYTES_MAX} bytes. You have sent ${bytes} bytes.`,
    );
  return answerEach(entries, (entry) => send(queue, entry, ports));
}

function send(queue: SqsQueue, input: JsonObject, { clock, random }: MessagePorts): JsonObject {
  const content = readContent(input);
  checkSize(sizeBytes(input), queue.attributes.MaximumMessageSize);
  const delaySeconds = wholeNumber(input, 'DelaySeconds', DELAY) ?? queue.attributes.DelaySeconds;
  const nowMillis = clock.nowMillis();
  const message = arriving({ id: random.uuid(), content, sentAtMillis: nowMillis, arrivedAtMillis: nowMillis });
  queue.messages.add(message, delaySeconds * 1000);
  return {
    MessageId: message.id,
    MD5OfMessageBody: content.bodyMd5,
    ...(content.attributesMd5 === undefined ? {} : { MD5OfMessageAttributes: content.attributesMd5 }),
  };
}
