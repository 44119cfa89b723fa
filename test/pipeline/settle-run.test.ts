import { describe, expect, it } from '@jest/globals';
import { createSettleBench, eventIds, openIds, storeAll } from './settle-bench.ts';

describe('a run', () => {
  // crash matrix: settlement | too much at once | a thousand to a consumer and run, the oldest first
  it('sends a thousand messages to one consumer at most, goes on with the oldest in the next run, and sends each once', async () => {
    const settlement = await createSettleBench();
    const ids = eventIds(2_500);
    await storeAll(settlement, ids);
    const taken: string[] = [];
    const sizes: number[] = [];

    for (let runs = 0; runs < 8; runs += 1) {
      await settlement.runFor(5);
      const sent = await settlement.take('ledger');
      sizes.push(sent.length);
      taken.push(...sent);
    }

    expect(sizes).toEqual([0, 0, 0, 1_000, 1_000, 500, 0, 0]);
    expect(taken.sort()).toEqual(ids);
  });

  it('has room of its own for each consumer', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, eventIds(1_100), ['ledger@1']);
    await storeAll(settlement, ['r1'], ['receipts@1']);

    await settlement.runFor(20);

    expect(await settlement.take('receipts')).toEqual(['r1']);
  });

  it('writes five hundred missing markers of a partition down by name, and of more only from where to where', async () => {
    const settlement = await createSettleBench({ consumers: Array.from({ length: 25 }, (_, number) => `c${number}`) });
    const to = Array.from({ length: 25 }, (_, number) => `c${number}@1`);
    const few = { partition: '2026-11-23T22:25Z#01', to };
    const many = { partition: '2026-11-23T22:25Z#02', to };
    for (const id of eventIds(20)) await settlement.store(id, few);
    for (const id of eventIds(21)) await settlement.store(id, many);

    await settlement.runFor(20);
    const rows = (await settlement.rows('settlement')).filter(({ pk }) => pk === 'open');
    expect(rows).toHaveLength(2);
    expect(rows.find(({ partition }) => partition === few.partition)).toMatchObject({ unsettled: expect.any(Array) });
    expect(rows.find(({ partition }) => partition === many.partition)).toMatchObject({ from: 'e0000', through: 'e0020', to });
    expect(rows.find(({ partition }) => partition === many.partition)).not.toHaveProperty('unsettled');

    for (const id of eventIds(21)) for (const address of to) await settlement.mark(id, address);
    await settlement.runFor(60);
    expect((await settlement.rows('settlement')).map(({ pk }) => pk)).toEqual(['cursor']);
  });

  // crash matrix: settlement | killed or out of time | the rest is written down for the next run
  it('that comes to its deadline writes down what it did not get to, and the next one does it', async () => {
    const settlement = await createSettleBench();
    const ids = eventIds(64);
    await storeAll(settlement, ids);
    settlement.clock.advance(20 * 60_000);
    let pages = 0;
    settlement.services.intercept(({ operation, input }) => {
      if (operation === 'Query' && JSON.stringify(input).includes('2026-11-23T22:25Z#')) {
        pages += 1;
        if (pages === 3) settlement.clock.advance(120_000);
      }
      return undefined;
    });

    await settlement.run({ remainingMillis: 60_000 });
    settlement.services.intercept(() => undefined);
    const taken = await settlement.take('ledger');
    expect(taken.length).toBeLessThan(64);
    await settlement.runFor(5);
    taken.push(...(await settlement.take('ledger')));

    expect(taken.sort()).toEqual(ids);
    for (const id of ids) await settlement.mark(id, 'ledger@1');
    await settlement.runFor(70);
    expect((await settlement.rows('settlement')).map(({ pk }) => pk)).toEqual(['cursor']);
  });

  // crash matrix: settlement | unreadable item | kept open, counted, alarm; the others are sent
  it('keeps open what it cannot read, says so, and sends it once it can be read', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, ['e1', 'e2']);
    const items = await settlement.rows('outbox');
    const [first = {}, second = {}] = items;
    await settlement.put('outbox', { ...first, payload: 'no bytes' });
    await settlement.put('outbox', { ...second, to: 'nobody knows' });

    await settlement.runFor(20);
    expect(await settlement.take('ledger')).toEqual([]);
    expect(settlement.counted.counted('SettlementUnreadable')).toBe(2);

    for (const item of items) await settlement.put('outbox', item);
    await settlement.runFor(60);
    expect((await settlement.take('ledger')).sort()).toEqual(['e1', 'e2']);
  });

  it('keeps an event open whose outbox item is gone, and says so', async () => {
    const settlement = await createSettleBench();
    await settlement.put('settlement', {
      pk: 'open',
      sk: '2026-11-23T22:00:00.000Z#2026-11-23T21:00Z#07#x',
      partition: '2026-11-23T21:00Z#07',
      unsettled: [{ id: 'gone', to: ['ledger@1'] }],
    });

    await settlement.runFor(5);

    expect(settlement.counted.counted('SettlementPayloadGone')).toBe(1);
    expect(await openIds(settlement)).toEqual(['gone']);
  });

  it('leaves a row that it cannot read where it is, works on the others, and says so', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, ['e1']);
    await settlement.put('settlement', { pk: 'open', sk: '2026-11-23T22:00:00.000Z#bad', partition: 7 });

    await expect(settlement.runFor(80)).resolves.toBeUndefined();

    expect(new Set(await settlement.take('ledger'))).toEqual(new Set(['e1']));
    expect(settlement.counted.counted('SettlementRowFailed')).toBe(16);
    expect((await settlement.rows('settlement')).filter(({ partition }) => partition === 7)).toHaveLength(1);
  });

  it('counts what is unsettled after six hours and more, once at each look', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, ['e1'], ['ledger@1', 'receipts@1']);
    await settlement.runFor(20);
    await settlement.closeTheOutbox();

    await settlement.runFor(5 * 60, 30);
    expect(settlement.counted.counted('EventsUnsettled')).toBe(0);

    await settlement.runFor(2 * 60, 30);
    expect(settlement.counted.counted('EventsUnsettled')).toBe(2);
  });
});
