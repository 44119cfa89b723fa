/** The relay reads every part of every answer, and no bad queue, address or record holds up the others. */
import { describe, expect, it } from '@jest/globals';
import { outboxItem } from '../../lambdas/core/outbox.ts';
import { outboxRecord } from '../core/outbox-record.ts';
import { failure } from './dynamo-answers.ts';
import { type Call, createRelayBench, everythingSent, recordFor, recordsFor } from './relay-bench.ts';
import { insertRecord } from './stream-event.ts';

const failuresOf = (...numbers: readonly number[]) => ({
  batchItemFailures: numbers.map((number) => ({ itemIdentifier: `seq-${number}` })),
});

/** SQS takes all entries but these positions. */
function refusing(call: Call, positions: readonly number[], entry: { readonly Code: string; readonly SenderFault: boolean }) {
  const refused = positions.map(String);
  const { Successful: all } = everythingSent(call.input);
  return {
    Successful: all?.filter(({ Id: id }) => !refused.includes(id ?? '')),
    Failed: refused.filter((id) => all?.some(({ Id }) => Id === id)).map((id) => ({ Id: id, ...entry })),
  };
}

describe('an entry that SQS did not take', () => {
  it('is tried again alone, and then sent', async () => {
    const bench = createRelayBench({
      answer: (call, calls) => (calls === 0 ? refusing(call, [1], { Code: 'InternalError', SenderFault: false }) : undefined),
    });
    expect(await bench.relay(recordsFor(3, ['ledger@1']))).toEqual(failuresOf());
    expect(bench.calls.map(({ input }) => input.Entries?.length)).toEqual([3, 1]);
    expect(bench.sentTo('ledger')).toEqual(['e0', 'e2', 'e1']);
    expect(bench.counted.counts()).toMatchObject({ MessagesSent: 3, RelayRetried: 1 });
  });

  // crash matrix: relay → queue | partial answer | what is not named as sent is sent again, then reported
  it('until the deadline is reported, exactly it and by its sequence number', async () => {
    const bench = createRelayBench({ answer: (call) => refusing(call, [1], { Code: 'InternalError', SenderFault: false }) });
    expect(await bench.relay(recordsFor(3, ['ledger@1']))).toEqual(failuresOf(1));
    expect(bench.sentTo('ledger')).toEqual(['e0', 'e2']);
  });

  // crash matrix: relay → queue | refused for good | given up, counted, alarm; settlement tries it again
  it('for its own fault is given up and counted, and nobody waits for it', async () => {
    const bench = createRelayBench({ answer: (call) => refusing(call, [1], { Code: 'InvalidMessageContents', SenderFault: true }) });
    expect(await bench.relay(recordsFor(3, ['ledger@1']))).toEqual(failuresOf());
    expect(bench.calls).toHaveLength(1);
    expect(bench.counted.counts()).toMatchObject({ 'RelayGivenUp{cause=refused}': 1, MessagesSent: 2 });
  });

  // SQS calls throttling the sender's fault; giving such a message up would lose it.
  // crash matrix: relay → queue | throttled | tried again, although SQS calls it the sender’s fault
  it.each(['RequestThrottled', 'ThrottlingException', 'KmsThrottled', 'KMS.ThrottlingException'])(
    'because of %s is tried again, although SQS calls that our fault',
    async (code) => {
      const bench = createRelayBench({
        answer: (call, calls) => (calls === 0 ? refusing(call, [0, 1], { Code: code, SenderFault: true }) : undefined),
      });
      expect(await bench.relay(recordsFor(3, ['ledger@1']))).toEqual(failuresOf());
      expect(bench.sentTo('ledger')).toEqual(['e2', 'e0', 'e1']);
      expect(bench.counted.counted('RelayGivenUp{cause=refused}')).toBe(0);
    },
  );

  // crash matrix: relay → queue | partial answer | what is not named as sent is sent again, then reported
  it('and did not name either is tried again: what is not named as sent was not sent', async () => {
    const bench = createRelayBench({
      answer: (call, calls) => (calls === 0 ? { Successful: everythingSent(call.input).Successful?.slice(0, 1) } : undefined),
    });
    expect(await bench.relay(recordsFor(2, ['ledger@1']))).toEqual(failuresOf());
    expect(bench.sentTo('ledger')).toEqual(['e0', 'e1']);
  });
});

describe('a batch that SQS did not take', () => {
  // crash matrix: relay → queue | unreadable answer | nothing counts as sent
  it('because its answer is empty is reported whole', async () => {
    const bench = createRelayBench({ answer: () => ({}) });
    expect(await bench.relay(recordsFor(3, ['ledger@1']))).toEqual(failuresOf(0, 1, 2));
    expect(bench.counted.counted('MessagesSent')).toBe(0);
  });

  // crash matrix: relay → queue | reply lost after the commit | sent again; the markers absorb the second
  it('as far as we know, since the reply was lost, is sent again', async () => {
    const bench = createRelayBench({ answer: (_, calls) => (calls === 0 ? Promise.reject(failure('TimeoutError')) : undefined) });
    expect(await bench.relay(recordsFor(2, ['ledger@1']))).toEqual(failuresOf());
    expect(bench.calls).toHaveLength(2);
    expect(bench.sentTo('ledger')).toEqual(['e0', 'e1']);
  });

  // A grant that was deployed a moment ago may not be in force everywhere yet.
  // crash matrix: relay → queue | request lost, throttled | tried until the deadline, then reported as failed: the records come again
  it.each(['RequestThrottled', 'AccessDeniedException'])('because of %s is tried until the deadline and then reported', async (name) => {
    const bench = createRelayBench({ answer: () => Promise.reject(failure(name)) });
    const start = bench.clock.nowMillis();
    expect(await bench.relay(recordsFor(2, ['ledger@1']))).toEqual(failuresOf(0, 1));
    expect(bench.calls.length).toBeGreaterThan(2);
    expect(bench.clock.nowMillis() - start).toBeLessThan(60_000);
    expect(bench.clock.sleeping()).toBe(0);
  });
});

