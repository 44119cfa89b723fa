import { describe, expect, it } from '@jest/globals';
import { createSettleBench } from './settle-bench.ts';
import { START_MILLIS } from './virtual-clock.ts';

const LEDGER = { to: ['ledger@1'] };

describe('an event without a marker', () => {
  // crash matrix: settlement | message lost | wherever it was lost: sent again when its slot is 15 minutes old
  it('is sent again fifteen minutes after its slot, and not before', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', LEDGER);

    await bench.runFor(15);
    expect(await bench.take('ledger')).toEqual([]);

    await bench.runFor(5);
    expect(await bench.take('ledger')).toEqual(['e1']);
    expect(bench.counted.counted('SettlementSent')).toBe(1);
  });

  // crash matrix: settlement | lost again | sent again at 1, 6, 24 and 72 h, then daily, without an end
  it('is sent again after an hour, six hours, a day and three days, and then once a day', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', LEDGER);
    await bench.runFor(20);
    await bench.closeTheOutbox();
    const storedMillis = START_MILLIS + 300_000;
    const hours = (await bench.take('ledger')).map(() => 0);

    for (let runs = 0; runs <= 5 * 24 * 4; runs += 1) {
      await bench.runFor(15, 15);
      if ((await bench.take('ledger')).length > 0) hours.push(Math.floor((bench.clock.nowMillis() - storedMillis) / 3600_000));
    }

    expect(hours).toEqual([0, 1, 6, 24, 72, 96, 120]);
  });

  // crash matrix: settlement | lost for one consumer | sent to that address only
  it('is sent to the address that lacks it and to no other', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', { to: ['ledger@1', 'receipts@1'] });
    await bench.mark('e1', 'receipts@1');

    await bench.runFor(20);

    expect(await bench.take('ledger')).toEqual(['e1']);
    expect(await bench.take('receipts')).toEqual([]);
  });

  // crash matrix: operator | deploys another epoch | what is under way keeps the address it was stored with
  it('is sent as the message that the relay would have sent, to the address that was decided when it was stored', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', { to: ['ledger@7'] });

    await bench.runFor(20);

    const sent = bench.services.calls.find(({ operation }) => operation === 'SendMessageBatch');
    const [entry] = (sent?.input['Entries'] ?? []) as { MessageBody: string }[];
    expect(JSON.parse(entry?.MessageBody ?? '')).toMatchObject({ specversion: '1.0', id: 'e1', address: 'ledger@7', data: { a: 1 } });
  });
});

describe('an event with all its markers', () => {
  it.each(['applied', 'duplicate', 'stale', 'rejected', 'waived'])(
    'has settled, also where the outcome is %s: it is never sent again and leaves no row',
    async (outcome) => {
      const bench = await createSettleBench();
      await bench.store('e1', LEDGER);
      await bench.mark('e1', 'ledger@1', outcome);

      await bench.runFor(120);

      expect(await bench.take('ledger')).toEqual([]);
      expect((await bench.rows('settlement')).map(({ pk }) => pk)).toEqual(['cursor']);
    },
  );

  it('closes its row at the next look, once it came late', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', LEDGER);
    await bench.runFor(20);
    expect(await bench.rows('settlement')).toHaveLength(2);

    await bench.mark('e1', 'ledger@1');
    await bench.runFor(60);

    expect((await bench.rows('settlement')).map(({ pk }) => pk)).toEqual(['cursor']);
    expect(await bench.take('ledger')).toEqual(['e1']);
  });
});

