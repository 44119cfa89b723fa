/** Reconciliation: what never came is brought in, what only one side has is named, and nothing is mended in silence. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Difference } from '../../lambdas/core/reconciliation.ts';
import { createReconcileBench, type ReconcileBench } from './reconcile-bench.ts';
import { sellEachSecond } from './reconciled-sales.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let bench: ReconcileBench;
beforeEach(async () => {
  bench = await createReconcileBench();
});

const events = async () => (await bench.rows('Events')).length;
const found = (differences: readonly Difference[]) => differences.map(({ what, id, difference }) => [what, difference, id]);

describe('A reconciliation of records that agree', () => {
  it('finds nothing, and says how much it compared', async () => {
    await bench.trade();
    const [report] = await bench.reconcile();
    expect(report).toMatchObject({ differences: 0, injected: 0, counts: { events: 10, payments: 4, transactions: 10 }, notes: [] });
    expect(bench.counted.counted('ReconciliationDifferences')).toBe(0);
  });

  it('writes nothing but its report', async () => {
    await bench.trade();
    const before = await Promise.all(['Events', 'Outbox', 'Inbox', 'Payments', 'Ledger'].map((table) => bench.rows(table)));
    await bench.reconcile();
    const after = await Promise.all(['Events', 'Outbox', 'Inbox', 'Payments', 'Ledger'].map((table) => bench.rows(table)));
    expect(after).toEqual(before);
    expect(await bench.rows('Reconciliation')).toHaveLength(1);
  });
});

describe('A webhook that never came', () => {
  // crash matrix: reconciliation | webhook never sent | the event is brought in by the same transaction and takes effect once
  it('is found by the list of the provider, and takes effect once', async () => {
    bench.sell(40);
    await bench.deliver((_, index) => index % 20 === 3);
    await bench.apply();
    const lacking = 40 - (await bench.rows('Ledger')).filter(({ sk }) => sk === 'entry').length;
    expect(lacking).toBeGreaterThan(0);
    bench.clock.advance(HOUR);
    const [report] = await bench.reconcile();
    expect(report).toMatchObject({ injected: lacking });
    await bench.apply();
    await bench.apply();
    expect((await bench.rows('Ledger')).filter(({ sk }) => sk === 'entry')).toHaveLength(40);
    bench.clock.advance(MINUTE);
    expect((await bench.reconcile())[0]).toMatchObject({ differences: 0, injected: 0 });
  });

  it('stands in the store as one that came by webhook would, but for the way it came', async () => {
    bench.sell(2);
    const [first] = bench.model.inspection.all('event').filter(({ type }) => type === 'payment_intent.succeeded');
    await bench.deliver((id) => id !== first?.id);
    bench.clock.advance(HOUR);
    await bench.reconcile();
    const [webhook, listed] = [...(await bench.rows('Events'))].sort(({ via }) => (via === 'webhook' ? -1 : 1));
    expect([webhook?.['via'], listed?.['via']]).toEqual(['webhook', 'reconcile']);
    expect(Object.keys(listed ?? {}).sort()).toEqual(Object.keys(webhook ?? {}).sort());
  });

  // crash matrix: reconciliation | webhook comes late | it has the same identity, so it is a duplicate
  it('that comes late after all is a duplicate', async () => {
    bench.sell(3);
    bench.clock.advance(HOUR);
    await bench.reconcile();
    const stored = await events();
    expect(stored).toBe(3);
    expect(new Set(await bench.deliver())).toEqual(new Set([200]));
    expect(bench.counted.counts()).toMatchObject({ EventsDuplicate: 3 });
    // The types that nobody subscribes to come by webhook only.
    expect((await bench.rows('Events')).filter(({ type }) => type === 'payment_intent.succeeded')).toHaveLength(3);
    expect(bench.counted.counted('FingerprintMismatch')).toBe(0);
  });

  it('is no difference while it may still be on the way', async () => {
    bench.sell(1);
    bench.clock.advance(14 * MINUTE);
    expect((await bench.reconcile())[0]).toMatchObject({ injected: 0 });
    bench.clock.advance(2 * MINUTE);
    expect((await bench.reconcile())[0]).toMatchObject({ injected: 1 });
  });

  it('is found at once by somebody who knows that nothing is on the way', async () => {
    bench.sell(1);
    bench.clock.advance(2000);
    expect((await bench.reconcile({ hours: 1, graceSeconds: 60 }))[0]).toMatchObject({ injected: 0 });
    expect((await bench.reconcile({ hours: 1, graceSeconds: 0 }))[0]).toMatchObject({ injected: 1 });
  });

  it.each([0, -3600])('lies in no window that ends in the future, with %s seconds of grace', async (graceSeconds) => {
    const nowSeconds = Math.floor(bench.clock.nowMillis() / 1000);
    const [report] = await bench.reconcile({ fromSeconds: nowSeconds - 60, toSeconds: nowSeconds + 3600, graceSeconds });
    expect(report).toMatchObject({ window: { fromSeconds: nowSeconds - 60, toSeconds: nowSeconds } });
  });

  it('is only named by a dry run', async () => {
    bench.sell(2);
    bench.clock.advance(HOUR);
    const [report] = await bench.reconcile({ hours: 3, dryRun: true });
    const named = { what: 'event', difference: 'missing here', theirs: 'payment_intent.succeeded', injected: true };
    expect(report).toMatchObject({ dryRun: true, injected: 2, found: [named, named] });
    expect([await events(), (await bench.rows('Reconciliation')).length]).toEqual([0, 0]);
  });

  it('is found in every second of the window, however many pages it takes', async () => {
    sellEachSecond(bench, 12, 16);
    bench.model.takeDueWebhooks();
    bench.clock.advance(HOUR);
    expect((await bench.reconcile())[0]).toMatchObject({ injected: 192 });
    expect(await events()).toBe(192);
  });
});

describe('A row that only one side has is named, and no other', () => {
  const reported = async () => {
    bench.clock.advance(MINUTE);
    await bench.reconcile();
    return found(await bench.differences());
  };

  // crash matrix: reconciliation | a row is missing | exactly that row is named; nothing is mended in silence
  it('a payment of ours', async () => {
    const { payments } = await bench.trade();
    await bench.remove('Payments', { pk: payments[1] as string });
    expect(await reported()).toEqual([['payment', 'missing here', payments[1]]]);
  });

  it('a payment of theirs', async () => {
    const { payments } = await bench.trade();
    const object = (await bench.rows('Payments')).find(({ pk }) => pk === payments[2])?.['objectId'];
    bench.model.inspection.delete(String(object));
    expect(await reported()).toEqual([['payment', 'missing there', payments[2]]]);
  });

  it('an event of ours, which is brought in again and does nothing twice', async () => {
    await bench.trade();
    const event = (await bench.rows('Events')).find(({ type }) => type === 'charge.refunded');
    await bench.remove('Events', event ?? {});
    const ledger = await bench.rows('Ledger');
    expect(await reported()).toEqual([['event', 'missing here', event?.['pk']]]);
    await bench.apply();
    expect(await bench.rows('Ledger')).toEqual(ledger);
  });

  it('an event of theirs', async () => {
    await bench.trade();
    const [event] = bench.model.inspection.all('event').filter(({ type }) => type === 'payment_intent.succeeded');
    bench.model.inspection.delete(String(event?.id));
    expect(await reported()).toEqual([['event', 'missing there', `stripe#-#test#${event?.id}`]]);
  });

  it('an entry of the books', async () => {
    const { sold } = await bench.trade();
    const entry = (await bench.rows('Ledger')).find(({ pk }) => String(pk).includes(`payment#${sold[2]}`));
    await bench.remove('Ledger', entry ?? {});
    expect(await reported()).toEqual([['transaction', 'missing here', sold[2]]]);
  });

  it('what was refunded in the books', async () => {
    await bench.trade();
    const posted = (await bench.rows('Ledger')).find(({ sk }) => sk === 'posted');
    await bench.remove('Ledger', posted ?? {});
    expect(await reported()).toEqual([['transaction', 'missing here', expect.stringMatching(/^ch_/)]]);
  });

  it('a movement on their balance', async () => {
    const { sold } = await bench.trade();
    const charge = bench.model.inspection.all('charge').find(({ payment_intent }) => payment_intent === sold[3]);
    bench.model.inspection.delete(String(charge?.balance_transaction));
    expect(await reported()).toEqual([['transaction', 'missing there', sold[3]]]);
  });
});

describe('What both sides have and say differently is named with both values', () => {
  // crash matrix: reconciliation | a value differs | the row is named with both values
  it.each([
    ['amount', 'amount', 77],
    ['currency', 'currency', 'usd'],
    ['status', 'state', 'FAILED'],
    ['object', 'objectId', 'pi_Another'],
  ])('the %s of a payment', async (difference, attribute, value) => {
    const { payments } = await bench.trade();
    await bench.change('Payments', { pk: payments[0] as string }, attribute, value);
    await bench.reconcile();
    expect(await bench.differences()).toEqual([
      { what: 'payment', id: payments[0], difference, ours: String(value), theirs: expect.any(String) },
    ]);
    expect(bench.counted.counted('ReconciliationDifferences')).toBe(1);
  });

  it('the amount of an entry of the books', async () => {
    const { sold } = await bench.trade();
    const entry = (await bench.rows('Ledger')).find(({ pk }) => String(pk).includes(`payment#${sold[1]}`));
    await bench.change('Ledger', entry ?? {}, 'lines', [{ account: 'x', amount: 1 }]);
    await bench.reconcile();
    expect(await bench.differences()).toEqual([
      { what: 'transaction', id: sold[1], difference: 'amount', ours: '1 eur', theirs: 'payment 5001 eur' },
    ]);
  });

  it('what was refunded in more steps than were booked', async () => {
    const { sold } = await bench.trade();
    const posted = (await bench.rows('Ledger')).find(({ sk }) => sk === 'posted');
    await bench.change('Ledger', posted ?? {}, 'amount', 700);
    await bench.reconcile();
    expect(sold).toHaveLength(4);
    expect(await bench.differences()).toMatchObject([
      { what: 'transaction', difference: 'amount', ours: '-700 eur', theirs: 'refund -1000 eur' },
    ]);
  });

  // crash matrix: reconciliation | still under way | it is left to a later run
  it('but a payment that is still under way is left alone', async () => {
    const { payments } = await bench.trade();
    await bench.change('Payments', { pk: payments[0] as string }, 'state', 'UNKNOWN');
    await bench.change('Payments', { pk: payments[0] as string }, 'dueAt', new Date(bench.clock.nowMillis() + HOUR).toISOString());
    expect((await bench.reconcile())[0]).toMatchObject({ differences: 0 });
    bench.clock.advance(HOUR + 20 * MINUTE);
    expect((await bench.reconcile({ hours: 3 }))[0]).toMatchObject({ differences: 1 });
  });
});
