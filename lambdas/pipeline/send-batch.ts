/** Sends one batch to one queue and reads the whole answer: what is not named as sent was not sent. */
import type { Clock, QueueEntry, Queues, Random, SendAnswer, Telemetry } from '../core/ports.ts';
import { retryUntil } from './retry-until.ts';

export type SendPorts = { readonly queues: Queues; readonly clock: Clock; readonly random: Random; readonly telemetry: Telemetry };

export type Batch = {
  readonly bodies: readonly string[];
  readonly deadlineMillis: number;
  /** One try and no more, at whatever time. */
  readonly once: boolean;
};

export type BatchResult = {
  /** Whether the queue was asked at all: after the deadline it is not. */
  readonly tried: boolean;
  /** Positions in the batch that may arrive when they are tried again. */
  readonly retryable: readonly number[];
  /** Positions that the same send would never get through. */
  readonly permanent: readonly number[];
  /** How many the queue took. */
  readonly sent: number;
};

/** Answers of SQS that the same request will get again (SendMessageBatch API reference, common errors). */
const PERMANENT: ReadonlySet<string> = new Set([
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'InvalidAddress',
  'UnsupportedOperation',
  'InvalidMessageContents',
]);

/** Tries until each entry is sent, refused for good, or the deadline comes; after it nothing is tried. Never throws. */
export async function sendBatch(ports: SendPorts, queueUrl: string, batch: Batch): Promise<BatchResult> {
  const entries = batch.bodies.map((body, index): QueueEntry => ({ id: String(index), body }));
  const permanent: number[] = [];
  let waiting = entries;
  const startMillis = ports.clock.nowMillis();
  if (startMillis >= batch.deadlineMillis) return { tried: false, retryable: entries.map(({ id }) => Number(id)), permanent, sent: 0 };
  await retryUntil(ports, batch.once ? startMillis : batch.deadlineMillis, async () => {
    ports.telemetry.count('SendCalls');
    const outcome = readAnswer(await ports.queues.sendBatch(queueUrl, waiting), waiting);
    permanent.push(...outcome.permanent.map(Number));
    ports.telemetry.count('MessagesSent', waiting.length - outcome.permanent.length - outcome.retryable.length);
    waiting = waiting.filter(({ id }) => outcome.retryable.includes(id));
    if (waiting.length === 0) return { again: false, value: undefined };
    ports.telemetry.count('RelayRetried', waiting.length);
    return { again: true, code: outcome.code };
  });
  return {
    tried: true,
    retryable: waiting.map(({ id }) => Number(id)),
    permanent,
    sent: entries.length - waiting.length - permanent.length,
  };
}

/** SQS calls throttling the sender's fault too (`RequestThrottled`, `KMS.ThrottlingException`), and that one passes. */
function isRefusal({ code, senderFault }: { readonly code: string; readonly senderFault: boolean }): boolean {
  return PERMANENT.has(code) || (senderFault && !/throttl/i.test(code));
}

type Outcome = { readonly retryable: readonly string[]; readonly permanent: readonly string[]; readonly code: string };

function readAnswer(answer: SendAnswer, entries: readonly QueueEntry[]): Outcome {
  const ids = entries.map(({ id }) => id);
  if (answer.kind === 'failed') {
    const permanent = PERMANENT.has(answer.code);
    return { retryable: permanent ? [] : ids, permanent: permanent ? ids : [], code: answer.code };
  }
  const sent = new Set(answer.sent);
  const refused = new Set(answer.failed.filter(isRefusal).map(({ id }) => id));
  const open = ids.filter((id) => !sent.has(id));
  return {
    retryable: open.filter((id) => !refused.has(id)),
    permanent: open.filter((id) => refused.has(id)),
    code: answer.failed[0]?.code ?? 'NOT_NAMED',
  };
}
