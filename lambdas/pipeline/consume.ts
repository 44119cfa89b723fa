/** Consume: each message of a batch is applied on its own; what fails is seen again later, and nothing else is. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { decode } from '../core/codec.ts';
import type { Consumer, Event } from '../core/contracts.ts';
import { noDictionaries } from '../core/dictionary.ts';
import { errorCode, RetryableError } from '../core/errors.ts';
import { INVOCATION_MARGIN_MILLIS, REQUEST_TIMEOUT_MILLIS } from '../core/limits.ts';
import { type Message, type PayloadReference, parsePayload, readMessage } from '../core/message.ts';
import { readOutboxItem } from '../core/outbox.ts';
import type { Item, Key, Queues, Secrets } from '../core/ports.ts';
import { redeliverySeconds } from '../core/redelivery.ts';
import { consumerOf, type Route } from '../core/routes.ts';
import { applyEvent } from './apply-event.ts';
import type { CommitPorts } from './commit.ts';
import { consumerSecret, type ReadSecret } from './consumer-secret.ts';
import { flushTelemetry } from './flush-telemetry.ts';
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

export type ConsumeHandler = MiddyfiedHandler<SQSEvent, SQSBatchResponse>;

const METRICS: Readonly<Record<Applied, string>> = {
  applied: 'EffectsApplied',
  already: 'MarkersFound',
  duplicate: 'EffectsDuplicate',
  stale: 'EffectsStale',
  rejected: 'EffectsRejected',
};

/** The handler of one consumer's function. Its answer names exactly the messages that are not done. */
export function createConsume(settings: ConsumeSettings, ports: ConsumePorts): ConsumeHandler {
  const secret = consumerSecret(settings, ports);
  return middy<SQSEvent, SQSBatchResponse>({ timeoutEarlyInMillis: 0 })
    .use(flushTelemetry(ports.telemetry))
    .handler(async (event: SQSEvent, context: Context) => {
      // What is left after it is for hiding a message that failed at the last moment.
      const keptMillis = INVOCATION_MARGIN_MILLIS + REQUEST_TIMEOUT_MILLIS;
      const deadlineMillis = ports.clock.nowMillis() + context.getRemainingTimeInMillis() - keptMillis;
      const done = await Promise.all(event.Records.map((record) => isDone(record, { settings, ports, secret, deadlineMillis })));
      const failed = event.Records.filter((_, index) => done[index] !== true);
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
}

type Parts = {
  readonly settings: ConsumeSettings;
  readonly ports: ConsumePorts;
  readonly secret: ReadSecret;
  readonly deadlineMillis: number;
};

async function isDone(record: SQSRecord, parts: Parts): Promise<boolean> {
  const { ports } = parts;
  try {
    const applied = await applyRecord(record, parts);
    ports.telemetry.count(METRICS[applied]);
    return true;
  } catch (error) {
    const code = errorCode(error);
    ports.telemetry.count('MessagesFailed', 1, { code: dimensionOf(code) });
    ports.telemetry.log('error', 'message failed', { code, ...detailOf(error), messageId: record.messageId, receives: receivesOf(record) });
    await backOff(record, parts);
    return false;
  }
}

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

/** A metric's dimension must not take whatever text a library throws: each new value is a metric that is billed. */
function dimensionOf(code: string): string {
  return /^(?:[A-Z][A-Z0-9_]{0,39}|[A-Z][A-Za-z]{0,39}(?:Error|Exception))$/.test(code) ? code : 'OTHER';
}

/** The message where the house rules wrote it; of any other error, which may quote the payload, only where in the code it was thrown. */
function detailOf(error: unknown): { readonly detail?: string; readonly at?: string } {
  if (!(error instanceof Error)) return {};
  if (['RetryableError', 'RejectedError'].includes(error.name)) return { detail: error.message.slice(0, DETAIL_CHARACTERS_MAX) };
  const at = positionOf(error);
  return at === undefined ? {} : { at };
}

/** `file:line:column` of the first frame; the message, which stands above the frames, is cut off first. */
function positionOf({ name, message, stack }: Error): string | undefined {
  const head = message === '' ? `${name}\n` : `${name}: ${message}\n`;
  const frame = stack?.startsWith(head) ? stack.slice(head.length).split('\n')[0] : undefined;
  return frame === undefined ? undefined : /([\w.-]{1,80}:\d{1,9}:\d{1,9})\)?$/.exec(frame)?.[1];
}

const DETAIL_CHARACTERS_MAX = 400;

function receivesOf(record: SQSRecord): number {
  const receives = Number(record.attributes.ApproximateReceiveCount);
  return Number.isSafeInteger(receives) && receives > 0 ? receives : 1;
}

/** Without it the message comes back after the queue's own visibility timeout, so a failure here is only counted. */
async function backOff(record: SQSRecord, { settings, ports }: Parts): Promise<void> {
  try {
    await ports.queues.hide(settings.queueUrl, record.receiptHandle, redeliverySeconds(receivesOf(record), ports.random.fraction()));
  } catch (error) {
    ports.telemetry.count('BackOffFailed', 1, { code: errorCode(error) });
  }
}
