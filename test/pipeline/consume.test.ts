/** Consume: marker and effect in one transaction, and only what failed is seen again. */
import { describe, expect, it } from '@jest/globals';
import type { Item } from '../../lambdas/core/ports.ts';
import { createConsumeBench, INBOX, OUTBOX } from './consume-bench.ts';
import { booksConsumer, messages, PAID, paidMessage } from './counting-consumer.ts';
import { storedPayload } from './stored-payload.ts';

const DONE = { batchItemFailures: [] };

describe('an event', () => {
  it('is applied in one transaction: marker, natural key, the effect, what it published, in this order', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ naturalKey: ({ subject }) => subject }) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    const absent = 'attribute_not_exists(pk)';
    expect(bench.transactions).toEqual([
      [
        {
          Put: expect.objectContaining({
            TableName: INBOX,
            ConditionExpression: absent,
            Item: expect.objectContaining({ pk: `books@1#${PAID}` }),
          }),
        },
        {
          Put: expect.objectContaining({
            TableName: INBOX,
            ConditionExpression: absent,
            Item: expect.objectContaining({ pk: 'books@1#key#pi_1' }),
          }),
        },
        { Put: expect.objectContaining({ TableName: 'stack-Books', ConditionExpression: absent, Item: { pk: 'entry', sk: 'entry' } }) },
        { Update: expect.objectContaining({ TableName: 'stack-Books', UpdateExpression: 'ADD #n :n' }) },
        { Put: expect.objectContaining({ TableName: OUTBOX, ConditionExpression: absent }) },
      ],
    ]);
    expect(bench.counted.counts()).toEqual({ EffectsApplied: 1 });
    expect(bench.counted.flushes()).toBe(1);
  });

  it('leaves a marker that says when, how and at which attempt, and never expires', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ naturalKey: ({ subject }) => subject }) });
    await bench.consume([paidMessage()], 3);
    const [marker, natural] = (bench.transactions[0] ?? []).map(({ Put: put }) => put?.Item);
    expect(marker).toEqual({
      pk: `books@1#${PAID}`,
      kind: 'event',
      outcome: 'applied',
      at: '2026-11-23T22:25:00.000Z',
      attempt: 3,
      type: 'payment_intent.succeeded',
      naturalKey: 'pi_1',
    });
    expect(natural).toEqual({ pk: 'books@1#key#pi_1', kind: 'natural', at: '2026-11-23T22:25:00.000Z', eventId: PAID });
  });

  it('without a natural key has its effect right after the marker', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer() });
    await bench.consume([paidMessage()]);
    expect(bench.transactions[0]?.map((action) => Object.values(action)[0]?.TableName)).toEqual([
      INBOX,
      'stack-Books',
      'stack-Books',
      OUTBOX,
    ]);
  });

  // crash matrix: operator | deploys another epoch | what is under way keeps the address it was stored with
  it('is marked under the address in its message, whatever is deployed', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ naturalKey: () => 'pi_1' }) });
    await bench.consume([paidMessage('books@7')]);
    const keys = bench.transactions[0]?.map(({ Put: put }) => put?.Item?.['pk']);
    expect(keys?.slice(0, 2)).toEqual([`books@7#${PAID}`, 'books@7#key#pi_1']);
  });

  it('for which the consumer returns no writes leaves the marker alone', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ apply: () => [] }) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.transactions).toMatchObject([[{ Put: { Item: { outcome: 'applied' } } }]]);
    expect(bench.transactions[0]).toHaveLength(1);
  });

  it.each(['duplicate', 'stale'] as const)('that the consumer calls %s leaves the marker alone with that word', async (word) => {
    const bench = createConsumeBench({ consumer: booksConsumer({ naturalKey: () => 'pi_1', apply: () => word }) });
    expect(await bench.consume([paidMessage()])).toEqual(DONE);
    expect(bench.transactions).toMatchObject([[{ Put: { TableName: INBOX, Item: { outcome: word } } }]]);
    expect(bench.transactions[0]).toHaveLength(1);
  });
});

describe('what an effect publishes', () => {
  const routes = [{ address: 'mail@2', subscribes: { oncehook: ['books.posted'] } }];

  it('is an outbox item with its subscribers, its cause and the start of its chain', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer(), routes });
    await bench.consume([paidMessage()]);
    const item = bench.transactions[0]?.at(-1)?.Put?.Item as Item;
    expect(item).toMatchObject({
      sk: expect.stringMatching(/^books@1#[0-9a-f]{64}$/),
      source: 'books',
      provider: 'oncehook',
      mode: 'live',
      type: 'books.posted',
      subject: 'pi_1',
      occurredAt: '2026-11-23T22:20:00.000Z',
      correlationId: PAID,
      causationId: PAID,
      to: ['mail@2'],
    });
    expect(JSON.parse(storedPayload(item).toString())).toEqual({ of: PAID });
  });

  it('has the same id at each try, another for each event, position and address', async () => {
    const twice = booksConsumer({
      apply: (_, tools) => {
        for (const data of [1, 2]) tools.publish({ type: 'books.posted', data });
        return [];
      },
    });
    const bench = createConsumeBench({ consumer: twice });
    await bench.consume([paidMessage()]);
    bench.clock.advance(3_600_000);
    await bench.consume([paidMessage()]);
    await bench.consume([paidMessage('books@2')]);
    await bench.consume(messages(1));
    const ids = bench.transactions.map((actions) => actions.slice(1).map(({ Put: put }) => put?.Item?.['sk']));
    expect(ids[1]).toEqual(ids[0]);
    expect(new Set([ids[0], ids[2], ids[3]].flat()).size).toBe(6);
  });
});

describe('a batch', () => {
  it('of nothing is done', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer() });
    expect(await bench.consume([])).toEqual(DONE);
    expect(bench.transactions).toEqual([]);
  });

  it('applies each message on its own, with a token of its own', async () => {
    const bench = createConsumeBench({ consumer: booksConsumer({ apply: () => [] }) });
    expect(await bench.consume(messages(10))).toEqual(DONE);
    expect(new Set(bench.tokens).size).toBe(10);
    expect(bench.counted.counts()).toEqual({ EffectsApplied: 10 });
  });

  // crash matrix: queue → consumer | partial failure | only the failed ones come again
  it('names exactly the messages that failed, and all are over before it answers', async () => {
    let running = 0;
    const apply = async ({ id }: { readonly id: string }) => {
      running += 1;
      await bench.clock.sleep(100);
      running -= 1;
      if (/[147]$/.test(id)) throw new Error('not now');
      return [];
    };
    const bench = createConsumeBench({ consumer: booksConsumer({ apply }) });
    expect(await bench.consume(messages(10))).toEqual({
      batchItemFailures: ['m1', 'm4', 'm7'].map((itemIdentifier) => ({ itemIdentifier })),
    });
    expect({ running, sleeping: bench.clock.sleeping() }).toEqual({ running: 0, sleeping: 0 });
    expect(bench.transactions).toHaveLength(7);
    expect(bench.counted.counts()).toMatchObject({ EffectsApplied: 7, 'MessagesFailed{code=UNKNOWN}': 3 });
  });
});
