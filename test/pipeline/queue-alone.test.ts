/** A queue that goes on failing while the others work: its messages stop holding up theirs, and only then. */
import { describe, expect, it } from '@jest/globals';
import { QUEUE_FAILURE_GAP_SECONDS, QUEUE_PATIENCE_SECONDS } from '../../lambdas/core/limits.ts';
import { failure } from './dynamo-answers.ts';
import { createRelayBench, recordsFor } from './relay-bench.ts';

const failuresOf = (...numbers: readonly number[]) => ({
  batchItemFailures: numbers.map((number) => ({ itemIdentifier: `seq-${number}` })),
});

describe('a queue that alone goes on failing', () => {
  const failing = (queues: readonly string[], untilMillis = Number.POSITIVE_INFINITY) =>
    createRelayBench({
      answer: ({ queue, atMillis }) =>
        queues.includes(queue) && atMillis < untilMillis ? Promise.reject(failure('KmsAccessDenied')) : undefined,
    });
  const both = recordsFor(2, ['ledger@1', 'receipts@1']);
  /** The mapping tries the same records again and again, until the time has passed. */
  const relayFor = async (bench: ReturnType<typeof failing>, seconds: number, records = both) => {
    const endMillis = bench.clock.nowMillis() + seconds * 1000;
    while (bench.clock.nowMillis() < endMillis) {
      expect(await bench.relay(records)).toEqual(failuresOf(0, 1));
      bench.clock.advance(1000);
    }
  };

  const relayUntilGivenUp = async (bench: ReturnType<typeof failing>) => {
    await relayFor(bench, QUEUE_PATIENCE_SECONDS - 10);
    bench.clock.advance(10_000);
  };

  // crash matrix: relay → queue | outage of one queue | after two minutes left to settlement, until it takes a message again
  it('is waited for two minutes, then its messages are counted and left to settlement, and nobody waits for them', async () => {
    const bench = failing(['ledger']);
    await relayUntilGivenUp(bench);
    expect(await bench.relay(both)).toEqual(failuresOf());
    expect(bench.counted.counts()).toMatchObject({ 'RelayGivenUp{cause=queue-failing}': 2 });
  });

  it('is still given up when the record at the head is only for it, since the others worked before', async () => {
    const bench = failing(['ledger']);
    expect(await bench.relay(both)).toEqual(failuresOf(0, 1));
    const alone = recordsFor(2, ['ledger@1']);
    await relayFor(bench, QUEUE_PATIENCE_SECONDS - 10, alone);
    bench.clock.advance(10_000);
    expect(await bench.relay(alone)).toEqual(failuresOf());
  });

  it('is from then on asked once in each batch of records, which costs the others no time', async () => {
    const bench = failing(['ledger']);
    await relayUntilGivenUp(bench);
    await bench.relay(both);
    const [calls, start] = [bench.calls.length, bench.clock.nowMillis()];
    expect(await bench.relay(both)).toEqual(failuresOf());
    expect(bench.clock.nowMillis()).toBe(start);
    expect(bench.calls.slice(calls).map(({ queue }) => queue)).toEqual(['ledger', 'receipts']);
  });

  it('is asked that once also where time passes before its turn, and works again when it takes a message', async () => {
    const bench = failing(['ledger'], QUEUE_PATIENCE_SECONDS * 1000);
    await relayUntilGivenUp(bench);
    // From here on each look at the clock finds a later time, as it is with a real one.
    const { nowMillis } = bench.clock;
    Object.assign(bench.clock, {
      nowMillis: () => {
        bench.clock.advance(2);
        return nowMillis();
      },
    });
    expect(await bench.relay(recordsFor(2, ['receipts@1', 'ledger@1']))).toEqual(failuresOf());
    expect(bench.sentTo('ledger')).toEqual(['e0', 'e1']);
  });

  it('is waited for anew when it failed long ago and not since: two faults far apart are not one that goes on', async () => {
    const bench = failing(['ledger']);
    expect(await bench.relay(both)).toEqual(failuresOf(0, 1));
    const others = recordsFor(2, ['receipts@1']);
    for (let seconds = 0; seconds < 2 * QUEUE_PATIENCE_SECONDS; seconds += QUEUE_FAILURE_GAP_SECONDS) {
      expect(await bench.relay(others)).toEqual(failuresOf());
      bench.clock.advance(QUEUE_FAILURE_GAP_SECONDS * 1000);
    }
    const calls = bench.calls.length;
    expect(await bench.relay(both)).toEqual(failuresOf(0, 1));
    expect(bench.calls.slice(calls).filter(({ queue }) => queue === 'ledger').length).toBeGreaterThan(2);
  });

  it('is waited for anew after it took a message', async () => {
    const patience = QUEUE_PATIENCE_SECONDS * 1000;
    const worksAt = (atMillis: number) => atMillis >= patience - 20_000 && atMillis < patience - 10_000;
    const bench = createRelayBench({
      answer: ({ queue, atMillis }) => (queue === 'ledger' && !worksAt(atMillis) ? Promise.reject(failure('KmsAccessDenied')) : undefined),
    });
    const endMillis = bench.clock.nowMillis() + patience + 60_000;
    while (bench.clock.nowMillis() < endMillis) {
      await bench.relay(both);
      bench.clock.advance(1000);
    }
    expect(bench.sentTo('ledger').length).toBeGreaterThan(0);
    expect(bench.counted.counted('RelayGivenUp{cause=queue-failing}')).toBe(0);
  });

  it('is named in the log with the events it did not take', async () => {
    const bench = failing(['ledger']);
    await relayUntilGivenUp(bench);
    await bench.relay(both);
    expect(bench.counted.lines.at(-1)).toMatchObject({
      message: 'messages given up',
      fields: { queue: 'ledger', cause: 'queue-failing', count: 2, eventIds: 'e0 e1' },
    });
  });

  // crash matrix: relay → queue | outage of one queue | after two minutes left to settlement, until it takes a message again
  it('gets its messages again as soon as it takes one', async () => {
    const bench = failing(['ledger'], (QUEUE_PATIENCE_SECONDS + 30) * 1000);
    await relayUntilGivenUp(bench);
    expect(await bench.relay(both)).toEqual(failuresOf());
    bench.clock.advance(30_000);
    expect(await bench.relay(both)).toEqual(failuresOf());
    expect(bench.sentTo('ledger')).toEqual(['e0', 'e1']);
  });

  // crash matrix: relay → queue | outage of all queues | nothing is given up; the stream keeps the records
  it('is never given up while all the others fail too: that is an outage, and nobody is held up by it', async () => {
    const bench = failing(['ledger', 'receipts']);
    await relayFor(bench, 3 * QUEUE_PATIENCE_SECONDS);
    expect(bench.counted.counted('RelayGivenUp{cause=queue-failing}')).toBe(0);
  });

  it('is not given up because the others took messages before the outage began', async () => {
    const bench = createRelayBench({ answer: ({ atMillis }) => (atMillis > 0 ? Promise.reject(failure('InternalError')) : undefined) });
    expect(await bench.relay(both)).toEqual(failuresOf());
    bench.clock.advance(1000);
    await relayFor(bench, 2 * QUEUE_PATIENCE_SECONDS);
    expect(bench.counted.counted('RelayGivenUp{cause=queue-failing}')).toBe(0);
  });
});