describe('an event that nobody is to get', () => {
  it('is one in quarantine: it is kept and not sent', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', { to: ['quarantine'] });

    await bench.runFor(20);

    expect((await bench.rows('settlement')).map(({ pk }) => pk)).toEqual(['cursor']);
    expect(bench.services.calls.filter(({ operation }) => operation === 'SendMessageBatch')).toEqual([]);
  });

  // crash matrix: operator | removes a consumer | its events stay open and are told of, until it is declared retired
  it.each([[['invoices']], [['invoices@1']]])('is one for a consumer that is declared retired: %j', async (retired) => {
    const bench = await createSettleBench({ retired });
    await bench.store('e1', { to: ['invoices@1'] });

    await bench.runFor(20);

    expect((await bench.rows('settlement')).map(({ pk }) => pk)).toEqual(['cursor']);
    expect(bench.counted.counted('SettlementUnknownAddress')).toBe(0);
  });

  it('is one for a queue that somebody else reads, under each of its epochs: nothing is waited for there', async () => {
    const bench = await createSettleBench({ delivered: ['search'] });
    await bench.store('e1', { to: ['search@1', 'search@2'] });
    await bench.store('e2', { to: ['ledger@1', 'search@1'] });

    await bench.runFor(20);

    expect(bench.counted.counted('SettlementUnknownAddress')).toBe(0);
    expect((await bench.rows('settlement')).filter(({ pk }) => pk === 'open')).toMatchObject([
      { unsettled: [{ id: 'e2', to: ['ledger@1'] }] },
    ]);
    expect(await bench.take('ledger')).toEqual(['e2']);
  });

  it('is not one for another epoch of a retired address', async () => {
    const bench = await createSettleBench({ retired: ['ledger@1'] });
    await bench.store('e1', { to: ['ledger@2'] });

    await bench.runFor(20);

    expect(await bench.take('ledger')).toEqual(['e1']);
  });

  // crash matrix: operator | removes a consumer | its events stay open and are told of, until it is declared retired
  it('is not one for a consumer that is merely not deployed: that stays open and is told', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', { to: ['invoices@1'] });

    await bench.runFor(20);

    expect(bench.counted.counted('SettlementUnknownAddress')).toBe(1);
    expect((await bench.rows('settlement')).map(({ pk }) => pk).sort()).toEqual(['cursor', 'open']);
  });
});

describe('how far settlement has come', () => {
  // crash matrix: settlement | outage of settlement | worked off in order from the cursor, however late
  it('begins with the slot before the making of the outbox, however late its first run is', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', LEDGER);
    bench.clock.advance(24 * 3600_000);

    expect(await bench.run()).toMatchObject({ slots: 288 - 2, sent: 1 });

    expect(await bench.take('ledger')).toEqual(['e1']);
  });

  it('stands in the table, so that no slot is left out and none is looked at twice', async () => {
    const bench = await createSettleBench();
    await bench.runFor(60);

    const partitions = bench.services.calls
      .filter(({ operation, input }) => operation === 'Query' && input['TableName'] === 'outbox')
      .map(({ input }) => (input['ExpressionAttributeValues'] as { ':pk': { S: string } })[':pk'].S);
    expect(new Set(partitions).size).toBe(partitions.length);
    expect(partitions).toHaveLength(10 * 16);
  });

  it('is read strongly consistently: an item that is not seen would never be looked for again', async () => {
    const bench = await createSettleBench();
    await bench.runFor(20);

    const queries = bench.services.calls.filter(({ operation }) => operation === 'Query');
    expect(queries.length).toBeGreaterThan(0);
    for (const { input } of queries) expect(input['ConsistentRead']).toBe(true);
  });

  it('is counted as the age of the newest slot that was looked at, also when nothing was due', async () => {
    const bench = await createSettleBench();

    await bench.run();
    expect(bench.counted.counts()).toEqual({ SettlementLagSeconds: 300 });
    await bench.runFor(60);

    expect(bench.counted.counted('SettlementLagSeconds') / 12).toBeLessThanOrEqual(20 * 60);
    expect(bench.counted.counted('SettlementLagSeconds') / 12).toBeGreaterThan(10 * 60);
  });

  // crash matrix: settlement | outage of the tables | the cursor stays; the next run does it
  it('is not moved past a slot whose items could not be read', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', LEDGER);
    bench.clock.advance(20 * 60_000);
    bench.services.intercept(({ operation, input }) =>
      operation === 'Query' && input['TableName'] === 'outbox'
        ? { status: 500, body: { __type: 'InternalServerError', message: 'No.' } }
        : undefined,
    );
    await expect(bench.run({ remainingMillis: 30_000 })).rejects.toMatchObject({ code: 'READ_UNAVAILABLE' });

    bench.services.intercept(() => undefined);
    await bench.run();

    expect(await bench.take('ledger')).toEqual(['e1']);
  });

  // crash matrix: settlement | partial answer | what the service leaves open is asked for again
  it('is not moved past a slot whose markers could not be read, and what BatchGetItem leaves open is asked for again', async () => {
    const bench = await createSettleBench();
    await bench.store('e1', LEDGER);
    await bench.store('e2', LEDGER);
    await bench.mark('e1', 'ledger@1');
    await bench.mark('e2', 'ledger@1');
    let asked = 0;
    bench.services.intercept(({ operation, input }) => {
      if (operation !== 'BatchGetItem') return undefined;
      asked += 1;
      return asked % 2 === 1 ? { status: 200, body: { Responses: { inbox: [] }, UnprocessedKeys: input['RequestItems'] } } : undefined;
    });

    await bench.runFor(20);

    expect(await bench.take('ledger')).toEqual([]);
    expect(asked).toBe(4);
  });
});
