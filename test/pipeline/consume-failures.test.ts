/** A message that fails is hidden for a while and seen again; nothing is acknowledged that is not done. */

import { describe, expect, it } from '@jest/globals';
import { encode } from '../../lambdas/core/codec.ts';
import { noDictionaries } from '../../lambdas/core/dictionary.ts';
import { RetryableError } from '../../lambdas/core/errors.ts';
import { messageText } from '../../lambdas/core/message.ts';
import { outboxItem } from '../../lambdas/core/outbox.ts';
import { redeliverySeconds } from '../../lambdas/core/redelivery.ts';
import { outboxRecord } from '../core/outbox-record.ts';
import { createConsumeBench, OUTBOX } from './consume-bench.ts';
import { booksConsumer, messages, paidMessage } from './counting-consumer.ts';
import { failure } from './dynamo-answers.ts';

const DONE = { batchItemFailures: [] };
const FAILED = { batchItemFailures: [{ itemIdentifier: 'm0' }] };

const throwing = (error: unknown) =>
  booksConsumer({
    apply: () => {
      throw error;
    },
  });

describe('a message that fails', () => {
  // crash matrix: queue → consumer | fails every time | waits longer each time, then the dead-letter queue of that consumer
  it.each([1, 2, 5, 12])('at receive %d is hidden for as long as that receive waits', async (receives) => {
    const bench = createConsumeBench({ consumer: throwing(new RetryableError('BUSY', 'later')) });
    expect(await bench.consume([paidMessage()], receives)).toEqual(FAILED);
    expect(bench.hidden).toEqual([{ receipt: 'receipt-0', seconds: redeliverySeconds(receives, 0.5) }]);
    expect(bench.counted.counts()).toEqual({ 'MessagesFailed{code=BUSY}': 1 });
    expect(bench.counted.lines).toEqual([
      { level: 'error', message: 'message failed', fields: { code: 'BUSY', detail: 'later', messageId: 'm0', receives } },
    ]);
  });

  it('and cannot be hidden is named all the same: the queue’s own timeout brings it back', async () => {
    const bench = createConsumeBench({
      consumer: throwing(new Error('no')),
      hide: () => Promise.reject(failure('ReceiptHandleIsInvalid')),
    });
    expect(await bench.consume([paidMessage()])).toEqual(FAILED);
    expect(bench.counted.counts()).toMatchObject({ 'BackOffFailed{code=ReceiptHandleIsInvalid}': 1 });
  });

  // crash matrix: consumer → tables | a bug of the consumer | not final: the message comes again, then the dead-letter queue
  it.each([
    ['a bug', new TypeError('x is not a function'), 'TypeError'],
    ['a text', 'no', 'UNKNOWN'],
    ['nothing', undefined, 'UNKNOWN'],
    ['what looks like a rejection and is none', { name: 'RejectedError', code: 'X' }, 'UNKNOWN'],
  ])('because the consumer threw %s is not rejected, since nobody decided that', async (_, thrown, code) => {
    const bench = createConsumeBench({ consumer: throwing(thrown) });
    expect(await bench.consume([paidMessage()])).toEqual(FAILED);
    expect(bench.transactions).toEqual([]);
    expect(Object.keys(bench.counted.counts())).toContain(`MessagesFailed{code=${code}}`);
  });

  const HERE = { at: expect.stringMatching(/^consume-failures\.test\.ts:\d+:\d+$/) };

  it.each([
    ['a parser, which may quote the payload', new SyntaxError('Unexpected token, "4111111111111111" is not valid JSON'), HERE],
    ['the runtime, which may quote what it could not use', new TypeError('4111111111111111 is not iterable'), HERE],
    ['the runtime, with lines that look like frames', new TypeError('no\n    at 4111111111111111:1:1'), HERE],
    ['a library that wrote its own stack', Object.assign(new TypeError('no'), { stack: 'odd\n    at 4111111111111111:1:1' }), {}],
    ['a consumer, at any length', new RetryableError('LONG', 'y'.repeat(1_000)), { detail: 'y'.repeat(400) }],
  ])('logs what went wrong as far as it cannot quote the payload: an error of %s', async (_, thrown, detail) => {
    const bench = createConsumeBench({ consumer: throwing(thrown) });
    await bench.consume([paidMessage()]);
    const { code: _code, messageId: _id, receives: _receives, ...rest } = bench.counted.lines[0]?.fields ?? {};
    expect(rest).toEqual(detail);
  });

  it('with a code that is any text is counted under one name, since each name of a metric is billed', async () => {
    const bench = createConsumeBench({ consumer: throwing(Object.assign(new Error('no'), { code: 'order 4711 not found' })) });
    await bench.consume([paidMessage()]);
    expect(bench.counted.counts()).toEqual({ 'MessagesFailed{code=OTHER}': 1 });
  });

  const reader = booksConsumer({
    apply: async (_, tools) => {
      await tools.get('Books', { pk: 'a', sk: 'b' });
      return [];
    },
  });

  it('to read for a moment reads again and is applied', async () => {
    const bench = createConsumeBench({
      consumer: reader,
      read: () => {
        if (bench.reads.length < 3) throw failure('ThrottlingException');
        return undefined;
      },
    });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.reads).toHaveLength(3);
  });

  // crash matrix: consumer → tables | outage | the message fails in time and comes again
  it('to read until the deadline is seen again later', async () => {
    const bench = createConsumeBench({ consumer: reader, read: () => Promise.reject(failure('ThrottlingException')) });
    expect(await bench.consume([paidMessage()])).toEqual(FAILED);
    expect(bench.counted.counts()).toEqual({ 'MessagesFailed{code=READ_UNAVAILABLE}': 1 });
  });

  it('because a read was refused is seen again, and the others are done', async () => {
    const bench = createConsumeBench({
      consumer: reader,
      read: () => {
        if (bench.reads.length === 2) throw failure('AccessDeniedException');
        return undefined;
      },
    });
    expect(await bench.consume(messages(3))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect(bench.transactions).toHaveLength(2);
  });

  // crash matrix: queue → consumer | hangs | that message fails alone and comes again
  it('because its consumer waits for something that never comes is seen again, and the others are done', async () => {
    const bench = createConsumeBench({
      consumer: booksConsumer({
        apply: async (event) => {
          if (event.id === hanging) await new Promise(() => undefined);
          return [];
        },
      }),
    });
    const [first, second, third] = messages(3);
    const start = bench.clock.nowMillis();
    const hanging = JSON.parse(second ?? '').id;
    expect(await bench.consume([first ?? '', second ?? '', third ?? ''])).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect(bench.counted.counts()).toEqual({ EffectsApplied: 2, 'MessagesFailed{code=APPLY_TIMEOUT}': 1 });
    expect(bench.hidden.map(({ receipt }) => receipt)).toEqual(['receipt-1']);
    expect(bench.clock.nowMillis() - start).toBeLessThan(30_000);
    expect(bench.clock.sleeping()).toBe(0);
  });

  it('is hidden alone', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer() });
    await bench.consume(['broken', ...messages(2)]);
    expect(bench.hidden.map(({ receipt }) => receipt)).toEqual(['receipt-0']);
  });
});

