/** The relay's event source mapping as AWS runs it: shard after shard, a checkpoint only behind what is done, and every record perhaps again. */

import { STREAM_BATCH_RECORDS, STREAM_RECORD_HOURS_MAX, STREAM_RETRIES_MAX } from '../../lib/sizing.ts';
import { batchOutcome } from '../../local/batch-response.ts';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import type { InvocationResult } from '../../local/function-instance.ts';
import type { SimContext } from './sim-context.ts';
import type { SimulatedCloud } from './simulated-cloud.ts';
import { createStreamReader, type ShardPlace, type StreamRecord } from './stream-reader.ts';

export type StreamMapping = {
  /** The table has new records. */
  ring(): void;
  pause(): void;
  resume(): void;
};

type Invoke = (event: JsonObject) => Promise<InvocationResult>;
type Batch = { readonly records: readonly StreamRecord[]; readonly retries: number };

const DELAY_MILLIS = [20, 400] as const;
/** AWS does not publish its own; these come back well within the relay's patience with a queue. */
const RETRY_BASE_MILLIS = 500;
const RETRY_CAP_MILLIS = 20_000;

export function createStreamMapping(context: SimContext, cloud: SimulatedCloud, invoke: Invoke): StreamMapping {
  const { time, faults } = context;
  const random = context.random.fork('stream mapping');
  const reader = createStreamReader(cloud, 'Outbox');
  const begun = new Set<string>();
  const finished = new Set<string>();
  let paused = false;
  let news = 0;
  let ring: () => void = () => {};
  let bell = newBell();

  function newBell(): Promise<void> {
    return new Promise((resolve) => {
      ring = resolve;
    });
  }
  const wake = () => {
    news += 1;
    ring();
    bell = newBell();
  };
  const discover = async (): Promise<void> => {
    for (const shard of await reader.shards()) {
      if (begun.has(shard.id) || (shard.parentId !== undefined && begun.has(shard.parentId) && !finished.has(shard.parentId))) continue;
      begun.add(shard.id);
      work({ shardId: shard.id, checkpoint: undefined }).catch(context.broke);
    }
  };
  const work = async (place: ShardPlace): Promise<void> => {
    for (;;) {
      const seen = news;
      const limit = faults.hit('stream batch cut short') ? random.between(1, 3) : STREAM_BATCH_RECORDS;
      const read = paused ? undefined : await reader.read(place, limit);
      if (read?.ended === true && read.records.length === 0) break;
      if (read === undefined || read.records.length === 0) {
        if (seen === news) await bell;
        continue;
      }
      const done = await process(read.records.filter(({ eventName }) => eventName === 'INSERT'));
      if (!done || faults.hit('stream poller restarts')) continue;
      place.checkpoint = read.records.at(-1)?.dynamodb.SequenceNumber;
    }
    finished.add(place.shardId);
    await discover();
  };

  /** True where each record is done or given up; false where the mapping was paused before that. */
  const process = async (records: readonly StreamRecord[]): Promise<boolean> => {
    const todo: Batch[] = [{ records, retries: 0 }];
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      if (paused) return false;
      const batch = { ...next, records: next.records.filter((record) => !isTooOld(record)) };
      if (batch.records.length < next.records.length) context.happened('records given up for their age');
      if (batch.records.length === 0) continue;
      const result = await hand(batch);
      const again = after(batch, result);
      if (again.length > 0) await time.sleep(Math.min(RETRY_CAP_MILLIS, RETRY_BASE_MILLIS * 2 ** Math.min(batch.retries, 10)));
      todo.unshift(...again);
    }
    return true;
  };
  const isTooOld = (record: StreamRecord) =>
    time.nowMillis() - record.dynamodb.ApproximateCreationDateTime * 1000 > STREAM_RECORD_HOURS_MAX * 3_600_000;
  const hand = async ({ records }: Batch): Promise<InvocationResult> => {
    const event = { Records: records };
    const result = await invoke(event);
    if (!faults.hit('stream batch repeated')) return result;
    return invoke(event);
  };
  const seeRelayed = (records: readonly StreamRecord[]) => {
    if (records.length > 0)
      context.see({ kind: 'relayed', eventKeys: records.map(({ dynamodb }) => String(dynamodb.NewImage?.['sk']?.S)) });
  };
  const after = ({ records, retries }: Batch, result: InvocationResult): Batch[] => {
    const outcome = batchOutcome(
      result,
      true,
      records.map(({ dynamodb }) => dynamodb.SequenceNumber),
    );
    if (outcome.kind === 'done') {
      seeRelayed(records);
      return [];
    }
    context.happened(`stream batch ${outcome.kind}`);
    if (outcome.kind === 'failed' && records.length > 1) {
      const middle = Math.ceil(records.length / 2);
      return [records.slice(0, middle), records.slice(middle)].map((half) => ({ records: half, retries: retries + 1 }));
    }
    const lowest = outcome.kind === 'partial' ? records.findIndex(({ dynamodb }) => outcome.identifiers.has(dynamodb.SequenceNumber)) : 0;
    if (retries >= STREAM_RETRIES_MAX) return [];
    seeRelayed(records.slice(0, lowest));
    return [{ records: records.slice(lowest), retries: retries + 1 }];
  };

  return {
    ring: () => {
      time.after(random.between(...DELAY_MILLIS), () => {
        discover().then(wake, context.broke);
      });
    },
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      wake();
    },
  };
}
