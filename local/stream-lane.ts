/**
 * One order of records of a shard, handed to the function batch by batch: with retries, bisection, checkpoints and records given up
 * as Lambda's event source mapping does it. A shard has as many lanes as its parallelization factor.
 */
import type { Clock } from '../lambdas/core/ports.ts';
import { batchOutcome } from './batch-response.ts';
import type { InvocationResult } from './function-instance.ts';
import type { StreamMappingPlan } from './mapping-plan.ts';
import type { StreamRecord } from './stream-record.ts';

/** Why records were given up, as the message to the failure destination calls it. */
export type GivenUp = {
  readonly records: readonly StreamRecord[];
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly invocations: number;
};

export type StreamLaneOptions = {
  readonly plan: StreamMappingPlan;
  readonly clock: Clock;
  invoke(event: object): Promise<InvocationResult>;
  giveUp(what: GivenUp): Promise<void>;
};

type Batch = { readonly records: readonly StreamRecord[]; readonly retries: number; readonly invocations: number };

/** Lambda takes at most 6 MB a synchronous invocation. */
const INVOCATION_BYTES_MAX = 6 * 1024 * 1024;
/** AWS says only that it backs off; short, so that a demo does not stand still. */
const RETRY_BASE_MILLIS = 50;
const RETRY_CAP_MILLIS = 2_000;
const WINDOW_STEP_MILLIS = 50;

export class StreamLane {
  readonly #options: StreamLaneOptions;
  readonly #pending: StreamRecord[] = [];
  #stopped = false;
  #working = false;
  #arrived: () => void = () => {};

  constructor(options: StreamLaneOptions) {
    this.#options = options;
  }

  /** Records that were not checkpointed yet, those in an invocation not counted. */
  get backlog(): number {
    return this.#pending.length;
  }

  get idle(): boolean {
    return !this.#working && this.#pending.length === 0;
  }

  push(record: StreamRecord): void {
    this.#pending.push(record);
    this.#arrived();
  }

  stop(): void {
    this.#stopped = true;
    this.#arrived();
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      if (this.#pending.length === 0) {
        await new Promise<void>((resolve) => {
          this.#arrived = resolve;
        });
        continue;
      }
      this.#working = true;
      await this.#waitForWindow();
      await this.#process({ records: this.#takeBatch(), retries: 0, invocations: 0 });
      this.#working = false;
    }
  }

  async #waitForWindow(): Promise<void> {
    const { plan, clock } = this.#options;
    const until = clock.nowMillis() + plan.windowSeconds * 1000;
    while (!this.#stopped && this.#pending.length < plan.batchSize && clock.nowMillis() < until) await clock.sleep(WINDOW_STEP_MILLIS);
  }

  #takeBatch(): readonly StreamRecord[] {
    let count = 0;
    let bytes = 0;
    for (const record of this.#pending) {
      bytes += record.bytes;
      if (count === this.#options.plan.batchSize || (count > 0 && bytes > INVOCATION_BYTES_MAX)) break;
      count += 1;
    }
    return this.#pending.splice(0, count);
  }

  /** Ends when each record of the batch is done or given up. */
  async #process(batch: Batch): Promise<void> {
    const todo = [batch];
    for (let next = todo.shift(); next !== undefined && !this.#stopped; next = todo.shift()) {
      const current = await this.#withoutExpired(next);
      if (current.records.length === 0) continue;
      const result = await this.#options.invoke({ Records: current.records.map((record) => record.lambda) });
      if (this.#stopped) return;
      todo.unshift(...(await this.#after(current, result)));
    }
  }

  /** What has to be invoked again after this result, in order. */
  async #after(batch: Batch, result: InvocationResult): Promise<readonly Batch[]> {
    const { plan } = this.#options;
    const outcome = batchOutcome(
      result,
      plan.reportsItemFailures,
      batch.records.map((record) => record.sequenceNumber),
    );
    const invocations = batch.invocations + 1;
    if (outcome.kind === 'done') return [];
    if (outcome.kind === 'failed' && plan.bisects && batch.records.length > 1) {
      const middle = Math.ceil(batch.records.length / 2);
      const half = (records: readonly StreamRecord[]): Batch => ({ records, retries: batch.retries, invocations });
      await this.#backOff(batch.retries);
      return [half(batch.records.slice(0, middle)), half(batch.records.slice(middle))];
    }
    const checkpoint = outcome.kind === 'partial' ? batch.records.findIndex((record) => outcome.identifiers.has(record.sequenceNumber)) : 0;
    const records = batch.records.slice(checkpoint);
    // With bisection the batch is cut at the returned sequence number, and cutting takes nothing from the retries.
    const retries = plan.bisects && checkpoint > 0 ? batch.retries : batch.retries + 1;
    if (plan.retriesMax >= 0 && retries > plan.retriesMax) {
      await this.#options.giveUp({ records, condition: 'RetryAttemptsExhausted', invocations });
      return [];
    }
    await this.#backOff(batch.retries);
    return [{ records, retries, invocations }];
  }

  async #withoutExpired(batch: Batch): Promise<Batch> {
    const { plan, clock } = this.#options;
    if (plan.recordAgeSecondsMax < 0) return batch;
    const oldest = clock.nowMillis() - plan.recordAgeSecondsMax * 1000;
    const firstLive = batch.records.findIndex((record) => record.arrivedAtMillis >= oldest);
    if (firstLive === 0) return batch;
    const expired = firstLive === -1 ? batch.records : batch.records.slice(0, firstLive);
    await this.#options.giveUp({ records: expired, condition: 'RecordAgeExceeded', invocations: batch.invocations });
    return { ...batch, records: batch.records.slice(expired.length) };
  }

  async #backOff(retries: number): Promise<void> {
    await this.#options.clock.sleep(Math.min(RETRY_CAP_MILLIS, RETRY_BASE_MILLIS * 2 ** Math.min(retries, 10)));
  }
}