describe('a message of something else', () => {
  // crash matrix: queue → consumer | message of something else | neither applied nor deleted: dead-letter queue
  it.each([
    ['for another consumer', paidMessage('ledger@1'), 'WRONG_ADDRESS'],
    ['for the quarantine', paidMessage('quarantine'), 'WRONG_ADDRESS'],
    ['for an address with more in it', paidMessage('books@1@1'), 'WRONG_ADDRESS'],
    ['that is no JSON', 'hello', 'BAD_MESSAGE'],
    ['that is empty', '', 'BAD_MESSAGE'],
    ['that is an event of SNS', '{"Type":"Notification","Message":"{}"}', 'BAD_MESSAGE'],
  ])('%s is neither applied nor done: it goes to the dead-letter queue', async (_, body, code) => {
    const bench = createConsumeBench({ consumer: booksConsumer() });
    expect(await bench.consume([body])).toEqual(FAILED);
    expect(bench.transactions).toEqual([]);
    expect(bench.counted.counts()).toEqual({ [`MessagesFailed{code=${code}}`]: 1 });
  });
});

describe('a message that points to its payload', () => {
  const json = JSON.stringify({ text: 'x'.repeat(210_000), amount: 1 });
  const record = outboxRecord(json, { to: ['books@1'] });
  const message = messageText(record, 'books@1', noDictionaries);
  const seen: unknown[] = [];
  const reader = booksConsumer({
    apply: ({ data, bytes }) => {
      seen.push([Buffer.from(bytes).toString() === json, (data as { readonly amount: number }).amount]);
      return [];
    },
  });

  it('has it read from the outbox, consistently and byte for byte', async () => {
    const bench = createConsumeBench({ consumer: reader, read: () => outboxItem(record) });
    expect(await bench.consume([message])).toEqual(DONE);
    expect(bench.reads).toEqual([{ table: OUTBOX, key: { pk: '2026-11-23T22:25Z#07', sk: 'stripe#-#live#evt_1' }, consistent: true }]);
    expect(seen).toEqual([[true, 1]]);
  });

  // crash matrix: queue → consumer | payload missing or newer | fails and comes again; nothing is guessed
  it.each([
    ['is gone', undefined, 'PAYLOAD_GONE'],
    ['is of a newer release', { ...outboxItem(record), v: 2 }, 'UNKNOWN_VERSION'],
    ['has the codec of a newer release', { ...outboxItem(record), codec: 'next' }, 'UNKNOWN_CODEC'],
    ['is broken', { ...outboxItem(record), codec: 'deflate', payload: encode(Buffer.from('x')).bytes }, 'BROKEN_PAYLOAD'],
  ])('that %s fails, and is seen again', async (_, item, code) => {
    const bench = createConsumeBench({ consumer: reader, read: () => item });
    expect(await bench.consume([message])).toEqual(FAILED);
    expect(bench.counted.counts()).toEqual({ [`MessagesFailed{code=${code}}`]: 1 });
    expect(bench.transactions).toEqual([]);
  });
});
