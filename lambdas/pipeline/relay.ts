/** The relay: new outbox items of the stream become queue messages, one queue per consumer; no bad queue, address or record holds up the rest. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import pLimit from 'p-limit';
import { itemOfImage } from '../aws/stream-record.ts';
import { errorCode, RetryableError } from '../core/errors.ts';
import { BATCHES_IN_FLIGHT_MAX, INVOCATION_MARGIN_MILLIS, RELAY_DEADLINE_MILLIS, REQUEST_TIMEOUT_MILLIS } from '../core/limits.ts';
import { messageText } from '../core/message.ts';
import { type OutboxRecord, readOutboxItem } from '../core/outbox.ts';
import { consumerOf, QUARANTINE } from '../core/routes.ts';
import { flushTelemetry } from './flush-telemetry.ts';
import { packBatches } from './pack-batches.ts';
import { createQueueHealth, type QueueHealth } from './queue-health.ts';
import { type SendPorts, sendBatch } from './send-batch.ts';

/** Queue URLs by consumer name. */
export type RelaySettings = { readonly queueUrls: { readonly [consumer: string]: string } };

export type RelayHandler = MiddyfiedHandler<DynamoDBStreamEvent, DynamoDBBatchResponse>;

/** What a message needs on its way: where it goes, and which record answers for it. */
type Outgoing = { readonly queueUrl: string; readonly body: string; readonly bytes: number; readonly sequenceNumber: string };

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
  const body = messageText(item, address);
  return [{ queueUrl, body, bytes: Buffer.byteLength(body), sequenceNumber: at.sequenceNumber }];
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
  return results.flatMap(({ queueUrl, waiting }) => {
    if (waiting.length === 0 || !sending.health.isAlone(queueUrl, sending.ports.clock.nowMillis())) return waiting;
    reportGivenUp(sending.ports, queueUrl, { cause: 'queue-failing', count: waiting.length });
    return [];
  });
}

type Unsent = { readonly queueUrl: string; readonly waiting: readonly string[] };

async function sendToQueue(
  queueUrl: string,
  work: { readonly messages: readonly Outgoing[]; readonly share: number },
  { ports, health, deadlineMillis }: Sending,
): Promise<Unsent> {
  const startMillis = ports.clock.nowMillis();
  const alone = health.isAlone(queueUrl, startMillis);
  const inFlight = pLimit(work.share);
  const sends = packBatches(work.messages).map((batch) =>
    inFlight(async () => {
      const bodies = batch.map(({ body }) => body);
      // A queue known to fail is asked once, so that it costs the others no time.
      const result = await sendBatch(ports, queueUrl, { bodies, deadlineMillis: alone ? startMillis + 1 : deadlineMillis });
      if (result.permanent.length > 0) reportGivenUp(ports, queueUrl, { cause: 'refused', count: result.permanent.length });
      return { waiting: result.retryable.flatMap((index) => batch[index]?.sequenceNumber ?? []), sent: result.sent };
    }),
  );
  const results = await Promise.all(sends);
  const waiting = results.flatMap((result) => result.waiting);
  if (results.some(({ sent }) => sent > 0)) health.sent(queueUrl, ports.clock.nowMillis());
  else if (waiting.length > 0) health.failed(queueUrl, startMillis);
  return { queueUrl, waiting };
}

function reportGivenUp(
  ports: SendPorts,
  queueUrl: string,
  what: { readonly cause: 'refused' | 'queue-failing'; readonly count: number },
): void {
  ports.telemetry.count('RelayGivenUp', what.count, { cause: what.cause });
  ports.telemetry.log('error', 'messages given up', { queue: queueUrl.split('/').at(-1) ?? '', ...what });
}
