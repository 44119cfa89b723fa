/** The tools of a consumer give the same answer at each try, and its effect fits into one transaction or fails with a clear word. */
import { describe, expect, it } from '@jest/globals';
import type { Consumer, Tools, Write } from '../../lambdas/core/contracts.ts';
import { CHAIN_EVENTS_MAX, REQUEST_BYTES_MAX } from '../../lambdas/core/limits.ts';
import { messageOf } from '../contracts/consumer-sample.ts';
import { createConsumeBench, OUTBOX } from './consume-bench.ts';
import { booksConsumer, counter, entry, messages, paid, paidMessage } from './counting-consumer.ts';

const DONE = { batchItemFailures: [] };

/** What came of one message for a consumer with this effect. */
async function applied(apply: Consumer['apply'], given: Partial<Consumer> = {}) {
  const bench = createConsumeBench({ consumer: booksConsumer({ ...given, apply }) });
  const done = (await bench.consume([paidMessage()])).batchItemFailures.length === 0;
  return { done, code: bench.counted.lines[0]?.fields['code'], actions: bench.transactions[0] ?? [] };
}

const puts = (count: number): Write[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'put', table: 'Books', item: { pk: `p${index}`, sk: 's' } }));

describe('an effect', () => {
  // crash matrix: consumer → tables | effect too large | more than 100 actions fail as a whole; never in two halves
  it('may have 100 actions with its marker, its natural key and what it publishes, and not one more', async () => {
    const effectOf =
      (writes: number): Consumer['apply'] =>
      (_, tools) => {
        for (const data of [1, 2]) tools.publish({ type: 'books.posted', data });
        return puts(writes);
      };
    const fits = await applied(effectOf(96), { naturalKey: () => 'pi_1' });
    expect(fits).toMatchObject({ done: true });
    expect(fits.actions).toHaveLength(100);
    expect(await applied(effectOf(97), { naturalKey: () => 'pi_1' })).toEqual({ done: false, code: 'TOO_MANY_ACTIONS', actions: [] });
  });

  it.each([
    ['two puts', [entry('retry'), entry('stale')]],
    ['a put and an update', [entry('retry'), { ...counter, key: { pk: 'entry', sk: 'entry' } } as Write]],
    ['an update and a delete', [counter, { kind: 'delete', table: 'Books', key: { sk: 'counter', pk: 'counter' } } as Write]],
  ])('that writes one item twice, by %s, fails before DynamoDB would refuse it', async (_, writes) => {
    expect(await applied(() => writes)).toEqual({ done: false, code: 'SAME_ITEM_TWICE', actions: [] });
  });

  it('may write two items that share a partition or a sort key', async () => {
    const item = (pk: string, sk: string): Write => ({ kind: 'put', table: 'Books', item: { pk, sk } });
    expect(await applied(() => [item('a', 'b'), item('a', 'c'), item('b', 'b')])).toMatchObject({ done: true });
  });

  it.each(['Ledger', 'inbox-table', 'stack-Books', '__proto__', 'constructor'])(
    'into the table %s, which is not declared, fails and says so',
    async (table) => {
      expect(await applied(() => [{ kind: 'put', table, item: { pk: 'a', sk: 'b' } }])).toEqual({
        done: false,
        code: 'UNDECLARED_TABLE',
        actions: [],
      });
      expect(
        await applied(async (_, tools) => [{ kind: 'put', table: 'Books', item: (await tools.get(table, { pk: 'a', sk: 'b' })) ?? {} }]),
      ).toEqual({
        done: false,
        code: 'UNDECLARED_TABLE',
        actions: [],
      });
    },
  );
});

describe('naturalKey', () => {
  it.each([[''], [null], [5]])('that gives %j fails and says so: every later event would be the duplicate of the first', async (key) => {
    expect(await applied(() => [], { naturalKey: () => key as string })).toEqual({ done: false, code: 'BAD_NATURAL_KEY', actions: [] });
  });
});

