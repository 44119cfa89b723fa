import { describe, expect, it } from '@jest/globals';
import { createSettleBench, eventIds, openIds, storeAll } from './settle-bench.ts';

describe('a queue that has enough to do', () => {
  // crash matrix: settlement | backlog | nothing is sent while the message most likely still waits
  it('is sent nothing while a thousand messages wait in it, and everything in the next run after that', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, ['e1']);
    await settlement.fill('ledger', 1_000);

    await settlement.runFor(20);
    expect(new Set(await settlement.take('ledger'))).toEqual(new Set(['filler']));
    expect(settlement.counted.counted('SettlementHeld{reason=busy}')).toBe(1);

    await settlement.runFor(5);
    expect(await settlement.take('ledger')).toEqual(['e1']);
  });

  it('that is busy at the same time each day is sent what it lacks in between', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, ['e1']);
    await settlement.runFor(20);
    await settlement.closeTheOutbox();
    await settlement.runFor(80 * 60, 60);
    await settlement.take('ledger');
    await settlement.fill('ledger', 1_000);
    await settlement.runFor(24 * 60, 24 * 60);
    await settlement.purge('ledger');

    await settlement.runFor(5);

    expect(await settlement.take('ledger')).toEqual(['e1']);
  });

  it('is sent nothing while its oldest message is as old as the event, since that may be the very one', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, ['e1']);
    await settlement.fill('ledger', 1);

    await settlement.runFor(20);

    expect(await settlement.take('ledger')).toEqual(['filler']);
    expect(await openIds(settlement)).toEqual(['e1']);
  });

  it('is sent the event where its messages are all much younger', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, ['e1']);
    settlement.clock.advance(18 * 60_000);
    await settlement.fill('ledger', 10);

    await settlement.runFor(2, 2);

    expect(await settlement.take('ledger')).toContain('e1');
  });

  it('is sent nothing where CloudWatch does not know how old its messages are', async () => {
    const settlement = await createSettleBench({ oldestIsKnown: () => false });
    await storeAll(settlement, ['e1']);
    await settlement.runFor(15);
    await settlement.fill('ledger', 1);

    await settlement.runFor(5);

    expect(await settlement.take('ledger')).toEqual(['filler']);
  });

  it('is sent nothing where SQS does not even say what waits in it', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, ['e1']);
    settlement.services.intercept(({ operation }) =>
      operation === 'GetQueueAttributes' ? { status: 500, body: { __type: 'InternalError', message: 'No.' } } : undefined,
    );

    await settlement.runFor(20);

    expect(await settlement.take('ledger')).toEqual([]);
    expect(settlement.counted.counted('BacklogUnknown')).toBe(1);
    expect(await openIds(settlement)).toEqual(['e1']);
  });

  it('that does not take what it is sent is left alone for the rest of the run, holds up no other, and is tried again in the next run', async () => {
    const settlement = await createSettleBench();
    const ids = eventIds(300);
    for (const id of ids) await settlement.store(id, { to: ['ledger@1', 'receipts@1'], partition: '2026-11-23T22:25Z#03' });
    const ledger = ({ input }: { input: object }) => String((input as { QueueUrl?: string }).QueueUrl).endsWith('/ledger');
    settlement.services.intercept((call) =>
      call.operation === 'SendMessageBatch' && ledger(call)
        ? { status: 500, body: { __type: 'InternalError', message: 'No.' } }
        : undefined,
    );
    settlement.clock.advance(20 * 60_000);
    const before = settlement.clock.nowMillis();

    await settlement.run();
    expect(settlement.clock.nowMillis() - before).toBeLessThan(60_000);
    expect((await settlement.take('receipts')).sort()).toEqual(ids);
    expect(await settlement.take('ledger')).toEqual([]);

    settlement.services.intercept(() => undefined);
    await settlement.runFor(5);
    expect((await settlement.take('ledger')).sort()).toEqual(ids);
  });

  it('holds up no other consumer', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, ['e1'], ['ledger@1', 'receipts@1']);
    await settlement.fill('ledger', 1_000);

    await settlement.runFor(20);

    expect(await settlement.take('receipts')).toEqual(['e1']);
  });
});

describe('a dead letter', () => {
  // crash matrix: settlement | dead letter | counts as waiting: moving it back is a person's decision
  it('counts as waiting: what is missing is not sent again while as many are in the dead-letter queue', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, ['e1', 'e2']);
    await settlement.runFor(20);
    await settlement.take('ledger');
    await settlement.closeTheOutbox();
    await settlement.fill('ledger-dead', 2);

    await settlement.runFor(24 * 60, 60);

    expect(await settlement.take('ledger')).toEqual([]);
    expect(settlement.counted.counted('SettlementHeld{reason=dead-letters}')).toBeGreaterThan(0);
  });

  it('does not stand for more than itself: where more is missing, it is sent', async () => {
    const settlement = await createSettleBench();
    await storeAll(settlement, eventIds(32));
    await settlement.runFor(20);
    await settlement.take('ledger');
    await settlement.closeTheOutbox();
    await settlement.fill('ledger-dead', 2);

    await settlement.runFor(60, 60);

    expect((await settlement.take('ledger')).length).toBeGreaterThanOrEqual(30);
  });

  it('of long ago does not keep an event from its first look, at which no event can be a dead letter yet', async () => {
    const settlement = await createSettleBench();
    await settlement.fill('ledger-dead', 50);
    await storeAll(settlement, ['e1']);

    await settlement.runFor(20);

    expect(await settlement.take('ledger')).toEqual(['e1']);
  });
});
