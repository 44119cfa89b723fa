/** The relay: a new outbox item becomes one message for each of its addresses. */
import { describe, expect, it } from '@jest/globals';
import { BATCH_BYTES_MAX, MESSAGE_BYTES_MAX } from '../../lambdas/core/limits.ts';
import { createRelayBench, recordFor, recordsFor } from './relay-bench.ts';

const DONE = { batchItemFailures: [] };

describe('a new outbox item', () => {
  it('becomes a message in the queue of each consumer it is addressed to, with the address as it was written', async () => {
    const bench = createRelayBench();
    expect(await bench.relay([recordFor(1, ['ledger@7', 'receipts@1'])])).toEqual(DONE);
    expect(bench.calls.map(({ queue, input }) => [queue, JSON.parse(input.Entries?.[0]?.MessageBody ?? '').address])).toEqual([
      ['ledger', 'ledger@7'],
      ['receipts', 'receipts@1'],
    ]);
    expect(bench.counted.counts()).toMatchObject({ MessagesSent: 2, SendCalls: 2 });
    expect(bench.counted.flushes()).toBe(1);
  });

  it('travels with nine others in one call', async () => {
    const bench = createRelayBench();
    expect(await bench.relay(recordsFor(25, ['ledger@1']))).toEqual(DONE);
    expect(bench.calls.map(({ input }) => input.Entries?.length)).toEqual([10, 10, 5]);
    expect(bench.sentTo('ledger')).toEqual(Array.from({ length: 25 }, (_, index) => `e${index}`));
    for (const { input } of bench.calls) expect(new Set(input.Entries?.map(({ Id: id }) => id)).size).toBe(input.Entries?.length);
  });

  it('is never put into a call of more than 900 KB', async () => {
    const bench = createRelayBench();
    const payload = Buffer.from(JSON.stringify('x'.repeat(MESSAGE_BYTES_MAX - 1000)));
    await bench.relay(Array.from({ length: 10 }, (_, number) => recordFor(number, ['ledger@1'], { payload, codec: 'raw' })));
    const sizes = bench.calls.map(({ input }) =>
      (input.Entries ?? []).reduce((sum, { MessageBody: body }) => sum + Buffer.byteLength(body ?? ''), 0),
    );
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(BATCH_BYTES_MAX);
    expect(bench.sentTo('ledger')).toHaveLength(10);
  });

  it('addressed to the quarantine goes nowhere, and that is no loss', async () => {
    const bench = createRelayBench();
    expect(await bench.relay([recordFor(1, ['quarantine'])])).toEqual(DONE);
    expect(bench.calls).toEqual([]);
    expect(bench.counted.counts()).toEqual({});
  });

  it('addressed to nobody goes nowhere', async () => {
    const bench = createRelayBench();
    expect(await bench.relay([recordFor(1, [])])).toEqual(DONE);
    expect(bench.counted.counts()).toEqual({});
  });
});

describe('a record that is no new item', () => {
  // crash matrix: tables → relay | own update or expiry | nothing is sent; no loop
  it.each(['MODIFY', 'REMOVE'] as const)('%s is left alone, so that the expiry of an item sends nothing', async (eventName) => {
    const bench = createRelayBench();
    expect(await bench.relay([{ ...recordFor(1, ['ledger@1']), eventName }])).toEqual(DONE);
    expect(bench.calls).toEqual([]);
    expect(bench.counted.counts()).toEqual({});
  });

  it('without an image is left alone', async () => {
    const bench = createRelayBench();
    const { dynamodb: _, ...bare } = recordFor(1, ['ledger@1']);
    expect(await bench.relay([bare])).toEqual(DONE);
  });
});

describe('an empty batch', () => {
  it('is done', async () => {
    const bench = createRelayBench();
    expect(await bench.relay([])).toEqual(DONE);
    expect(bench.calls).toEqual([]);
  });
});
