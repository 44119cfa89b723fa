/** Tables restored to an earlier second: what happened since then is gone from our records and not from the world. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Item } from '../../lambdas/core/ports.ts';
import { createReconcileBench, type ReconcileBench } from './reconcile-bench.ts';

const HOUR = 3_600_000;
/** The Inbox and what business owns; events and the outbox are the record of what came, and stay as they are. */
const RESTORED = ['Payments', 'Inbox', 'Ledger'];

let bench: ReconcileBench;
beforeEach(async () => {
  bench = await createReconcileBench();
});

const booked = async () => (await bench.rows('Ledger')).filter(({ sk }) => sk === 'entry').length;
const executed = () => bench.model.inspection.all('charge').length;
const copyOf = async () => new Map(await Promise.all(RESTORED.map(async (table) => [table, await bench.rows(table)] as const)));

async function restore(copy: ReadonlyMap<string, readonly Item[]>): Promise<void> {
  for (const [table, items] of copy) {
    for (const item of await bench.rows(table)) await bench.remove(table, item);
    for (const item of items) await bench.put(table, item);
  }
}

/** Three payments before the second that the tables go back to, and three after it. */
async function tradeAndRestore(): Promise<void> {
  await bench.pay(3);
  await bench.deliver();
  await bench.apply();
  bench.clock.advance(60_000);
  const copy = await copyOf();
  await bench.pay(3);
  await bench.deliver();
  await bench.apply();
  expect([executed(), await booked(), (await bench.rows('Payments')).length]).toEqual([6, 6, 6]);
  bench.clock.advance(HOUR);
  await restore(copy);
  expect([await booked(), (await bench.rows('Payments')).length]).toEqual([3, 3]);
}

describe('Tables restored to an earlier second', () => {
  it('are noticed by reconciliation: each payment that is gone is named, and no event is brought in a second time', async () => {
    await tradeAndRestore();
    const [report] = await bench.reconcile();
    expect(report).toMatchObject({ injected: 0 });
    const whats = (await bench.differences()).map(({ what, difference }) => `${what} ${difference}`).sort();
    expect(whats).toEqual(Array.from({ length: 3 }, () => 'payment missing here'));
  });

  // crash matrix: operator | restores a table | nobody is charged again: the key is derived from the payment, and reconciliation goes first
  it('charge nobody again, whether messages come again or the same keys are asked for', async () => {
    await tradeAndRestore();
    await bench.reconcile();
    await expect(bench.charge()).resolves.toMatchObject({ batchItemFailures: [{}, {}, {}] });
    expect(executed()).toBe(6);
    await bench.askAgain(6);
    await bench.charge();
    await bench.charge();
    expect(executed()).toBe(6);
    const states = (await bench.rows('Payments')).map(({ state }) => state);
    expect(states).toEqual(Array.from({ length: 6 }, () => 'SUCCEEDED'));
  });

  it('charge nobody again where it is asked for again after the provider has forgotten the keys: the payment is as old as its first request', async () => {
    await tradeAndRestore();
    bench.clock.advance(25 * HOUR);
    await bench.askAgain(6);
    await bench.charge();
    expect(executed()).toBe(6);
    const states = (await bench.rows('Payments')).map(({ state }) => state);
    expect(states).toEqual(Array.from({ length: 6 }, () => 'SUCCEEDED'));
  });

  it('get every effect back, each once', async () => {
    await tradeAndRestore();
    await bench.reconcile();
    await bench.apply();
    await bench.apply();
    expect(await booked()).toBe(6);
    await bench.askAgain(6);
    await bench.charge();
    bench.clock.advance(60_000);
    await bench.deliver();
    await bench.apply();
    expect(await booked()).toBe(6);
    bench.clock.advance(HOUR);
    expect((await bench.reconcile())[0]).toMatchObject({ differences: 0, injected: 0 });
  });
});
