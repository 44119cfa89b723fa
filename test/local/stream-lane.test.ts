/** Batches, retries, bisection, checkpoints and records given up, as Lambda's mapping of a stream has them. The clock jumps over each wait. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { InvocationResult } from '../../local/function-instance.ts';
import type { StreamMappingPlan } from '../../local/mapping-plan.ts';
import { streamFailure } from '../../local/stream-failure.ts';
import { type GivenUp, StreamLane } from '../../local/stream-lane.ts';
import type { StreamRecord } from '../../local/stream-record.ts';

const plan: StreamMappingPlan = {
  kind: 'stream',
  logicalId: 'Mapping',
  functionId: 'Relay',
  sourceArn: 'arn',
  table: 'outbox',
  batchSize: 10,
  windowSeconds: 0,
  reportsItemFailures: true,
  filters: [],
  enabled: true,
  startingPosition: 'TRIM_HORIZON',
  lanes: 1,
  bisects: true,
  retriesMax: 2,
  recordAgeSecondsMax: -1,
  onFailureQueue: undefined,
};

const record = (sequenceNumber: string, extra: Partial<StreamRecord> = {}): StreamRecord => ({
  sequenceNumber,
  arrivedAtMillis: 0,
  itemKey: sequenceNumber,
  bytes: 1_000,
  lambda: { sequenceNumber },
  ...extra,
});

type Played = { readonly invocations: readonly string[]; readonly givenUp: readonly GivenUp[]; readonly nowMillis: number };
type Answer = (batch: readonly string[]) => InvocationResult;

const DONE: InvocationResult = { ok: true, payload: null };
const CRASH: InvocationResult = { ok: false, error: { errorType: 'Error', errorMessage: 'crash' } };
const failing = (...identifiers: string[]): InvocationResult => ({
  ok: true,
  payload: { batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) },
});

/** Hands the records to a lane and waits until all of them are done or given up. */
async function play(changes: Partial<StreamMappingPlan>, records: readonly StreamRecord[], answer: Answer): Promise<Played> {
  const invocations: string[] = [];
  const givenUp: GivenUp[] = [];
  let nowMillis = 0;
  const clock = {
    nowMillis: () => nowMillis,
    sleep: async (millis: number) => {
      nowMillis += millis;
      await turn();
    },
  };
  const lane = new StreamLane({
    plan: { ...plan, ...changes },
    clock,
    giveUp: async (what) => void givenUp.push(what),
    invoke: async (event) => {
      const batch = (event as { Records: { sequenceNumber: string }[] }).Records.map(({ sequenceNumber }) => sequenceNumber);
      invocations.push(batch.join(''));
      return answer(batch);
    },
  });
  for (const each of records) lane.push(each);
  const running = lane.run();
  for (let waits = 0; !lane.idle; waits += 1) {
    if (waits > 10_000) throw new Error('The lane does not come to an end.');
    await turn();
  }
  lane.stop();
  await running;
  return { invocations, givenUp, nowMillis };
}

const letters = [...'abcdefgh'].map((letter) => record(letter));

describe('a batch', () => {
  it('holds at most the batch size, in the order of the stream', async () => {
    expect((await play({ batchSize: 3 }, letters, () => DONE)).invocations).toEqual(['abc', 'def', 'gh']);
  });

  it('holds at most the 6 MB of an invocation, and a record that is larger alone', async () => {
    const large = letters.map((each) => ({ ...each, bytes: 2.5 * 1024 * 1024 }));
    expect((await play({}, large.slice(0, 5), () => DONE)).invocations).toEqual(['ab', 'cd', 'e']);
    expect((await play({}, [record('a', { bytes: 9 * 1024 * 1024 }), record('b')], () => DONE)).invocations).toEqual(['a', 'b']);
  });

  it('waits for the batching window where it is not full', async () => {
    const played = await play({ windowSeconds: 3 }, letters, () => DONE);
    expect(played.nowMillis).toBeGreaterThanOrEqual(3_000);
    expect((await play({ windowSeconds: 3, batchSize: 8 }, letters, () => DONE)).nowMillis).toBe(0);
  });
});

