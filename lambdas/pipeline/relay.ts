/** The relay: new outbox items of the stream become queue messages, one queue per consumer; no bad queue, address or record holds up the rest. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import pLimit from 'p-limit';
import { itemOfImage } from '../aws/stream-record.ts';
import type { DictionaryOf } from '../core/codec.ts';
import { errorCode, RetryableError } from '../core/errors.ts';
import {
  BATCHES_IN_FLIGHT_MAX,
  INVOCATION_MARGIN_MILLIS,
  LOGGED_EVENTS_MAX,
  RELAY_DEADLINE_MILLIS,
  REQUEST_TIMEOUT_MILLIS,
} from '../core/limits.ts';
import { messageText } from '../core/message.ts';
import { type OutboxRecord, readOutboxItem } from '../core/outbox.ts';
import { consumerOf, QUARANTINE } from '../core/routes.ts';
import { flushTelemetry } from './flush-telemetry.ts';
import { packBatches } from './pack-batches.ts';
import { createQueueHealth, type QueueHealth } from './queue-health.ts';
import { type SendPorts, sendBatch } from './send-batch.ts';

/** Queue URLs by consumer name. */
export type RelaySettings = { readonly queueUrls: { readonly [consumer: string]: string }; readonly dictionaryOf: DictionaryOf };

export type RelayHandler = MiddyfiedHandler<DynamoDBStreamEvent, DynamoDBBatchResponse>;

/** What a message needs on its way: where it goes, which record answers for it, and what it is called in a log. */
type Outgoing = {
  readonly queueUrl: string;
  readonly body: string;
  readonly bytes: number;
  readonly sequenceNumber: string;
  readonly eventId: string;
};

/**
 * Answers with the sequence numbers of the records whose messages may still get through: the mapping tries from the lowest one
 * again. What can never be sent is counted and left to settlement (DESIGN rule 10).
 */
export function createRelay(settings: RelaySettings, ports: SendPorts): RelayHandler {
  const health = createQueueHealth();
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>({ timeoutEarlyInMillis: 0 })
    .use(flushTelemetry(ports.telemetry))
    .handler(async (event: DynamoDBStreamEvent, context: Context) => {
      const budgetMillis = Math.min(RELAY_DEADLINE_MILLIS, context.getRemainingTimeInMillis() - INVOCATION_MARGIN_MILLIS);
      const deadlineMillis = ports.clock.nowMillis() + budgetMillis - REQUEST_TIMEOUT_MILLIS;
      const failed = new Set<string>();
      const outgoing = event.Records.flatMap((record) => messagesOf(record, { settings, ports, failed }));
      for (const sequenceNumber of await sendAll(outgoing, { ports, health, deadlineMillis })) failed.add(sequenceNumber);
      return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
    });
}

type Parts = { readonly settings: RelaySettings; readonly ports: SendPorts; readonly failed: Set<string> };

function messagesOf(record: DynamoDBRecord, { settings, ports, failed }: Parts): Outgoing[] {
  const image = record.dynamodb?.NewImage;
  const sequenceNumber = record.dynamodb?.SequenceNumber;
  // The mapping filters already; a record that is no insert must never come back as a failure.
  if (record.eventName !== 'INSERT' || image === undefined || sequenceNumber === undefined) return [];
  try {
    const item = readOutboxItem(itemOfImage(image as Parameters<typeof itemOfImage>[0]));
    return item.to
      .filter((address) => address !== QUARANTINE)
      .flatMap((address) => messageFor(item, address, { settings, ports, sequenceNumber }));
  } catch (error) {
    const code = errorCode(error);
    const newer = error instanceof RetryableError && (code === 'UNKNOWN_CODEC' || code === 'UNKNOWN_VERSION');
    ports.telemetry.log('error', 'outbox record not read', { code, sequenceNumber });
    // A newer release wrote it and will read it: the mapping keeps it as long as the stream does. Anything else is poison, and settlement will report it.
    if (newer) failed.add(sequenceNumber);
    else ports.telemetry.count('RelayGivenUp', 1, { cause: 'poison-record' });
    return [];
  }
}

