import { describe, expect, it } from '@jest/globals';
import { createSettleBench, type SettleBench } from './settle-bench.ts';

const range = (count: number) => Array.from({ length: count }, (_, number) => `e${String(number).padStart(4, '0')}`);

async function storeAll(bench: SettleBench, ids: readonly string[], to: readonly string[] = ['ledger@1']): Promise<void> {
  for (const id of ids) await bench.store(id, { to });
}

async function bench(options: Parameters<typeof createSettleBench>[0] = {}): Promise<SettleBench> {
  return createSettleBench(options);
}

const openIds = async (settlement: SettleBench) =>
  (await settlement.rows('settlement'))
    .filter(({ pk }) => pk === 'open')
    .flatMap(({ unsettled }) => (unsettled as { id: string }[] | undefined)?.map(({ id }) => id) ?? []);

describe('a queue that has enough to do', () => {
  it('is sent nothing while a thousand messages wait in it, and everything at the next look after that', async () => {
    const settlement = await bench();
    await storeAll(settlement, ['e1']);
    await settlement.fill('ledger', 1_000);

    await settlement.runFor(20);
    expect(new Set(await settlement.take('ledger'))).toEqual(new Set(['filler']));
    expect(settlement.counted.counted('SettlementHeld{reason=backlog}')).toBe(1);

    await settlement.runFor(60);
    expect(await settlement.take('ledger')).toEqual(['e1']);
  });

  it('is sent nothing while its oldest message is as old as the event, since that may be the very one', async () => {
    const settlement = await bench();
    await storeAll(settlement, ['e1']);
    await settlement.fill('ledger', 1);

    await settlement.runFor(20);

    expect(await settlement.take('ledger')).toEqual(['filler']);
    expect(await openIds(settlement)).toEqual(['e1']);
  });

  it('is sent the event where its messages are all much younger', async () => {
    const settlement = await bench();
    await storeAll(settlement, ['e1']);
    settlement.clock.advance(18 * 60_000);
    await settlement.fill('ledger', 10);

    await settlement.runFor(2, 2);

    expect(await settlement.take('ledger')).toContain('e1');
  });

  it('is sent nothing where CloudWatch does not know how old its messages are', async () => {
    const settlement = await bench({ oldestIsKnown: () => false });
    await storeAll(settlement, ['e1']);
    await settlement.runFor(15);
    await settlement.fill('ledger', 1);

    await settlement.runFor(5);

    expect(await settlement.take('ledger')).toEqual(['filler']);
  });

  it('is sent nothing where SQS does not even say what waits in it', async () => {
    const settlement = await bench();
    await storeAll(settlement, ['e1']);
    settlement.services.intercept(({ operation }) =>
      operation === 'GetQueueAttributes' ? { status: 500, body: { __type: 'InternalError', message: 'No.' } } : undefined,
    );

    await settlement.runFor(20);

    expect(await settlement.take('ledger')).toEqual([]);
    expect(settlement.counted.counted('BacklogUnknown{code=InternalError}')).toBe(1);
    expect(await openIds(settlement)).toEqual(['e1']);
  });

  it('holds up no other consumer', async () => {
    const settlement = await bench();
    await storeAll(settlement, ['e1'], ['ledger@1', 'receipts@1']);
    await settlement.fill('ledger', 1_000);

    await settlement.runFor(20);

    expect(await settlement.take('receipts')).toEqual(['e1']);
  });
});

describe('a dead letter', () => {
  it('counts as waiting: what is missing is not sent again while as many are in the dead-letter queue', async () => {
    const settlement = await bench();
    await storeAll(settlement, ['e1', 'e2']);
    await settlement.fill('ledger-dead', 2);

    await settlement.runFor(24 * 60, 60);

    expect(await settlement.take('ledger')).toEqual([]);
    expect(settlement.counted.counted('SettlementHeld{reason=dead-letters}')).toBeGreaterThan(0);
  });

  it('does not stand for more than itself: where more is missing, it is sent', async () => {
    const settlement = await bench();
    const ids = range(32);
    await storeAll(settlement, ids);
    await settlement.fill('ledger-dead', 2);

    await settlement.runFor(20);

    expect((await settlement.take('ledger')).length).toBeGreaterThanOrEqual(30);
  });
});

