/** The messages of a batch, each on its own: what fails is seen again later, and nothing else is. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { errorCode } from '../core/errors.ts';
import { INVOCATION_MARGIN_MILLIS, REQUEST_TIMEOUT_MILLIS } from '../core/limits.ts';
import type { Clock, Queues, Random, Telemetry } from '../core/ports.ts';
import { redeliverySeconds } from '../core/redelivery.ts';
import { flushTelemetry } from './flush-telemetry.ts';

export type BatchPorts = { readonly queues: Queues; readonly clock: Clock; readonly random: Random; readonly telemetry: Telemetry };

export type BatchHandler = MiddyfiedHandler<SQSEvent, SQSBatchResponse>;

/** Resolves where the message is done; where it throws, the message comes again. */
type Work = (record: SQSRecord, deadlineMillis: number) => Promise<void>;

type Parts = { readonly queueUrl: string; readonly ports: BatchPorts };

/** A handler whose answer names exactly the messages that are not done. */
export function createMessageBatch(parts: Parts, work: Work): BatchHandler {
  const { ports } = parts;
  return middy<SQSEvent, SQSBatchResponse>({ timeoutEarlyInMillis: 0 })
    .use(flushTelemetry(ports.telemetry))
    .handler(async (event: SQSEvent, context: Context) => {
      // What is left after it is for hiding a message that failed at the last moment.
      const keptMillis = INVOCATION_MARGIN_MILLIS + REQUEST_TIMEOUT_MILLIS;
      const deadlineMillis = ports.clock.nowMillis() + context.getRemainingTimeInMillis() - keptMillis;
      const done = await Promise.all(event.Records.map((record) => isDone(record, parts, () => work(record, deadlineMillis))));
      const failed = event.Records.filter((_, index) => done[index] !== true);
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
}

async function isDone(record: SQSRecord, parts: Parts, work: () => Promise<void>): Promise<boolean> {
  const { ports } = parts;
  try {
    await work();
    return true;
  } catch (error) {
    const code = errorCode(error);
    ports.telemetry.count('MessagesFailed', 1, { code: dimensionOf(code) });
    ports.telemetry.log('error', 'message failed', { code, ...detailOf(error), messageId: record.messageId, receives: receivesOf(record) });
    await backOff(record, parts);
    return false;
  }
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

export function receivesOf(record: SQSRecord): number {
  const receives = Number(record.attributes.ApproximateReceiveCount);
  return Number.isSafeInteger(receives) && receives > 0 ? receives : 1;
}

/** Without it the message comes back after the queue's own visibility timeout, so a failure here is only counted. */
async function backOff(record: SQSRecord, { queueUrl, ports }: Parts): Promise<void> {
  try {
    await ports.queues.hide(queueUrl, record.receiptHandle, redeliverySeconds(receivesOf(record), ports.random.fraction()));
  } catch (error) {
    ports.telemetry.count('BackOffFailed', 1, { code: errorCode(error) });
  }
}
