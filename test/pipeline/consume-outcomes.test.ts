/** What a failed condition means at a consumer is decided by its place in the transaction, and by what the write declared. */
import { describe, expect, it } from '@jest/globals';
import type { Consumer } from '../../lambdas/core/contracts.ts';
import { RejectedError } from '../../lambdas/core/errors.ts';
import { APPLY_ATTEMPTS_MAX, INVOCATION_MARGIN_MILLIS, REQUEST_TIMEOUT_MILLIS } from '../../lambdas/core/limits.ts';
import { type Actions, createConsumeBench, INBOX } from './consume-bench.ts';
import { booksConsumer, counter, entry, PAID, paidMessage } from './counting-consumer.ts';
import { cancelled, failure } from './dynamo-answers.ts';

const DONE = { batchItemFailures: [] };
const FAILED = { batchItemFailures: [{ itemIdentifier: 'm0' }] };
const CONDITION = 'ConditionalCheckFailed';

/** The condition of the action at this index fails, in the transaction with the effect only. */
const failingAt = (index: number) => (_: number, actions: Actions) => {
  if (actions.length > 1) throw cancelled(...actions.map((_action, at) => (at === index ? CONDITION : 'None')));
};

const markerOf = (actions: Actions | undefined) => actions?.[0]?.Put?.Item;

describe('a marker that stands already', () => {
  // crash matrix: queue → consumer | duplicate | the marker stands: done, no second effect
  it('means done, and nothing else is written', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer(), transact: failingAt(0) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.transactions).toHaveLength(1);
    expect(bench.counted.counts()).toEqual({ MarkersFound: 1 });
  });

  // crash matrix: consumer → tables | reply lost after the commit | the next receive meets its own marker: done
  it('means done even where other conditions failed as well', async () => {
    const bench = createConsumeBench({
      consumer: booksConsumer(),
      transact: () => Promise.reject(cancelled(CONDITION, CONDITION, 'None', 'TransactionConflict')),
    });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.transactions).toHaveLength(1);
  });
});

describe('a natural key that stands already', () => {
  // crash matrix: consumer → tables | same fact under another id | the natural key stands: a marker `duplicate`, no second effect
  it('is the same fact under another event: the marker is committed alone, as a duplicate', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ naturalKey: () => 'pi_1' }), transact: failingAt(1) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.transactions.map(({ length }) => length)).toEqual([5, 1]);
    expect(markerOf(bench.transactions[1])).toMatchObject({ pk: `books@1#${PAID}`, outcome: 'duplicate' });
    expect(bench.transactions[1]?.[0]?.Put).toMatchObject({ TableName: INBOX, ConditionExpression: 'attribute_not_exists(pk)' });
    expect(bench.tokens[1]).not.toBe(bench.tokens[0]);
    expect(bench.counted.counts()).toEqual({ EffectsDuplicate: 1 });
  });
});

describe('a natural key', () => {
  it('stands in the marker as the consumer named it, letter by letter', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ naturalKey: () => 'pi_Ab' }) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.transactions[0]?.[1]?.Put?.Item).toMatchObject({ pk: 'books@1#key#pi_Ab' });
  });
});

describe('a condition of the effect that failed', () => {
  it.each(['duplicate', 'stale'] as const)('and means %s leaves the marker alone with that word', async (means) => {
    const bench = createConsumeBench({ consumer: booksConsumer({ apply: () => [counter, entry(means)] }), transact: failingAt(2) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.transactions.map(({ length }) => length)).toEqual([3, 1]);
    expect(markerOf(bench.transactions[1])).toMatchObject({ outcome: means });
    expect(bench.counted.counts()).toEqual({ [means === 'stale' ? 'EffectsStale' : 'EffectsDuplicate']: 1 });
  });

  it('and means reject leaves the marker alone, with the place of the condition', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ apply: () => [entry('reject')] }), transact: failingAt(1) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(markerOf(bench.transactions[1])).toMatchObject({ outcome: 'rejected', code: 'CONDITION_1' });
    expect(bench.counted.counts()).toEqual({ EffectsRejected: 1 });
  });

  // crash matrix: consumer → tables | state changed meanwhile | read again and applied anew with a new token, at most five times
  it('and means retry is applied again from a fresh read, with a new token', async () => {
    const apply: Consumer['apply'] = async (_, tools) => {
      const read = await tools.get('Books', { pk: 'a', sk: 'b' });
      return [{ ...entry('retry'), kind: 'put', item: { pk: 'entry', sk: 'entry', n: read?.['n'] ?? 0 } }];
    };
    const bench = createConsumeBench({
      consumer: booksConsumer({ apply }),
      read: () => ({ pk: 'a', sk: 'b', n: bench.reads.length }),
      transact: (tries) => {
        if (tries < 2) throw cancelled('None', CONDITION);
      },
    });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.reads).toHaveLength(3);
    expect(bench.reads.every(({ consistent }) => consistent)).toBe(true);
    expect(bench.transactions.map((actions) => actions[1]?.Put?.Item?.['n'])).toEqual([1, 2, 3]);
    expect(new Set(bench.tokens).size).toBe(3);
    expect(bench.counted.counts()).toMatchObject({ EffectsApplied: 1 });
  });

  // crash matrix: consumer → tables | state changed meanwhile | read again and applied anew with a new token, at most five times
  it('and means retry is given back to the queue after five times', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ apply: () => [entry('retry')] }), transact: failingAt(1) });
    expect(await bench.consume([paidMessage()])).toEqual(FAILED);
    expect(bench.transactions).toHaveLength(APPLY_ATTEMPTS_MAX);
    expect(bench.counted.counts()).toMatchObject({ 'MessagesFailed{code=STATE_KEEPS_CHANGING}': 1 });
    expect(bench.counted.counted('EffectsApplied')).toBe(0);
  });

  it('though it has none is nobody’s decision: the message is seen again', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ apply: () => [counter] }), transact: failingAt(1) });
    expect(await bench.consume([paidMessage()])).toEqual(FAILED);
    expect(bench.counted.counts()).toMatchObject({ NeverErrors: 1 });
  });

  it('on a published event is nobody’s decision either', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer(), transact: failingAt(3) });
    expect(await bench.consume([paidMessage()])).toEqual(FAILED);
  });
});