describe('a run', () => {
  it('sends a thousand messages to one consumer at most, goes on with the oldest in the next run, and sends each once', async () => {
    const settlement = await bench();
    const ids = range(2_500);
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
    const settlement = await bench();
    await storeAll(settlement, range(1_100), ['ledger@1']);
    await storeAll(settlement, ['r1'], ['receipts@1']);

    await settlement.runFor(20);

    expect(await settlement.take('receipts')).toEqual(['r1']);
  });

  it('writes five hundred missing markers of a partition down by name, and of more only from where to where', async () => {
    const settlement = await bench({ consumers: Array.from({ length: 40 }, (_, number) => `c${number}`) });
    const to = Array.from({ length: 40 }, (_, number) => `c${number}@1`);
    await storeAll(settlement, range(300), to);

    await settlement.runFor(20);
    const rows = (await settlement.rows('settlement')).filter(({ pk }) => pk === 'open');
    const large = rows.filter(({ unsettled }) => unsettled === undefined);
    expect(large.length).toBeGreaterThan(0);
    for (const row of large) expect(row).toMatchObject({ from: expect.any(String), through: expect.any(String) });

    for (const id of range(300)) for (const address of to) await settlement.mark(id, address);
    await settlement.runFor(60);
    expect((await settlement.rows('settlement')).map(({ pk }) => pk)).toEqual(['cursor']);
  });

  it('that comes to its deadline writes down what it did not get to, and the next one does it', async () => {
    const settlement = await bench();
    const ids = range(64);
    await storeAll(settlement, ids);
    settlement.clock.advance(20 * 60_000);
    let pages = 0;
    settlement.services.intercept(({ operation, input }) => {
      if (operation === 'Query' && input['TableName'] === 'outbox') {
        pages += 1;
        if (pages === 3) settlement.clock.advance(120_000);
      }
      return undefined;
    });

    await settlement.run({ remainingMillis: 60_000 });
    settlement.services.intercept(() => undefined);
    expect((await settlement.take('ledger')).length).toBeLessThan(64);
    const again: string[] = [];
    for (let runs = 0; runs < 3; runs += 1) {
      await settlement.runFor(5);
      again.push(...(await settlement.take('ledger')));
    }

    for (const id of ids) await settlement.mark(id, 'ledger@1');
    await settlement.runFor(70);
    expect((await settlement.rows('settlement')).map(({ pk }) => pk)).toEqual(['cursor']);
  });

  it('passes by an outbox item that nobody can read, and says so', async () => {
    const settlement = await bench();
    await storeAll(settlement, ['e1']);
    const [item] = await settlement.rows('outbox');
    await settlement.put('outbox', { ...item, sk: 'broken', payload: 'no bytes' });

    await settlement.runFor(20);

    expect(await settlement.take('ledger')).toEqual(['e1']);
    expect(settlement.counted.counted('SettlementUnreadable')).toBe(1);
  });

  it('keeps an event open whose outbox item is gone, and says so', async () => {
    const settlement = await bench();
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
    const settlement = await bench();
    await storeAll(settlement, ['e1']);
    await settlement.put('settlement', { pk: 'open', sk: '2026-11-23T22:00:00.000Z#bad', partition: 7 });

    await settlement.runFor(80);

    expect(new Set(await settlement.take('ledger'))).toEqual(new Set(['e1']));
    expect(settlement.counted.counted('SettlementRowFailed')).toBe(16);
    expect((await settlement.rows('settlement')).filter(({ partition }) => partition === 7)).toHaveLength(1);
  });

  it('counts what is unsettled after six hours and more, once at each look', async () => {
    const settlement = await bench();
    await storeAll(settlement, ['e1'], ['ledger@1', 'receipts@1']);
    await settlement.runFor(20);
    await settlement.closeTheOutbox();

    await settlement.runFor(5 * 60, 30);
    expect(settlement.counted.counted('EventsUnsettled')).toBe(0);

    await settlement.runFor(2 * 60, 30);
    expect(settlement.counted.counted('EventsUnsettled')).toBe(2);
  });
});