describe('publish', () => {
  it('hands on whose it is: the account and the mode of its cause', async () => {
    const bench = createConsumeBench({
      consumer: booksConsumer({
        apply: (_, tools) => {
          tools.publish({ type: 'books.posted', data: 1 });
          return [];
        },
      }),
    });
    expect(await bench.consume([messageOf({ ...paid, account: 'acct_1', mode: 'test' }, 'books@1')])).toEqual(DONE);
    expect(bench.transactions[0]?.at(-1)?.Put).toMatchObject({ TableName: OUTBOX, Item: { account: 'acct_1', mode: 'test' } });
  });

  it('takes as much as ingest takes, and refuses more before it is stored: nobody could ever read it', async () => {
    const publishing = (bytes: number) =>
      applied((_, tools) => {
        tools.publish({ type: 'books.posted', data: 'x'.repeat(bytes - 2) });
        return [];
      });
    expect(await publishing(REQUEST_BYTES_MAX)).toMatchObject({ done: true });
    const { actions, ...refused } = await publishing(REQUEST_BYTES_MAX + 1);
    expect({ ...refused, sent: actions.length }).toEqual({ done: false, code: 'PUBLISHED_TOO_LARGE', sent: 0 });
  });
});

describe('a chain of published events', () => {
  const publishingAfter = async (hops: number) => {
    const bench = createConsumeBench({
      consumer: booksConsumer({
        apply: (_, tools) => {
          tools.publish({ type: 'books.posted', data: 1 });
          return [];
        },
      }),
    });
    const { batchItemFailures } = await bench.consume([messageOf({ ...paid, hops }, 'books@1')]);
    const outbox = bench.transactions[0]?.map(({ Put }) => Put).find((put) => put?.TableName === OUTBOX);
    return { failed: batchItemFailures.length, code: bench.counted.lines[0]?.fields['code'], hops: outbox?.Item?.['hops'] };
  };

  it.each([
    [0, 1],
    [1, 2],
    [CHAIN_EVENTS_MAX - 1, CHAIN_EVENTS_MAX],
  ])('counts its steps: after %d comes %d', async (before, after) => {
    expect(await publishingAfter(before)).toEqual({ failed: 0, code: undefined, hops: after });
  });

  it('ends where it is so long that consumers must be publishing to each other in a circle', async () => {
    expect(await publishingAfter(CHAIN_EVENTS_MAX)).toEqual({ failed: 1, code: 'CHAIN_TOO_LONG', hops: undefined });
  });
});

describe('a published event', () => {
  const publishing = (event: { readonly type: string; readonly subject?: string }) =>
    applied((_, tools) => {
      tools.publish({ ...event, data: 1 });
      return [];
    });

  it.each([
    ['an empty type', { type: '' }],
    ['a type of 129 characters', { type: 'x'.repeat(129) }],
    ['no type', { type: undefined as unknown as string }],
    ['a type with a line break', { type: 'a\nb' }],
    ['an empty subject', { type: 'a', subject: '' }],
    ['a subject that is a number', { type: 'a', subject: 5 as unknown as string }],
    ['a subject with a control character, which SQS refuses', { type: 'a', subject: 'a\u0007' }],
    ['a subject with half a character, which SQS refuses', { type: 'a', subject: 'a\ud800' }],
  ])('with %s fails before it is stored, since it could never be delivered', async (_, event) => {
    expect(await publishing(event)).toEqual({ done: false, code: 'BAD_PUBLISHED_EVENT', actions: [] });
  });

  it.each([[{ type: 'a' }], [{ type: 'x'.repeat(128), subject: 'Zahlung für 5 € 🎉' }]])('may have the names %j', async (event) => {
    expect(await publishing(event)).toMatchObject({ done: true });
  });
});

