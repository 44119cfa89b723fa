/** Ingest while DynamoDB decides nothing: the same bytes and token until the deadline, then 503, and nothing after the answer. */
import { describe, expect, it } from '@jest/globals';
import { INGEST_DEADLINE_MILLIS, REQUEST_TIMEOUT_MILLIS } from '../../lambdas/core/limits.ts';
import { cancelled, failure } from './dynamo-answers.ts';
import { createIngestBench, type IngestBench } from './ingest-bench.ts';
import { paymentSucceeded } from './stripe-event.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** Every try sent what the first one sent, token included. */
function expectOneFrozenTransaction({ transactions }: IngestBench): void {
  expect(new Set(transactions.map((input) => JSON.stringify(input))).size).toBe(1);
  expect(transactions[0]?.ClientRequestToken).toBeDefined();
}

const UNDECIDED: readonly (readonly [string, () => Error])[] = [
  ['a conflict on the event', () => cancelled('TransactionConflict', 'None')],
  ['a conflict on the outbox item', () => cancelled('None', 'TransactionConflict')],
  ['a conflict beside a failed condition on the outbox', () => cancelled('TransactionConflict', 'ConditionalCheckFailed')],
  ['throttling as a reason', () => cancelled('ThrottlingError', 'None')],
  ['a partition without capacity', () => cancelled('None', 'ProvisionedThroughputExceeded')],
  ['throttling', () => failure('ThrottlingException')],
  ['a transaction in progress', () => failure('TransactionInProgressException')],
  ['an error of the service', () => failure('InternalServerError')],
  ['a lost reply', () => failure('TimeoutError')],
];

describe('while nothing is decided', () => {
  // crash matrix: ingest → tables | request lost, conflict, throttled, in progress | the same bytes and token again, then 200
  it.each(UNDECIDED)('%s is tried again with the same bytes and token, and then stored', async (_, error) => {
    const bench = createIngestBench({
      transact: (tries) => {
        if (tries < 3) throw error();
      },
    });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 200 });
    expect(bench.transactions).toHaveLength(4);
    expectOneFrozenTransaction(bench);
    expect(bench.counted.counts()).toMatchObject({ EventsStored: 1 });
  });

  // crash matrix: ingest → tables | outage | 503 with Retry-After before the deadline; the provider sends again
  it.each(UNDECIDED)('%s that does not end is 503 with Retry-After before the deadline, and no try comes after', async (_, error) => {
    const bench = createIngestBench({ transact: () => Promise.reject(error()) });
    const start = bench.clock.nowMillis();
    expect(await bench.deliver(paymentSucceeded())).toEqual({
      statusCode: 503,
      headers: { 'content-type': 'application/json', 'retry-after': '5' },
      body: '{"error":"unavailable"}',
    });
    expect(bench.clock.nowMillis() - start).toBeLessThan(INGEST_DEADLINE_MILLIS);
    expectOneFrozenTransaction(bench);
    expect(bench.clock.sleeping()).toBe(0);
    const tries = bench.transactions.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(bench.transactions).toHaveLength(tries);
    expect(bench.counted.counted('EventsStored')).toBe(0);
  });

  // crash matrix: ingest → tables | in progress | a try comes late enough for DynamoDB to have finished
  it.each([0.01, 0.5, 0.99])(
    'a try comes at least 5 s after the first, with the luck %d: DynamoDB may need as long to finish',
    async (fraction) => {
      const bench = createIngestBench({ fraction, transact: () => Promise.reject(failure('TransactionInProgressException')) });
      await bench.deliver(paymentSucceeded());
      expect(Math.max(...bench.sentAtMillis)).toBeGreaterThanOrEqual(5000);
    },
  );

  // crash matrix: ingest → tables | reply lost after the commit | the same token succeeds again, or the condition says duplicate: 200
  it('a duplicate that shows up on a later try is a duplicate', async () => {
    const bench = createIngestBench({
      transact: (tries) => Promise.reject(tries === 0 ? failure('TimeoutError') : cancelled('ConditionalCheckFailed', 'None')),
    });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 200 });
    expectOneFrozenTransaction(bench);
  });

  // crash matrix: ingest → tables | hangs | 503 before the deadline; nothing is tried after the answer
  it('requests that hang until their timeout are over before the deadline too', async () => {
    const clock = createVirtualClock();
    const hang = async () => {
      await clock.sleep(REQUEST_TIMEOUT_MILLIS);
      throw failure('TimeoutError');
    };
    const bench = createIngestBench({ clock, transact: hang });
    const start = clock.nowMillis();
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
    expect(clock.nowMillis() - start).toBeLessThanOrEqual(INGEST_DEADLINE_MILLIS);
    expect(bench.transactions.length).toBeGreaterThan(1);
  });

  it('the time that the function has left bounds the tries as well', async () => {
    const bench = createIngestBench({ remainingMillis: 5000, transact: () => Promise.reject(failure('ThrottlingException')) });
    const start = bench.clock.nowMillis();
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
    expect(bench.clock.nowMillis() - start).toBeLessThan(4000);
  });
});

describe('what the same bytes would get again', () => {
  // crash matrix: ingest → tables | refused for good | 503 at once; an alarm, since only a bug explains it
  it.each(['ValidationException', 'IdempotentParameterMismatchException'])(
    '%s is 503 at once, and a counter that must never count',
    async (name) => {
      const bench = createIngestBench({ transact: () => Promise.reject(failure(name)) });
      expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
      expect(bench.transactions).toHaveLength(1);
      expect(bench.counted.counts()).toMatchObject({ NeverErrors: 1 });
    },
  );

  it.each(['ResourceNotFoundException', 'AccessDeniedException'])('%s is 503 at once, and nobody’s bug of ours', async (name) => {
    const bench = createIngestBench({ transact: () => Promise.reject(failure(name)) });
    expect(await bench.deliver(paymentSucceeded())).toMatchObject({ statusCode: 503 });
    expect(bench.transactions).toHaveLength(1);
    expect(bench.counted.counted('NeverErrors')).toBe(0);
  });
});
