/** Consume: each message of a batch is applied on its own; what fails is seen again later, and nothing else is. */
import type { SQSRecord } from 'aws-lambda';
import { decode } from '../core/codec.ts';
import type { Consumer, Event } from '../core/contracts.ts';
import { noDictionaries } from '../core/dictionary.ts';
import { RetryableError } from '../core/errors.ts';
import { type Message, type PayloadReference, parsePayload, readMessage } from '../core/message.ts';
import { readOutboxItem } from '../core/outbox.ts';
import type { Item, Key, Queues, Secrets } from '../core/ports.ts';
import { consumerOf, type Route } from '../core/routes.ts';
import { applyEvent } from './apply-event.ts';
import type { CommitPorts } from './commit.ts';
import { consumerSecret, type ReadSecret } from './consumer-secret.ts';
import { type BatchHandler, createMessageBatch, receivesOf } from './message-batch.ts';
import type { Applied } from './plan-effect.ts';
import { readItem } from './read-item.ts';

export type ConsumeSettings = {
  readonly consumer: Consumer;
  readonly routes: readonly Route[];
  readonly queueUrl: string;
  readonly tables: { readonly inbox: string; readonly outbox: string; readonly own: { readonly [name: string]: string } };
  /** Of a consumer that has a secret of its own. */
  readonly secretId?: string;
};

export type ConsumePorts = CommitPorts & { readonly queues: Queues; readonly secrets?: Secrets };

const METRICS: Readonly<Record<Applied, string>> = {
  applied: 'EffectsApplied',
  already: 'MarkersFound',
  duplicate: 'EffectsDuplicate',
  stale: 'EffectsStale',
  rejected: 'EffectsRejected',
};

/** The handler of one consumer's function. Its answer names exactly the messages that are not done. */
export function createConsume(settings: ConsumeSettings, ports: ConsumePorts): BatchHandler {
  const secret = consumerSecret(settings, ports);
  return createMessageBatch({ queueUrl: settings.queueUrl, ports }, async (record, deadlineMillis) => {
    ports.telemetry.count(METRICS[await applyRecord(record, { settings, ports, secret, deadlineMillis })]);
  });
}

type Parts = {
  readonly settings: ConsumeSettings;
  readonly ports: ConsumePorts;
  readonly secret: ReadSecret;
  readonly deadlineMillis: number;
};

async function applyRecord(record: SQSRecord, { settings, ports, secret, deadlineMillis }: Parts): Promise<Applied> {
  const message = readMessage(record.body);
  if (consumerOf(message.address) !== settings.consumer.name) {
    throw new RetryableError(
      'WRONG_ADDRESS',
      `A message for ${JSON.stringify(message.address.slice(0, 80))} is in the queue of ${settings.consumer.name}; something else sends to this queue. It goes to the dead-letter queue.`,
    );
  }
  const event = await eventOf(message, (key) => readItem(ports, { table: settings.tables.outbox, key }, deadlineMillis));
  const delivery = { consumer: settings.consumer, event, address: message.address, tables: settings.tables, attempt: receivesOf(record) };
  return applyEvent(delivery, ports, { routes: settings.routes, secret, deadlineMillis });
}

type ReadOutbox = (key: Key) => Promise<Item | undefined>;

async function eventOf(message: Message, readOutbox: ReadOutbox): Promise<Event> {
  const bytes = message.payload instanceof Uint8Array ? message.payload : await fetchPayload(message.payload, readOutbox);
  return { ...message.event, bytes, data: parsePayload(message.contentType, bytes) };
}

async function fetchPayload(reference: PayloadReference, readOutbox: ReadOutbox): Promise<Uint8Array> {
  const item = await readOutbox({ pk: reference.partition, sk: reference.id });
  if (item === undefined) {
    throw new RetryableError(
      'PAYLOAD_GONE',
      'The outbox item a message points to is not there: it expired, or the table was restored to an earlier time. Ask the provider to send the event again.',
    );
  }
  // What is only pointed to is too large to have been stored with a dictionary.
  return decode(readOutboxItem(item), noDictionaries);
}
