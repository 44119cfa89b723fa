/** Reads one shard of a stream to its end and hands its records, filtered, to the lanes. */
import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { passes } from './filter-criteria.ts';
import { StreamLane, type StreamLaneOptions } from './stream-lane.ts';
import { streamRecord } from './stream-record.ts';

export type ShardReaderOptions = StreamLaneOptions & {
  readonly client: DynamoDBStreamsClient;
  readonly shardId: string;
  /** How many batches of the shard may be under way at the same time. */
  readonly lanes: number;
  readonly engineStreamArn: string;
  readonly position: 'TRIM_HORIZON' | 'LATEST';
  readonly signal: AbortSignal;
};

/** What GetRecords gives at most (API reference). */
const RECORDS_MAX = 1_000;
/** Reading waits for the function beyond this, so that a backlog stays in the engine. */
const BACKLOG_MAX = 5_000;
/** A single event should be through before anyone notices, and an idle stack should not heat the room. */
const BUSY_POLL_MILLIS = 10;
/** AWS polls each shard four times a second (developer guide, "Using Lambda with DynamoDB"). */
const AWS_POLL_MILLIS = 250;
/** From a hundred records a second on, the pace is AWS's. */
const GATHER_MILLIS_PER_RECORD = 10;
const IDLE_POLL_MILLIS_MAX = 200;
/** How long after the last record it is polled at the busy pace. */
const BUSY_FOR_MILLIS = 1_000;
const ERROR_WAIT_MILLIS = 200;

export class ShardReader {
  readonly #options: ShardReaderOptions;
  readonly #lanes: readonly StreamLane[];
  #iterator: string | undefined;
  #lastRead: string | undefined;
  #position: 'TRIM_HORIZON' | 'LATEST';
  #rewindAsked = false;
  #pollMillis = BUSY_POLL_MILLIS;
  #activeAtMillis = 0;
  started = false;
  /** True once the shard is closed and every record of it is done. */
  finished = false;

  constructor(options: ShardReaderOptions) {
    this.#options = options;
    this.#position = options.position;
    this.#lanes = Array.from({ length: options.lanes }, () => new StreamLane(options));
  }

  /** Runs to the end of the shard or until `stop`. */
  async run(): Promise<void> {
    this.started = true;
    const lanes = Promise.all(this.#lanes.map((lane) => lane.run()));
    await this.#read();
    while (!this.#options.signal.aborted && !this.#lanes.every((lane) => lane.idle)) await this.#options.clock.sleep(BUSY_POLL_MILLIS);
    this.finished = !this.#options.signal.aborted;
    this.stop();
    await lanes;
  }

  /** Reads everything again from the beginning, as a mapping does that was deleted and made anew with TRIM_HORIZON. */
  rewind(): void {
    this.#rewindAsked = true;
  }

  stop(): void {
    for (const lane of this.#lanes) lane.stop();
  }

  async #read(): Promise<void> {
    const { signal, clock } = this.#options;
    while (!signal.aborted) {
      if (this.#lanes.reduce((sum, lane) => sum + lane.backlog, 0) >= BACKLOG_MAX) {
        await clock.sleep(BUSY_POLL_MILLIS);
        continue;
      }
      this.#rewindIfAsked();
      try {
        const page = await this.#nextPage();
        this.#dispatch(page);
        this.#iterator = page.NextShardIterator;
        if (page.NextShardIterator === undefined) return;
        await this.#pause(page.Records?.length ?? 0);
      } catch {
        // An expired iterator, or a wire that was cut: read on after the last record that came.
        this.#iterator = undefined;
        if (!signal.aborted) await clock.sleep(ERROR_WAIT_MILLIS);
      }
    }
  }

  #rewindIfAsked(): void {
    if (!this.#rewindAsked) return;
    this.#rewindAsked = false;
    this.#iterator = undefined;
    this.#lastRead = undefined;
    this.#position = 'TRIM_HORIZON';
  }

  async #nextPage(): Promise<GetRecordsCommandOutput> {
    const { client, signal } = this.#options;
    this.#iterator ??= await this.#newIterator();
    return await client.send(new GetRecordsCommand({ ShardIterator: this.#iterator, Limit: RECORDS_MAX }), { abortSignal: signal });
  }

  async #newIterator(): Promise<string | undefined> {
    const { client, engineStreamArn, shardId, signal } = this.#options;
    const from =
      this.#lastRead === undefined
        ? ({ ShardIteratorType: this.#position } as const)
        : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: this.#lastRead } as const);
    const answer = await client.send(new GetShardIteratorCommand({ StreamArn: engineStreamArn, ShardId: shardId, ...from }), {
      abortSignal: signal,
    });
    return answer.ShardIterator;
  }

  #dispatch(page: GetRecordsCommandOutput): void {
    const { plan, clock } = this.#options;
    const arrivedAtMillis = clock.nowMillis();
    for (const raw of page.Records ?? []) {
      this.#lastRead = raw.dynamodb?.SequenceNumber ?? this.#lastRead;
      const record = streamRecord(raw, plan.sourceArn, arrivedAtMillis);
      if (passes(plan.filters, record.lambda)) this.#lanes[laneOf(record.itemKey, this.#lanes.length)]?.push(record);
    }
    if ((page.Records ?? []).length > 0) this.#activeAtMillis = arrivedAtMillis;
  }

  /** The more there is to read, the longer it gathers, up to AWS's own pace: under load the function gets full batches. */
  async #pause(records: number): Promise<void> {
    const { clock } = this.#options;
    if (records >= RECORDS_MAX) return;
    const active = clock.nowMillis() - this.#activeAtMillis < BUSY_FOR_MILLIS;
    if (active) this.#pollMillis = Math.min(AWS_POLL_MILLIS, BUSY_POLL_MILLIS + records * GATHER_MILLIS_PER_RECORD);
    else this.#pollMillis = Math.min(IDLE_POLL_MILLIS_MAX, this.#pollMillis * 2);
    await clock.sleep(this.#pollMillis);
  }
}

/** Records of one item always take the same lane, so that they stay in order. */
function laneOf(itemKey: string, lanes: number): number {
  if (lanes === 1) return 0;
  let hash = 0;
  for (let index = 0; index < itemKey.length; index += 1) hash = (hash * 31 + itemKey.charCodeAt(index)) | 0;
  return Math.abs(hash) % lanes;
}