describe('while nothing is decided', () => {
  // crash matrix: consumer → tables | request lost, conflict, throttled, in progress | the same bytes and token again; the consumer is not asked again
  it.each([
    ['a conflict on the marker', () => cancelled('TransactionConflict', 'None', 'None', 'None')],
    ['a conflict on the effect', () => cancelled('None', 'None', 'TransactionConflict', 'None')],
    ['a conflict on the marker beside a duplicate', () => cancelled('TransactionConflict', CONDITION, 'None', 'None')],
    ['throttling', () => failure('ThrottlingException')],
    ['a lost reply', () => failure('TimeoutError')],
    ['a transaction in progress', () => failure('TransactionInProgressException')],
  ])('%s has the same bytes and token sent again, and the consumer is not asked again', async (_, error) => {
    let asked = 0;
    const { apply } = booksConsumer();
    const bench = createConsumeBench({
      consumer: booksConsumer({
        apply: (event, tools, performed) => {
          asked += 1;
          return apply(event, tools, performed);
        },
      }),
      transact: (tries) => {
        if (tries < 2) throw error();
      },
    });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(asked).toBe(1);
    expect(new Set(bench.tokens).size).toBe(1);
    expect(new Set(bench.transactions.map((actions) => JSON.stringify(actions))).size).toBe(1);
    expect(bench.counted.counts()).toMatchObject({ EffectsApplied: 1 });
  });

  // crash matrix: consumer → tables | outage | the message fails in time and comes again
  it('until the function must end, the message fails while a last try and hiding it still fit, and nothing is tried afterwards', async () => {
    const bench = createConsumeBench({
      consumer: booksConsumer(),
      remainingMillis: 10_000,
      transact: () => Promise.reject(failure('ThrottlingException')),
    });
    const start = bench.clock.nowMillis();
    expect(await bench.consume([paidMessage()])).toEqual(FAILED);
    expect(bench.clock.nowMillis() - start).toBeLessThan(10_000 - INVOCATION_MARGIN_MILLIS - 2 * REQUEST_TIMEOUT_MILLIS);
    expect(bench.clock.sleeping()).toBe(0);
    expect(bench.counted.counts()).toMatchObject({ 'MessagesFailed{code=STORE_UNAVAILABLE}': 1 });
  });
});

describe('a transaction that was frozen', () => {
  // crash matrix: consumer → tables | too late | a frozen transaction is not sent after a minute
  it('is never sent a minute later, however long the function may run: its slot may have been settled by then', async () => {
    const bench = createConsumeBench({
      consumer: booksConsumer(),
      remainingMillis: 900_000,
      transact: () => Promise.reject(failure('ThrottlingException')),
    });
    const start = bench.clock.nowMillis();
    expect(await bench.consume([paidMessage()])).toEqual(FAILED);
    expect(bench.clock.nowMillis() - start).toBeLessThan(60_000);
    expect(bench.clock.nowMillis() - start).toBeGreaterThan(50_000);
  });
});

describe('an event that can never be applied', () => {
  const reject = () => {
    throw new RejectedError('BAD_AMOUNT', 'the amount is a text');
  };

  // crash matrix: consumer → tables | can never be applied | a marker `rejected` with the reason, committed before the message is done
  it('leaves a marker with the code, nothing else, and is done', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ naturalKey: () => 'pi_1', apply: reject }) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.transactions).toHaveLength(1);
    expect(bench.transactions[0]).toHaveLength(1);
    expect(markerOf(bench.transactions[0])).toMatchObject({ outcome: 'rejected', code: 'BAD_AMOUNT' });
    expect(bench.counted.counts()).toEqual({ EffectsRejected: 1 });
  });

  it('may be seen as such where its natural key is named', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ naturalKey: reject }) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(markerOf(bench.transactions[0])).toMatchObject({ outcome: 'rejected', code: 'BAD_AMOUNT' });
  });

  it('is done as well where an earlier try has marked it, whatever it decided', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ apply: reject }), transact: () => Promise.reject(cancelled(CONDITION)) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.counted.counts()).toEqual({ MarkersFound: 1 });
  });

  // crash matrix: consumer → tables | can never be applied | a marker `rejected` with the reason, committed before the message is done
  it('is not done before its marker stands', async () => {
    const bench = createConsumeBench({
      consumer: booksConsumer({ apply: reject }),
      transact: () => Promise.reject(failure('ValidationException')),
    });
    expect(await bench.consume([paidMessage()])).toEqual(FAILED);
  });
});
