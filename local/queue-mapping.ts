/** The event source mapping of a queue: long polls, hands batches to the function, and deletes what its answer says was done. */
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { batchOutcome } from './batch-response.ts';
import { passes } from './filter-criteria.ts';
import { clientSettings } from './function-client.ts';
import type { QueueMappingPlan } from './mapping-plan.ts';
import { ACCOUNT } from './physical-names.ts';
import { queueRecord } from './queue-record.ts';
import type { MappingOptions } from './stream-mapping.ts';

/** SQS's own bounds of one receive (ReceiveMessage API reference). */
const RECEIVE_MAX = 10;
const WAIT_SECONDS_MAX = 20;
const ERROR_WAIT_MILLIS = 250;
/** How long a batch under way may hold up the next one. */
const SCALE_MILLIS = 50;

export class QueueMapping {
  readonly #plan: QueueMappingPlan;
  readonly #options: MappingOptions;
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #running: Promise<void> = Promise.resolve();

  constructor(plan: QueueMappingPlan, options: MappingOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#client = new SQSClient(clientSettings(options.endpoints.sqs, plan.functionId));
    this.#queueUrl = `${options.endpoints.sqs}/${ACCOUNT}/${plan.queue}`;
  }

  async start(): Promise<void> {
    this.#running = this.#poll();
  }

  /** Returns at once; `stopped` tells when nothing runs any more. */
  stop(): void {
    this.#stopping.abort();
  }

  async stopped(): Promise<void> {
    await this.#running;
    await Promise.all(this.#underWay);
    this.#client.destroy();
  }

  /**
   * Receives only what a worker is free for: a message that waits here would use up its visibility timeout. As on AWS it is a backlog
   * that makes it run batches at the same time; otherwise the next batch gathers, for a moment, while one is worked on.
   */
  async #poll(): Promise<void> {
    const { workersMax } = this.#options.pool.plan;
    const concurrency = Math.min(workersMax, this.#plan.concurrencyMax ?? workersMax);
    let backlog = false;
    while (!this.#stopping.signal.aborted) {
      if (this.#underWay.size >= concurrency) {
        await Promise.race(this.#underWay);
        continue;
      }
      if (this.#underWay.size > 0 && !backlog) await Promise.race([...this.#underWay, this.#options.clock.sleep(SCALE_MILLIS)]);
      const messages = await this.#gather();
      backlog = messages.length >= Math.min(this.#plan.batchSize, RECEIVE_MAX);
      if (messages.length === 0) continue;
      const batch = this.#handle(messages).finally(() => this.#underWay.delete(batch));
      this.#underWay.add(batch);
    }
  }

  async #gather(): Promise<readonly Message[]> {
    const { batchSize, windowSeconds } = this.#plan;
    const messages = [...(await this.#receive(batchSize, WAIT_SECONDS_MAX))];
    const until = this.#options.clock.nowMillis() + windowSeconds * 1000;
    const leftSeconds = () => Math.ceil((until - this.#options.clock.nowMillis()) / 1000);
    while (messages.length > 0 && messages.length < batchSize && leftSeconds() > 0 && !this.#stopping.signal.aborted) {
      messages.push(...(await this.#receive(batchSize - messages.length, Math.min(WAIT_SECONDS_MAX, leftSeconds()))));
    }
    return messages;
  }

  async #receive(wanted: number, waitSeconds: number): Promise<readonly Message[]> {
    const request = new ReceiveMessageCommand({
      QueueUrl: this.#queueUrl,
      MaxNumberOfMessages: Math.min(wanted, RECEIVE_MAX),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    try {
      return (await this.#client.send(request, { abortSignal: this.#stopping.signal })).Messages ?? [];
    } catch {
      // The queue may be gone, or a wire cut: AWS goes on polling, and so do we.
      if (!this.#stopping.signal.aborted) await this.#options.clock.sleep(ERROR_WAIT_MILLIS);
      return [];
    }
  }

  async #handle(messages: readonly Message[]): Promise<void> {
    const records = messages.map((message) => ({ message, record: queueRecord(message, this.#plan.sourceArn) }));
    const wanted = records.filter(({ record }) => passes(this.#plan.filters, filterView(record)));
    const done = records.filter((entry) => !wanted.includes(entry)).map(({ message }) => message);
    if (wanted.length > 0) {
      const result = await this.#options.pool.invoke({ Records: wanted.map(({ record }) => record) });
      const outcome = batchOutcome(
        result,
        this.#plan.reportsItemFailures,
        wanted.map(({ message }) => message.MessageId as string),
      );
      const isDone = (message: Message) =>
        outcome.kind === 'done' || (outcome.kind === 'partial' && !outcome.identifiers.has(message.MessageId as string));
      done.push(...wanted.map(({ message }) => message).filter(isDone));
    }
    if (!this.#stopping.signal.aborted) await this.#delete(done);
  }

  /** What cannot be deleted comes again after its visibility timeout, as on AWS. */
  async #delete(messages: readonly Message[]): Promise<void> {
    for (let start = 0; start < messages.length; start += RECEIVE_MAX) {
      const Entries = messages.slice(start, start + RECEIVE_MAX).map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#client.send(new DeleteMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries })).catch(() => undefined);
    }
  }
}

/** A filter sees the body as JSON where it is JSON. */
function filterView(record: object): object {
  const { body } = record as { body?: string };
  try {
    return { ...record, body: JSON.parse(body ?? '') };
  } catch {
    return record;
  }
}