describe('idempotencyKey', () => {
  it('is the same at each try, and another for each label, event and address', async () => {
    const keys: string[] = [];
    const collect = booksConsumer({
      apply: (_, tools) => {
        keys.push(tools.idempotencyKey(), tools.idempotencyKey('mail'));
        return [];
      },
    });
    const bench = createConsumeBench({ consumer: collect });
    await bench.consume([paidMessage()]);
    bench.clock.advance(86_400_000);
    await bench.consume([paidMessage()], 7);
    await bench.consume([paidMessage('books@2')]);
    await bench.consume(messages(1));
    expect(keys.slice(2, 4)).toEqual(keys.slice(0, 2));
    expect(new Set(keys).size).toBe(6);
    for (const key of keys) expect(key).toMatch(/^oh_[0-9a-f]{48}$/);
  });
});

describe('onlyIfNewer', () => {
  const write = (tools: Tools) =>
    tools.onlyIfNewer({
      table: 'Books',
      key: { pk: 'sub_1', sk: 'state' },
      set: { status: 'active', plan: null },
      rank: { 'payment_intent.succeeded': 2 },
    });

  it('sets the attributes and the order of the event, and means stale where a newer one stands', async () => {
    const { actions } = await applied((_, tools) => [write(tools)]);
    const update = actions[1]?.Update;
    expect(update).toMatchObject({
      Key: { pk: 'sub_1', sk: 'state' },
      ConditionExpression: 'attribute_not_exists(#order) OR #order < :order',
    });
    const named = Object.entries(update?.ExpressionAttributeNames ?? {});
    const valueSet = (attribute: string) =>
      update?.ExpressionAttributeValues?.[`:${named.find(([at, name]) => name === attribute && at !== '#order')?.[0].slice(1)}`];
    expect({ status: valueSet('status'), plan: valueSet('plan') }).toEqual({ status: 'active', plan: null });
    expect(valueSet('oncehookOrder')).toBe(update?.ExpressionAttributeValues?.[':order']);
    for (const [placeholder] of named) expect(`${update?.UpdateExpression} ${update?.ConditionExpression}`).toContain(placeholder);
  });

  it.each([-1, 1.5, 1_000_000, Number.NaN])('refuses the rank %d, which would not sort', async (rank) => {
    const ranked = (tools: Tools) =>
      tools.onlyIfNewer({ table: 'Books', key: { pk: 'a', sk: 'b' }, set: {}, rank: { 'payment_intent.succeeded': rank } });
    const bench = createConsumeBench({ consumer: booksConsumer({ apply: (_, tools) => [ranked(tools)] }) });
    expect(await bench.consume([paidMessage()])).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(bench.counted.counts()).toEqual({ 'MessagesFailed{code=BAD_RANK}': 1 });
  });

  it('orders ranks as numbers and not as texts', async () => {
    const orders: string[] = [];
    const rank = { 'rank.nine': 9, 'rank.ten': 10 };
    const bench = createConsumeBench({
      consumer: booksConsumer({
        apply: (_, tools) => [tools.onlyIfNewer({ table: 'Books', key: { pk: 'a', sk: 'b' }, set: { on: 1 }, rank })],
      }),
      transact: (_, actions) => orders.push(actions[1]?.Update?.ExpressionAttributeValues?.[':order'] as string),
    });
    for (const type of ['rank.nine', 'rank.ten'])
      expect(await bench.consume([messageOf({ ...paid, type, identity: 'a' }, 'books@1')])).toEqual(DONE);
    expect(orders).toHaveLength(2);
    expect(orders).toEqual([...orders].sort());
  });

  it('orders by time, then rank of the type, then event id', async () => {
    const orders: string[] = [];
    const bench = createConsumeBench({
      consumer: booksConsumer({ apply: (_, tools) => [write(tools)] }),
      transact: (_, actions) => orders.push(actions[1]?.Update?.ExpressionAttributeValues?.[':order'] as string),
    });
    const later = '2026-11-23T22:20:00.001Z';
    for (const sample of [
      { ...paid, type: 'other', identity: 'b' },
      { ...paid, identity: 'a' },
      { ...paid, identity: 'b' },
      { ...paid, type: 'other', identity: 'a', occurredAt: later },
    ]) {
      expect(await bench.consume([messageOf(sample, 'books@1')])).toEqual(DONE);
    }
    expect(orders).toEqual([...orders].sort());
    expect(new Set(orders).size).toBe(4);
  });
});
