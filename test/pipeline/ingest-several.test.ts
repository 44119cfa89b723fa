/** A request with several events: each is stored on its own, and the request is done when all of them are. */
import { describe, expect, it } from '@jest/globals';
import {
  EVENTS_PER_REQUEST_MAX,
  INGEST_DEADLINE_MILLIS,
  REQUEST_TIMEOUT_MILLIS,
  TRANSACTIONS_IN_FLIGHT_MAX,
} from '../../lambdas/core/limits.ts';
import { cancelled, failure } from './dynamo-answers.ts';
import { createIngestBench, type IngestBench, itemsOf } from './ingest-bench.ts';
import { manyEvents, splitProvider } from './split-provider.ts';
import { storedPayload } from './stored-payload.ts';
import { createVirtualClock } from './virtual-clock.ts';

const keysOf = ({ transactions }: IngestBench) => transactions.map((input) => String(itemsOf(input)[0]['pk']));

describe('a request with several events', () => {
  it('stores each in a transaction of its own, with its own slice of the bytes', async () => {
    const bench = createIngestBench({ provider: splitProvider });
    expect(await bench.deliver(manyEvents(3))).toMatchObject({ statusCode: 200 });
    expect(keysOf(bench)).toEqual(['split#-#live#evt_0', 'split#-#live#evt_1', 'split#-#live#evt_2']);
    const payloads = bench.transactions.map((input) => storedPayload(itemsOf(input)[1]).toString());
    expect(payloads).toEqual([0, 1, 2].map((index) => `{"id":"evt_${index}", "amount": 9007199254740993 }`));
    expect(new Set(bench.transactions.map(({ ClientRequestToken: token }) => token)).size).toBe(3);
    expect(bench.counted.counts()).toMatchObject({ EventsStored: 3, 'SecretMatched{secretId=main}': 1 });
  });

  it('never has more than 16 transactions under way, and waits for every one of them', async () => {
    const clock = createVirtualClock();
    let underWay = 0;
    let most = 0;
    const bench = createIngestBench({
      provider: splitProvider,
      clock,
      transact: async (tries) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await clock.sleep(5 + (tries % 7));
        underWay -= 1;
      },
    });
    expect(await bench.deliver(manyEvents(100))).toMatchObject({ statusCode: 200 });
    expect({ most, underWay, stored: bench.transactions.length }).toEqual({ most: TRANSACTIONS_IN_FLIGHT_MAX, underWay: 0, stored: 100 });
  });

  // crash matrix: provider → ingest | partial failure | 503 for the request; what was stored is a duplicate when it comes again
  it('is 503 where one of them fails, after all the others were stored or given up', async () => {
    const clock = createVirtualClock();
    let finished = 0;
    const bench = createIngestBench({
      provider: splitProvider,
      clock,
      transact: async (_, input) => {
        await clock.sleep(10);
        finished += 1;
        if (itemsOf(input)[0]['pk'] === 'split#-#live#evt_1') throw failure('ValidationException');
      },
    });
    expect(await bench.deliver(manyEvents(40))).toMatchObject({ statusCode: 503 });
    expect(finished).toBe(40);
    expect(clock.sleeping()).toBe(0);
    expect(bench.counted.counts()).toMatchObject({ EventsStored: 39, NeverErrors: 1 });
  });

  it('is 200 where some are stored already', async () => {
    const bench = createIngestBench({
      provider: splitProvider,
      transact: (tries) => {
        if (tries % 2 === 0) throw cancelled('ConditionalCheckFailed', 'None');
      },
    });
    expect(await bench.deliver(manyEvents(10))).toMatchObject({ statusCode: 200 });
    expect(bench.counted.counts()).toMatchObject({ EventsStored: 5, EventsDuplicate: 5 });
  });

  it('keeps what is odd in quarantine and stores the others', async () => {
    const bench = createIngestBench({ provider: splitProvider });
    expect(await bench.deliver('[{"id":"evt_1"},{"no":"id"}]')).toMatchObject({ statusCode: 200 });
    expect(bench.counted.counts()).toMatchObject({ EventsStored: 1, EventsQuarantined: 1 });
    expect(bench.transactions.map((input) => itemsOf(input)[1]['to'])).toContainEqual(['quarantine']);
  });

  it('is kept in quarantine as a whole where it is authentic and holds no event at all', async () => {
    const bench = createIngestBench({ provider: splitProvider });
    expect(await bench.deliver('[]')).toMatchObject({ statusCode: 200 });
    expect(bench.transactions.map((input) => itemsOf(input)[0])).toMatchObject([{ quarantine: 'no-events' }]);
  });

  it('is too large above the bound, before anything is stored', async () => {
    const bench = createIngestBench({ provider: splitProvider });
    expect(await bench.deliver(manyEvents(EVENTS_PER_REQUEST_MAX))).toMatchObject({ statusCode: 200 });
    expect(await bench.deliver(manyEvents(EVENTS_PER_REQUEST_MAX + 1))).toMatchObject({ statusCode: 413 });
    expect(bench.transactions).toHaveLength(EVENTS_PER_REQUEST_MAX);
  });

  it('is answered before the deadline even where every transaction hangs', async () => {
    const clock = createVirtualClock();
    const bench = createIngestBench({
      provider: splitProvider,
      clock,
      transact: async () => {
        await clock.sleep(REQUEST_TIMEOUT_MILLIS);
        throw failure('TimeoutError');
      },
    });
    const start = clock.nowMillis();
    expect(await bench.deliver(manyEvents(200))).toMatchObject({ statusCode: 503 });
    expect(clock.nowMillis() - start).toBeLessThanOrEqual(INGEST_DEADLINE_MILLIS);
  });
});
