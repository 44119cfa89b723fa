/** The row that holds what is sent elsewhere: what cannot be kept is not sent, and what cannot be read is not guessed at. */
import { describe, expect, it } from '@jest/globals';
import { RetryableError } from '../../lambdas/core/errors.ts';
import { booksConsumer, PAID, paidMessage } from './counting-consumer.ts';
import { createOutsideBench } from './outside-bench.ts';

const DONE = { batchItemFailures: [] };
const FAILED = { batchItemFailures: [{ itemIdentifier: 'm0' }] };

describe('what cannot be frozen', () => {
  it.each([
    ['a list', [1], 'BAD_PREPARED'],
    ['a text', 'hello', 'BAD_PREPARED'],
    ['nothing', undefined, 'BAD_PREPARED'],
    ['an amount that is no number', { amount: Number.NaN }, 'BAD_PREPARED'],
    ['a member that is left open', { to: undefined }, 'BAD_PREPARED'],
    ['a date', { at: new Date(0) }, 'BAD_PREPARED'],
    ['bytes', { body: Buffer.from('x') }, 'BAD_PREPARED'],
    ['more than 64 KiB', { body: 'x'.repeat(64 * 1024) }, 'PREPARED_TOO_LARGE'],
  ])('%s is a mistake that a deploy mends: nothing is sent', async (_, sent, code) => {
    const bench = await createOutsideBench();
    const consumer = bench.consumer({ prepare: () => sent as never });
    expect(await bench.deliver([paidMessage()], { consumer })).toEqual(FAILED);
    expect(bench.counted.counts()).toEqual({ [`MessagesFailed{code=${code}}`]: 1 });
    expect(bench.outside.requests).toEqual([]);
    expect(await bench.items('inbox')).toEqual([]);
    expect(JSON.stringify(bench.counted.lines)).not.toContain('xxx');
  });
});

describe('what was frozen', () => {
  it('by a release that sends, under a natural key, is no duplicate for one that sends nothing: it waits for the release that does', async () => {
    const bench = await createOutsideBench();
    const naturalKey = () => 'pi_1';
    await bench.deliver([paidMessage()], { consumer: bench.consumer({ naturalKey }), end: 'after performing' });
    expect(await bench.deliver([paidMessage()], { consumer: booksConsumer({ naturalKey, apply: () => [] }) })).toEqual(FAILED);
    expect(bench.counted.counts()).toMatchObject({ 'MessagesFailed{code=FROZEN_BY_ANOTHER_RELEASE}': 1 });
    expect((await bench.items('inbox')).filter(({ kind }) => kind === 'event')).toEqual([]);
    expect(await bench.deliver([paidMessage()], { consumer: bench.consumer({ naturalKey }) })).toEqual(DONE);
    expect(bench.outside.done).toHaveLength(1);
    expect(await bench.items('Sent')).toHaveLength(1);
  });

  it('can be sent again after any number of failures', async () => {
    const bench = await createOutsideBench();
    const failing = bench.consumer({ perform: () => Promise.reject(new RetryableError('BUSY', 'later')) });
    for (let receives = 1; receives <= 12; receives += 1) {
      expect(await bench.deliver([paidMessage()], { consumer: failing, receives })).toEqual(FAILED);
    }
    expect(await bench.deliver([paidMessage()])).toEqual(DONE);
    expect(bench.outside.done).toHaveLength(1);
    expect(await bench.items('Sent')).toHaveLength(1);
  });
});

describe('a row that is none of ours', () => {
  it.each([
    ['of a newer release', { kind: 'prepared', at: '2026-11-23T22:25:00.000Z', sent2: '{}' }],
    ['of another kind', { kind: 'event', at: '2026-11-23T22:25:00.000Z', sent: '{}' }],
    ['without a time', { kind: 'prepared', sent: '{}' }],
    ['that holds a list', { kind: 'prepared', at: '2026-11-23T22:25:00.000Z', sent: '[]' }],
  ])('%s is not guessed at: nothing is sent', async (_, item) => {
    const bench = await createOutsideBench();
    await bench.put('inbox', { pk: `prepared#books@1#${PAID}`, ...item });
    expect(await bench.deliver([paidMessage()])).toEqual(FAILED);
    expect(bench.counted.counts()).toEqual({ 'MessagesFailed{code=BAD_FROZEN_REQUEST}': 1 });
    expect(bench.outside.requests).toEqual([]);
  });
});