describe('a partial failure', () => {
  // crash matrix: tables → relay | partial failure | from the lowest failed record on once more
  it('goes on from the lowest failed record, whatever the order of the answer, and repeats what came after it', async () => {
    let first = true;
    const { invocations } = await play({}, letters, () => {
      if (!first) return DONE;
      first = false;
      return failing('f', 'd');
    });
    expect(invocations).toEqual(['abcdefgh', 'defgh']);
  });

  it('of the first record alone is tried again as often as the retries allow, and then the rest of the batch is given up', async () => {
    const { invocations, givenUp } = await play({ retriesMax: 2 }, letters.slice(0, 3), () => failing('a'));
    expect(invocations).toEqual(['abc', 'abc', 'abc']);
    expect(givenUp.map(({ condition, records, invocations: count }) => [condition, records.length, count])).toEqual([
      ['RetryAttemptsExhausted', 3, 3],
    ]);
  });

  it('takes nothing from the retries where the mapping bisects, and everything where it does not', async () => {
    const eachOnce = () => {
      const failed = new Set<string>();
      return (batch: readonly string[]) => {
        const next = batch.find((each) => !failed.has(each));
        if (next === undefined) return DONE;
        failed.add(next);
        return failing(next);
      };
    };
    const answer = eachOnce();
    expect((await play({ retriesMax: 1, bisects: false }, letters, answer)).givenUp).toHaveLength(1);
    const steps = ['b', 'c', 'd'];
    const progress: Answer = () => (steps.length > 0 ? failing(steps.shift() as string) : DONE);
    expect((await play({ retriesMax: 0, bisects: true }, letters, progress)).givenUp).toEqual([]);
  });

  it('that names a record outside the batch is a failure of the whole batch', async () => {
    let first = true;
    const { invocations } = await play({ bisects: false }, letters.slice(0, 2), () => {
      if (!first) return DONE;
      first = false;
      return failing('z');
    });
    expect(invocations).toEqual(['ab', 'ab']);
  });
});

describe('a function error', () => {
  it('halves the batch until the bad record stands alone; everything else is done, in order, and splitting uses no retries', async () => {
    const { invocations, givenUp } = await play({ retriesMax: 1 }, letters, (batch) => (batch.includes('c') ? CRASH : DONE));
    expect(invocations).toEqual(['abcdefgh', 'abcd', 'ab', 'cd', 'c', 'c', 'd', 'efgh']);
    expect(givenUp.map(({ records }) => records.map(({ sequenceNumber }) => sequenceNumber))).toEqual([['c']]);
  });

  it('repeats the whole batch where the mapping does not bisect', async () => {
    const { invocations, givenUp } = await play({ bisects: false, retriesMax: 2 }, letters.slice(0, 2), () => CRASH);
    expect(invocations).toEqual(['ab', 'ab', 'ab']);
    expect(givenUp).toHaveLength(1);
  });

  it('is tried without end where the retries are unlimited', async () => {
    let tries = 0;
    const { givenUp } = await play({ bisects: false, retriesMax: -1 }, letters.slice(0, 1), () => {
      tries += 1;
      return tries < 200 ? CRASH : DONE;
    });
    expect(givenUp).toEqual([]);
    expect(tries).toBe(200);
  });

  it('of no retries gives up at once', async () => {
    expect((await play({ bisects: false, retriesMax: 0 }, letters.slice(0, 1), () => CRASH)).invocations).toEqual(['a']);
  });
});

describe('a record that is too old', () => {
  // crash matrix: tables → relay | too late | given up alone after six hours, not by tries; settlement sends it
  it('is given up without an invocation, and the younger ones behind it are not', async () => {
    const records = [record('a', { arrivedAtMillis: -61_000 }), record('b', { arrivedAtMillis: -1_000 })];
    const { invocations, givenUp } = await play({ recordAgeSecondsMax: 60 }, records, () => DONE);
    expect(invocations).toEqual(['b']);
    expect(givenUp.map(({ condition, records: old, invocations: count }) => [condition, old.length, count])).toEqual([
      ['RecordAgeExceeded', 1, 0],
    ]);
  });

  it('ends retries that have no other end', async () => {
    const { givenUp } = await play({ recordAgeSecondsMax: 60, retriesMax: -1, bisects: false }, letters.slice(0, 1), () => CRASH);
    expect(givenUp.map(({ condition }) => condition)).toEqual(['RecordAgeExceeded']);
  });
});

it('tells the failure destination where the records are, and nothing of what they hold', () => {
  const secret = { lambda: { secret: 'card number' } };
  const records = [record('100', { ...secret, arrivedAtMillis: 1_000 }), record('105', { ...secret, arrivedAtMillis: 2_000 })];
  const text = streamFailure(
    { records, condition: 'RetryAttemptsExhausted', invocations: 3 },
    { functionArn: 'arn:fn', streamArn: 'arn:stream', shardId: 'shard-1', nowMillis: 5_000 },
  );
  expect(text).not.toContain('card number');
  expect(JSON.parse(text)).toEqual({
    requestContext: {
      requestId: expect.any(String),
      functionArn: 'arn:fn',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '1970-01-01T00:00:05.000Z',
    DDBStreamBatchInfo: {
      shardId: 'shard-1',
      startSequenceNumber: '100',
      endSequenceNumber: '105',
      approximateArrivalOfFirstRecord: '1970-01-01T00:00:01.000Z',
      approximateArrivalOfLastRecord: '1970-01-01T00:00:02.000Z',
      batchSize: 2,
      streamArn: 'arn:stream',
    },
  });
});
