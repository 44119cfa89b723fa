/** What settlement writes down: no row may ever stand in for another, and none may be forgotten. */
import { describe, expect, it } from '@jest/globals';
import { createSettleBench, eventIds, openIds, type SettleBench } from './settle-bench.ts';
import { START_MILLIS } from './virtual-clock.ts';

const PARTITION = '2026-11-23T22:25Z#01';
const LEDGER = { to: ['ledger@1'], partition: PARTITION };
const openRows = async (bench: SettleBench) => (await bench.rows('settlement')).filter(({ pk }) => pk === 'open');
const row = (id: string, due = '2026-11-23T22:00:00.000Z') => ({
  pk: 'open',
  sk: `${due}#${PARTITION}#of-${id}`,
  partition: PARTITION,
  to: ['ledger@1'],
  unsettled: [{ id, to: ['ledger@1'] }],
});
const refused = { status: 400, body: { __type: 'ThrottlingException', message: 'No.' } };

describe('rows', () => {
  it('of one partition that are due in one run both stay', async () => {
    const bench = await createSettleBench();
    for (const id of ['e1', 'e2']) {
      await bench.store(id, LEDGER);
      await bench.put('settlement', row(id));
    }
    await bench.closeTheOutbox();

    await bench.runFor(25);

    expect(await openIds(bench)).toEqual(['e1', 'e2']);
  });

  it('do not multiply where several runs work at once, at the first look and later', async () => {
    const bench = await createSettleBench();
    for (const id of eventIds(64)) await bench.store(id, { to: ['ledger@1'] });
    bench.clock.advance(20 * 60_000);
    const three = () => Promise.all([1, 2, 3].map((instance) => bench.run({ instance })));

    await three();
    expect(await openIds(bench)).toEqual(eventIds(64));
    await bench.closeTheOutbox();
    bench.clock.advance(3600_000);
    await three();

    expect(await openIds(bench)).toEqual(eventIds(64));
  });

  it('that find no room for a month are looked at once a day all the same, so that their items do not expire', async () => {
    const bench = await createSettleBench();
    for (const id of eventIds(12)) await bench.store(id, { to: ['ledger@1'] });
    bench.services.intercept(({ operation }) => (operation === 'GetQueueAttributes' ? refused : undefined));
    await bench.runFor(20);
    await bench.closeTheOutbox();

    await bench.runFor(40 * 24 * 60, 180);

    for (const { expiresAt } of await bench.rows('outbox'))
      expect(Number(expiresAt)).toBeGreaterThan(bench.clock.nowMillis() / 1000 + 27 * 86_400);
    expect(await openIds(bench)).toEqual(eventIds(12));
  });

  it('that were not worked are counted by how long they are due', async () => {
    const bench = await createSettleBench();
    for (const id of eventIds(1_200)) await bench.store(id, LEDGER);

    await bench.runFor(20);
    await bench.run();

    expect(bench.counted.counted('SettlementOverdueSeconds')).toBe(0);
    await bench.fill('ledger', 1_000);
    await bench.runFor(40);
    expect(bench.counted.counted('SettlementOverdueSeconds')).toBeGreaterThan(0);
  });

  it('of a range ask for the addresses that they were written down for, and for no others', async () => {
    const bench = await createSettleBench();
    for (const id of eventIds(1_700)) await bench.store(id, LEDGER);
    for (const id of eventIds(1_700).slice(-30)) await bench.store(`${id}-r`, { to: ['receipts@1'], partition: PARTITION });

    await bench.runFor(20);
    expect(await bench.take('receipts')).toHaveLength(30);
    await bench.take('ledger');
    await bench.runFor(10);

    expect(await bench.take('receipts')).toEqual([]);
  });

  it('with long keys are written as ranges, before they outgrow an item', async () => {
    const bench = await createSettleBench();
    const ids = eventIds(450).map((id) => `${id}${'字'.repeat(300)}`);
    for (const id of ids) await bench.store(id, LEDGER);

    await expect(bench.runFor(20)).resolves.toBeUndefined();

    const [only, ...others] = await openRows(bench);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ from: ids[0], through: ids.at(-1) });
  });

  it('whose partition does not answer take a part of a run only, and the others are worked', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', LEDGER);
    await bench.store('e2', LEDGER);
    await bench.put('settlement', row('e2', '2026-11-23T21:00:00.000Z'));
    await bench.put('settlement', row('e1'));
    bench.services.intercept(({ operation, input }) =>
      operation === 'GetItem' && JSON.stringify(input['Key']).includes('"e2"') ? refused : undefined,
    );
    const before = bench.clock.nowMillis();

    expect(await bench.run()).toMatchObject({ rows: 1 });

    expect(bench.clock.nowMillis() - before).toBeLessThan(60_000);
    expect(await bench.take('ledger')).toEqual(['e1']);
    expect(await openIds(bench)).toEqual(['e1', 'e2']);
  });

  it('leave the second half of a run to slots that nobody has looked at', async () => {
    const bench = await createSettleBench();
    for (const id of eventIds(200)) await bench.store(id, LEDGER);
    await bench.put('settlement', { ...row('all'), unsettled: eventIds(200).map((id) => ({ id, to: ['ledger@1'] })) });
    await bench.store('new', { to: ['receipts@1'] });
    bench.clock.advance(20 * 60_000);
    bench.services.intercept(({ operation }) => {
      if (operation === 'GetItem') bench.clock.advance(2_000);
      return undefined;
    });

    expect((await bench.run()).slots).toBe(2);

    expect(await bench.take('receipts')).toEqual(['new']);
  });
});

describe('one bad item', () => {
  it('that names an address twice is asked for once', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', { ...LEDGER, to: ['ledger@1', 'ledger@1'] });

    await bench.runFor(20);

    expect(new Set(await bench.take('ledger'))).toEqual(new Set(['e1']));
  });

  it('that makes DynamoDB refuse a reading of its partition is told, and holds up no other', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', LEDGER);
    await bench.store('e2', { to: ['receipts@1'], partition: '2026-11-23T22:25Z#02' });
    bench.services.intercept(({ operation, input }) =>
      operation === 'Query' && JSON.stringify(input).includes(PARTITION)
        ? { status: 400, body: { __type: 'ValidationException', message: 'No.' } }
        : undefined,
    );

    await expect(bench.runFor(20)).resolves.toBeUndefined();
    expect(await bench.take('receipts')).toEqual(['e2']);
    expect(bench.counted.counted('SettlementRowFailed')).toBe(1);

    bench.services.intercept(() => undefined);
    await bench.runFor(60);
    expect(await bench.take('ledger')).toEqual(['e1']);
  });
});

it('a run that takes long still begins where the last one ended', async () => {
  const bench = await createSettleBench();
  await bench.runFor(60);

  expect(bench.clock.nowMillis()).toBe(START_MILLIS + 3600_000);
  expect(await bench.run()).toMatchObject({ slots: 0, rows: 0, sent: 0 });
});
