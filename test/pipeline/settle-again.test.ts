import { describe, expect, it } from '@jest/globals';
import { createSettleBench, eventIds, type SettleBench, storeAll } from './settle-bench.ts';

const LEDGER = { to: ['ledger@1'] };
describe('two runs at once', () => {
  // crash matrix: settlement | two runs at once | each writes what it found before it takes away what it read
  it('leave nothing open that has settled, and lose nothing that has not', async () => {
    const bench = await createSettleBench();
    const ids = eventIds(40);
    await storeAll(bench, ids);
    bench.clock.advance(20 * 60_000);

    await Promise.all([bench.run({ instance: 1 }), bench.run({ instance: 2 })]);
    expect(new Set(await bench.take('ledger'))).toEqual(new Set(ids));
    for (const id of ids.slice(0, 39)) await bench.mark(id, 'ledger@1');
    bench.clock.advance(60 * 60_000);
    await Promise.all([bench.run({ instance: 3 }), bench.run({ instance: 4 })]);

    expect(new Set(await bench.take('ledger'))).toEqual(new Set(['e0039']));
    await bench.mark('e0039', 'ledger@1');
    await bench.runFor(6 * 60);
    expect((await bench.rows('settlement')).map(({ pk }) => pk)).toEqual(['cursor']);
  });
});

describe('the expiry of an outbox item', () => {
  const expiryOf = async (bench: SettleBench) => (await bench.rows('outbox')).map(({ expiresAt }) => Number(expiresAt));

  // crash matrix: settlement | too late | the payload does not expire before the event has settled
  it('moves on as long as the event has not settled, so that it is never gone', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', LEDGER);
    await bench.runFor(20);
    await bench.closeTheOutbox();
    await bench.runFor(40 * 24 * 60, 120);

    const [expiresAt = 0] = await expiryOf(bench);
    expect(expiresAt - bench.clock.nowMillis() / 1000).toBeGreaterThan(28 * 86_400);
  });

  it('is left alone once the event has settled, and where there is none', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', LEDGER);
    await bench.store('e2', { ...LEDGER, expiresAt: undefined });
    await bench.mark('e1', 'ledger@1');
    const before = (await bench.rows('outbox')).find(({ sk }) => sk === 'e1')?.['expiresAt'];

    await bench.runFor(20);
    await bench.closeTheOutbox();
    await bench.runFor(3 * 24 * 60, 120);

    const after = await bench.rows('outbox');
    expect(after.find(({ sk }) => sk === 'e1')?.['expiresAt']).toBe(before);
    expect(after.find(({ sk }) => sk === 'e2')).not.toHaveProperty('expiresAt');
  });
});

describe('what settlement costs', () => {
  it('is at most 1.2 read units for an event and a consumer over its life, of 1,000 events of two consumers', async () => {
    const bench = await createSettleBench();
    const ids = eventIds(1_000);
    for (const id of ids) {
      await bench.store(id, { to: ['ledger@1', 'receipts@1'] });
      await bench.mark(id, 'ledger@1');
      await bench.mark(id, 'receipts@1');
    }
    const before = bench.services.units().read;

    await bench.runFor(20);
    await bench.runFor(8 * 60, 60);

    const slots = 8 * 12 + 1;
    const empty = slots * 16;
    // Slots are read whether they hold anything or not: that is counted for a stack and not for an event.
    expect((bench.services.units().read - before - empty - 2 * slots) / 2_000).toBeLessThanOrEqual(1.2);
    expect((bench.services.units().read - before) / 2_000).toBeGreaterThan(0.5);
    expect(bench.counted.counted('SettlementSent')).toBe(0);
  });
});