describe('something bad', () => {
  it.each(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'])(
    'a queue that answers %s does not hold up the other one, and its messages are counted',
    async (name) => {
      const bench = createRelayBench({ answer: ({ queue }) => (queue === 'ledger' ? Promise.reject(failure(name)) : undefined) });
      expect(await bench.relay(recordsFor(3, ['ledger@1', 'receipts@1']))).toEqual(failuresOf());
      expect(bench.sentTo('receipts')).toEqual(['e0', 'e1', 'e2']);
      expect(bench.counted.counted('RelayGivenUp{cause=refused}')).toBe(3);
      expect(bench.calls.filter(({ queue }) => queue === 'ledger')).toHaveLength(1);
    },
  );

  // crash matrix: relay → queue | hangs | the other queues get theirs at once
  it('a queue that hangs does not hold up the other one, however many messages wait for it', async () => {
    const bench = createRelayBench({
      answer: async ({ queue }) => {
        if (queue !== 'ledger') return undefined;
        await bench.clock.sleep(2000);
        throw failure('TimeoutError');
      },
    });
    const records = recordsFor(1000, ['ledger@1', 'receipts@1']);
    const start = bench.clock.nowMillis();
    const answer = await bench.relay(records);
    expect(answer.batchItemFailures).toHaveLength(1000);
    expect(bench.sentTo('receipts')).toHaveLength(1000);
    expect(Math.max(...bench.calls.filter(({ queue }) => queue === 'receipts').map(({ atMillis }) => atMillis))).toBe(0);
    expect(bench.clock.nowMillis() - start).toBeLessThan(60_000 - 1000);
  });

  // crash matrix: relay → queue | queue unknown | given up, counted, alarm; the others go on
  it.each([
    ['an address that no queue is known for', 'tax@1'],
    ['the name of an inherited member', 'constructor@1'],
    ['a text that is no address', 'ledger'],
  ])('%s does not hold up the other addresses of its record, and is counted', async (_, address) => {
    const bench = createRelayBench();
    expect(await bench.relay([recordFor(1, ['receipts@1', address, 'ledger@1'])])).toEqual(failuresOf());
    expect([bench.sentTo('ledger'), bench.sentTo('receipts')]).toEqual([['e1'], ['e1']]);
    expect(bench.counted.counts()).toMatchObject({ 'RelayGivenUp{cause=unknown-address}': 1 });
  });

  // crash matrix: tables → relay | poison record | counted and passed by, its place written down; the others are sent
  it.each([
    ['that something else wrote', insertRecord({ pk: 'a', sk: 'b' }, 1)],
    [
      'whose payload does not inflate',
      insertRecord({ ...outboxItem(outboxRecord('{}')), codec: 'deflate', payload: Buffer.from('broken') }, 1),
    ],
    [
      'that is no attribute map',
      { ...recordFor(1, ['ledger@1']), dynamodb: { SequenceNumber: 'seq-1', NewImage: { pk: { X: 'a' } as never } } },
    ],
  ])('a record %s does not hold up the others, and is counted as poison', async (_, poison) => {
    const bench = createRelayBench();
    expect(await bench.relay([recordFor(0, ['ledger@1']), poison, recordFor(2, ['ledger@1'])])).toEqual(failuresOf());
    expect(bench.sentTo('ledger')).toEqual(['e0', 'e2']);
    expect(bench.counted.counts()).toMatchObject({ 'RelayGivenUp{cause=poison-record}': 1 });
  });

  // crash matrix: tables → relay | record of a newer release | waits for that release, up to six hours; then settlement has it
  it.each([
    ['codec', { codec: 'deflate+dictionary/1' }],
    ['version', { v: 2 }],
  ])('a record with a %s of a newer release is reported, so that it waits for that release; the others are sent', async (_, given) => {
    const bench = createRelayBench();
    const newer = insertRecord({ ...outboxItem(outboxRecord('{}')), ...given }, 1);
    expect(await bench.relay([recordFor(0, ['ledger@1']), newer, recordFor(2, ['ledger@1'])])).toEqual(failuresOf(1));
    expect(bench.sentTo('ledger')).toEqual(['e0', 'e2']);
    expect(bench.counted.counted('RelayGivenUp{cause=poison-record}')).toBe(0);
  });

  it('a record whose message fails at two addresses is reported once', async () => {
    const bench = createRelayBench({ answer: () => ({}) });
    expect(await bench.relay([recordFor(4, ['ledger@1', 'receipts@1'])])).toEqual(failuresOf(4));
  });
});