function messageFor(
  item: OutboxRecord,
  address: string,
  at: { settings: RelaySettings; ports: SendPorts; sequenceNumber: string },
): Outgoing[] {
  const consumer = consumerOf(address);
  const queueUrl = consumer !== undefined && Object.hasOwn(at.settings.queueUrls, consumer) ? at.settings.queueUrls[consumer] : undefined;
  if (queueUrl === undefined) {
    at.ports.telemetry.count('RelayGivenUp', 1, { cause: 'unknown-address' });
    at.ports.telemetry.log('error', 'no queue for this address', { eventId: item.id, address });
    return [];
  }
  const body = messageText(item, address, at.settings.dictionaryOf);
  return [{ queueUrl, body, bytes: Buffer.byteLength(body), sequenceNumber: at.sequenceNumber, eventId: item.id }];
}

type Sending = { readonly ports: SendPorts; readonly health: QueueHealth; readonly deadlineMillis: number };

/** The sequence numbers of what was not sent and may be. All queues and batches go in parallel, and all are awaited. */
async function sendAll(outgoing: readonly Outgoing[], sending: Sending): Promise<string[]> {
  const byQueue = Map.groupBy(outgoing, ({ queueUrl }) => queueUrl);
  // Each queue has a share of its own: one that hangs must not take the places of the others.
  const share = Math.max(1, Math.floor(BATCHES_IN_FLIGHT_MAX / byQueue.size));
  const sends = [...byQueue].map(([queueUrl, messages]) => sendToQueue(queueUrl, { messages, share }, sending));
  const results = await Promise.all(sends);
  // Only now is it known how the other queues fared.
  return results.flatMap(({ queueUrl, untried, waiting }) => {
    if (waiting.length === 0 || !sending.health.isAlone(queueUrl, sending.ports.clock.nowMillis()))
      return sequencesOf([...untried, ...waiting]);
    reportGivenUp(sending.ports, queueUrl, { cause: 'queue-failing', messages: waiting });
    return sequencesOf(untried);
  });
}

function sequencesOf(messages: readonly Outgoing[]): string[] {
  return messages.map(({ sequenceNumber }) => sequenceNumber);
}

/** `untried` was never offered to the queue, so it cannot be given up. */
type Unsent = { readonly queueUrl: string; readonly untried: readonly Outgoing[]; readonly waiting: readonly Outgoing[] };

async function sendToQueue(
  queueUrl: string,
  work: { readonly messages: readonly Outgoing[]; readonly share: number },
  { ports, health, deadlineMillis }: Sending,
): Promise<Unsent> {
  const startMillis = ports.clock.nowMillis();
  // A queue known to fail is asked once, so that it costs the others no time.
  const once = health.isAlone(queueUrl, startMillis);
  const inFlight = pLimit(work.share);
  const sends = packBatches(work.messages).map((batch) =>
    inFlight(async () => {
      const result = await sendBatch(ports, queueUrl, { bodies: batch.map(({ body }) => body), deadlineMillis, once });
      const at = (indexes: readonly number[]) => indexes.flatMap((index) => batch[index] ?? []);
      if (result.permanent.length > 0) reportGivenUp(ports, queueUrl, { cause: 'refused', messages: at(result.permanent) });
      return { tried: result.tried, left: at(result.retryable), sent: result.sent };
    }),
  );
  const results = await Promise.all(sends);
  const leftWhere = (wanted: boolean) => results.filter(({ tried }) => tried === wanted).flatMap(({ left }) => left);
  const waiting = leftWhere(true);
  if (results.some(({ sent }) => sent > 0)) health.sent(queueUrl, ports.clock.nowMillis());
  else if (waiting.length > 0) health.failed(queueUrl, startMillis);
  return { queueUrl, untried: leftWhere(false), waiting };
}

/** The log names the events, so that an operator can find what was not sent. */
function reportGivenUp(
  ports: SendPorts,
  queueUrl: string,
  what: { readonly cause: 'refused' | 'queue-failing'; readonly messages: readonly Outgoing[] },
): void {
  const count = what.messages.length;
  ports.telemetry.count('RelayGivenUp', count, { cause: what.cause });
  ports.telemetry.log('error', 'messages given up', {
    queue: queueUrl.split('/').at(-1) ?? '',
    cause: what.cause,
    count,
    eventIds: what.messages
      .slice(0, LOGGED_EVENTS_MAX)
      .map(({ eventId }) => eventId)
      .join(' '),
  });
}
