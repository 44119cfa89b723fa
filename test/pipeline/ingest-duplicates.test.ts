/** The same event again: the first answer again, and nothing twice. */
import { describe, expect, it } from '@jest/globals';
import { cancelled } from './dynamo-answers.ts';
import { createIngestBench, itemsOf } from './ingest-bench.ts';
import { paymentSucceeded } from './stripe-event.ts';

describe('an event that stands already', () => {
  // crash matrix: provider → ingest | duplicate | the answer of the first time; one event, one effect
  it('is answered exactly as the first time, and counted as a duplicate', async () => {
    let first: Record<string, unknown> = {};
    const bench = createIngestBench({
      transact: (tries, input) => {
        if (tries === 0) first = itemsOf(input)[0];
        else throw cancelled({ code: 'ConditionalCheckFailed', item: first }, 'None');
      },
    });
    const answer = await bench.deliver(paymentSucceeded());
    expect(await bench.deliver(paymentSucceeded({ pending_webhooks: 2 }))).toEqual(answer);
    expect(bench.transactions).toHaveLength(2);
    expect(bench.counted.counts()).toMatchObject({ EventsStored: 1, EventsDuplicate: 1 });
    expect(bench.counted.counted('FingerprintMismatch')).toBe(0);
  });

  // crash matrix: provider → ingest | other content under the same id | the first is kept; 200; counted and logged
  it('with another amount is answered 200, the first is kept, and the difference is counted and logged', async () => {
    const item = { pk: 'stripe#-#live#evt_1', fingerprint: 'another' };
    const bench = createIngestBench({ transact: () => Promise.reject(cancelled({ code: 'ConditionalCheckFailed', item }, 'None')) });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 200 });
    expect(bench.counted.counts()).toMatchObject({ EventsDuplicate: 1, FingerprintMismatch: 1 });
    expect(bench.counted.lines).toEqual([expect.objectContaining({ level: 'warn', fields: { eventId: 'stripe#-#live#evt_1' } })]);
  });

  it('is known by the condition on Events alone, whatever the outbox says', async () => {
    const bench = createIngestBench({ transact: () => Promise.reject(cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed')) });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 200 });
  });

  it('is sent as a transaction of its own, with a token of its own', async () => {
    const bench = createIngestBench();
    await bench.deliver(paymentSucceeded());
    await bench.deliver(paymentSucceeded());
    const [first, second] = bench.transactions.map(({ ClientRequestToken: token }) => token);
    expect(first).not.toBe(second);
  });
});

describe('a cancellation that proves no earlier commit', () => {
  // crash matrix: ingest → tables | cancelled for another reason | 503, never a duplicate
  it('is no duplicate where only the outbox item stands: 503, and a counter that must never count', async () => {
    const bench = createIngestBench({ transact: () => Promise.reject(cancelled('None', 'ConditionalCheckFailed')) });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
    expect(bench.transactions).toHaveLength(1);
    expect(bench.counted.counts()).toMatchObject({ NeverErrors: 1, IngestUnavailable: 1 });
    expect(bench.counted.counted('EventsDuplicate')).toBe(0);
  });

  // crash matrix: ingest → tables | cancelled for another reason | 503, never a duplicate
  it.each(['ValidationError', 'ItemCollectionSizeLimitExceeded', 'AccessDenied'])('is no duplicate for %s: 503', async (code) => {
    const bench = createIngestBench({ transact: () => Promise.reject(cancelled(code, 'None')) });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
    expect(bench.transactions).toHaveLength(1);
    expect(bench.counted.counted('EventsDuplicate')).toBe(0);
  });
});

it('an event whose id differs from another at its very end is another event', async () => {
  const bench = createIngestBench();
  const ids = ['a', 'b'].map((end) => `evt_${'1'.repeat(240)}${end}`);
  for (const id of ids) await bench.deliver(paymentSucceeded({ id }));

  expect(bench.transactions.map((input) => itemsOf(input)[0]['pk'])).toEqual(ids.map((id) => `stripe#-#live#${id}`));
});
