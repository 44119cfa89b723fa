/** The event source mapping of a table's stream: reads every shard, parents before children, and feeds the lanes of the function. */
import { DescribeStreamCommand, DynamoDBStreamsClient, ListStreamsCommand, type Shard } from '@aws-sdk/client-dynamodb-streams';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../lambdas/core/ports.ts';
import { clientSettings } from './function-client.ts';
import type { FunctionPool } from './function-pool.ts';
import { LocalError } from './local-error.ts';
import type { StreamMappingPlan } from './mapping-plan.ts';
import { ACCOUNT } from './physical-names.ts';
import { ShardReader } from './shard-reader.ts';
import { streamFailure } from './stream-failure.ts';
import type { GivenUp } from './stream-lane.ts';

export type MappingOptions = {
  readonly pool: FunctionPool;
  /** The fronts' URLs: a mapping calls AWS in the name of its function. */
  readonly endpoints: { readonly dynamodb: string; readonly sqs: string };
  readonly clock: Clock;
};

/** A child shard can be listed a little after its parent was closed. */
const DISCOVERY_MILLIS = 1_000;

export class StreamMapping {
  readonly #plan: StreamMappingPlan;
  readonly #options: MappingOptions;
  readonly #streams: DynamoDBStreamsClient;
  readonly #queues: SQSClient;
  readonly #readers = new Map<string, ShardReader>();
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(plan: StreamMappingPlan, options: MappingOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#streams = new DynamoDBStreamsClient(clientSettings(options.endpoints.dynamodb, plan.functionId));
    this.#queues = new SQSClient(clientSettings(options.endpoints.sqs, plan.functionId));
  }

  /** Throws `NO_STREAM` where the table has none. */
  async start(): Promise<void> {
    const arn = await this.#engineStreamArn();
    await this.#discover(arn, this.#plan.startingPosition);
    this.#running = this.#follow(arn);
  }

  /** Hands over every record of the stream once more. */
  rewind(): void {
    for (const reader of this.#readers.values()) reader.rewind();
  }

  /** Returns at once; `stopped` tells when nothing runs any more. */
  stop(): void {
    this.#stopping.abort();
    for (const reader of this.#readers.values()) reader.stop();
  }

  async stopped(): Promise<void> {
    await this.#running;
    this.#streams.destroy();
    this.#queues.destroy();
  }

  /** The engine gives its own region and a time in the ARN, so it is asked for; the template's ARN is what the function sees. */
  async #engineStreamArn(): Promise<string> {
    const { Streams = [] } = await this.#streams.send(new ListStreamsCommand({ TableName: this.#plan.table }));
    const arn = Streams[0]?.StreamArn;
    if (arn !== undefined) return arn;
    throw new LocalError(
      'NO_STREAM',
      `The mapping ${this.#plan.logicalId} reads the stream of ${this.#plan.table}, which has none. Give the table a StreamSpecification.`,
    );
  }

  /** Shards split and end; their children are read from their beginning once everything of the parent is done. */
  async #follow(arn: string): Promise<void> {
    const running = new Map([...this.#readers].map(([id, reader]) => [id, reader.run()]));
    while (!this.#stopping.signal.aborted) {
      await Promise.race(running.values());
      if (this.#stopping.signal.aborted) break;
      for (const [id, reader] of this.#readers) if (reader.finished) running.delete(id);
      await this.#discover(arn, 'TRIM_HORIZON').catch(() => undefined);
      for (const [id, reader] of this.#readers) if (!reader.started) running.set(id, reader.run());
      if (running.size === 0) await this.#options.clock.sleep(DISCOVERY_MILLIS);
    }
    await Promise.all(running.values());
  }

  async #discover(arn: string, position: 'TRIM_HORIZON' | 'LATEST'): Promise<void> {
    for (const shard of await this.#shards(arn)) {
      const id = shard.ShardId as string;
      const parent = shard.ParentShardId === undefined ? undefined : this.#readers.get(shard.ParentShardId);
      if (!this.#readers.has(id) && (parent === undefined || parent.finished)) this.#readers.set(id, this.#reader(id, arn, position));
    }
  }

  async #shards(arn: string): Promise<readonly Shard[]> {
    const shards: Shard[] = [];
    let after: string | undefined;
    do {
      const { StreamDescription } = await this.#streams.send(
        new DescribeStreamCommand({ StreamArn: arn, ...(after === undefined ? {} : { ExclusiveStartShardId: after }) }),
      );
      shards.push(...(StreamDescription?.Shards ?? []));
      after = StreamDescription?.LastEvaluatedShardId;
    } while (after !== undefined);
    return shards;
  }

  #reader(shardId: string, engineStreamArn: string, position: 'TRIM_HORIZON' | 'LATEST'): ShardReader {
    return new ShardReader({
      plan: this.#plan,
      client: this.#streams,
      clock: this.#options.clock,
      shardId,
      // A batch that waits for a worker could as well grow: the parallelization factor is a bound, and the workers are another one.
      lanes: Math.min(this.#plan.lanes, this.#options.pool.plan.workersMax),
      engineStreamArn,
      position,
      signal: this.#stopping.signal,
      invoke: (event) => this.#options.pool.invoke(event),
      giveUp: (what) => this.#tell(shardId, what),
    });
  }

  async #tell(shardId: string, what: GivenUp): Promise<void> {
    const { onFailureQueue, sourceArn: streamArn } = this.#plan;
    if (onFailureQueue === undefined) return;
    const nowMillis = this.#options.clock.nowMillis();
    const MessageBody = streamFailure(what, { functionArn: this.#options.pool.plan.arn, streamArn, shardId, nowMillis });
    const QueueUrl = `${this.#options.endpoints.sqs}/${ACCOUNT}/${onFailureQueue}`;
    // AWS drops the message as well where the destination refuses it (metric DestinationDeliveryFailures).
    await this.#queues.send(new SendMessageCommand({ QueueUrl, MessageBody })).catch(() => undefined);
  }
}
