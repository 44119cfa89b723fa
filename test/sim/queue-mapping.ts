/** The event source mapping of one consumer's queue: it deletes what the function says is done, or forgets to; the rest comes again. */
import type { Message } from '@aws-sdk/client-sqs';
import { CONSUME_TIMEOUT_SECONDS, QUEUE_BATCH_MESSAGES, VISIBILITY_TIMEOUTS } from '../../lib/sizing.ts';
import { batchOutcome } from '../../local/batch-response.ts';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import type { InvocationResult } from '../../local/function-instance.ts';
import { queueRecord } from '../../local/queue-record.ts';
import type { SimContext } from './sim-context.ts';
import type { SimulatedCloud } from './simulated-cloud.ts';

export type QueueMapping = {
  /** Looks into the queue after so long. */
  wakeAfter(millis: number): void;
  pause(): void;
  resume(): void;
  /** Takes nothing until it is released, whatever anybody resumes meanwhile. */
  hold(): void;
  release(): void;
};

export type QueueMappingOptions = {
  readonly queue: string;
  readonly queueUrl: string;
  /** @default - that of a consumer */
  readonly visibilityMillis?: number;
  invoke(event: JsonObject): Promise<InvocationResult>;
};

export const VISIBILITY_MILLIS = VISIBILITY_TIMEOUTS * CONSUME_TIMEOUT_SECONDS * 1000;

/** Few, so that a batch waits for another now and then. */
const BATCHES_AT_ONCE_MAX = 3;
/** How long a message that is in nobody's hands any more stays invisible, at most: it is visible by then. */
const SLACK_MILLIS = 20;

export function createQueueMapping(context: SimContext, cloud: SimulatedCloud, options: QueueMappingOptions): QueueMapping {
  const { time, faults } = context;
  const { queue, queueUrl, visibilityMillis = VISIBILITY_MILLIS } = options;
  const random = context.random.fork(`queue mapping ${queue}`);
  const planned = new Set<number>();
  let running = 0;
  let paused = false;
  let held = false;

  const sqs = async (operation: string, input: JsonObject): Promise<JsonObject> => {
    const answer = await cloud.sqs.perform(operation, { QueueUrl: queueUrl, ...input });
    if (answer.status >= 300) throw new Error(`${operation} on ${queue}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const wakeAfter = (millis: number): void => {
    // One look serves all who ask for about the same moment.
    const at = Math.ceil((time.nowMillis() + millis + SLACK_MILLIS) / SLACK_MILLIS) * SLACK_MILLIS;
    if (planned.has(at)) return;
    planned.add(at);
    time.at(at, () => {
      planned.delete(at);
      poll().catch(context.broke);
    });
  };
  const poll = async (): Promise<void> => {
    if (paused || held || running >= BATCHES_AT_ONCE_MAX) return;
    running += 1;
    const wanted = random.chance(0.5) ? QUEUE_BATCH_MESSAGES : random.between(1, QUEUE_BATCH_MESSAGES);
    const names = ['All'];
    const body = await sqs('ReceiveMessage', {
      MaxNumberOfMessages: wanted,
      MessageSystemAttributeNames: names,
      MessageAttributeNames: names,
    });
    const messages = (body['Messages'] ?? []) as readonly Message[];
    if (messages.length > 0) {
      wakeAfter(random.between(1, 200));
      await handle(messages);
      wakeAfter(random.between(1, 50));
    }
    running -= 1;
  };
  const handle = async (messages: readonly Message[]): Promise<void> => {
    wakeAfter(visibilityMillis);
    if (context.trace.on) {
      const keys = messages.map(({ Body = '' }) => /"id":"([^"]*)"/.exec(Body)?.[1]);
      context.trace.note(`queue ${queue}`, 'hands over', keys.join(' '));
    }
    if (faults.hit('batch received and dropped')) return;
    for (const message of messages) if (faults.hit('visibility lapses')) lapse(message);
    const records = messages.map((message) => queueRecord(message, `arn:aws:sqs:us-east-1:000000000000:${queue}`));
    const outcome = batchOutcome(
      await options.invoke({ Records: records }),
      true,
      messages.map(({ MessageId }) => MessageId as string),
    );
    context.happened(`queue batch ${outcome.kind}`);
    const done = messages.filter(
      ({ MessageId }) => outcome.kind === 'done' || (outcome.kind === 'partial' && !outcome.identifiers.has(MessageId as string)),
    );
    for (const { Body } of done) context.see({ kind: 'message deleted', queue, body: Body as string });
    const deleted = done.filter(() => !faults.hit('message not deleted'));
    if (deleted.length === 0) return;
    await sqs('DeleteMessageBatch', { Entries: deleted.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })) });
  };
  /** As if the visibility timeout were far too short: somebody else gets the message while it is worked on. */
  const lapse = ({ ReceiptHandle }: Message): void => {
    time.after(random.between(1, 40), () => {
      // It may be deleted by then.
      cloud.sqs.perform('ChangeMessageVisibility', { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 }).catch(context.broke);
      wakeAfter(1);
    });
  };

  return {
    wakeAfter,
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      wakeAfter(1);
    },
    hold: () => {
      held = true;
    },
    release: () => {
      held = false;
      wakeAfter(1);
    },
  };
}
