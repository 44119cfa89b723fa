/** Reconciliation over time: events that came late, steps whose edges events lie on, and lists that grow while they are read. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createReconcileBench, type ReconcileBench } from './reconcile-bench.ts';
import { sellEachSecond } from './reconciled-sales.ts';
import { smallPages } from './small-pages.ts';

const MINUTE = 60_000;

let bench: ReconcileBench;
beforeEach(async () => {
  bench = await createReconcileBench();
});

const named = async () => (await bench.differences()).map(({ what, id, difference }) => [what, difference, id]);
const eventOf = (intent: string | undefined) =>
  bench.model.inspection
    .all('event')
    .find(({ type, data }) => type === 'payment_intent.succeeded' && 'id' in data.object && data.object.id === intent);

describe('An event of ours that came long after it happened', () => {
  const cameLate = async () => {
    const [sold] = bench.sell(1);
    bench.clock.advance(100 * MINUTE);
    await bench.deliver();
    await bench.apply();
    bench.clock.advance(20 * MINUTE);
    return sold as string;
  };

  it('is no difference where the provider lists it', async () => {
    await cameLate();
    expect((await bench.reconcile({ hours: 0.5 }))[0]).toMatchObject({ differences: 0, injected: 0 });
  });

  it('is missing there where the provider no longer lists it, though it happened before the window', async () => {
    const sold = await cameLate();
    const event = eventOf(sold);
    bench.model.inspection.delete(String(event?.id));
    await bench.reconcile({ hours: 0.5 });
    expect(await named()).toEqual([['event', 'missing there', `stripe#-#test#${event?.id}`]]);
  });

  it('tells of a movement that is missing there', async () => {
    const sold = await cameLate();
    const charge = bench.model.inspection.all('charge').find(({ payment_intent }) => payment_intent === sold);
    bench.model.inspection.delete(String(charge?.balance_transaction));
    await bench.reconcile({ hours: 0.5 });
    expect(await named()).toEqual([['transaction', 'missing there', sold]]);
  });

  it('is looked for together with its neighbours, not one by one', async () => {
    sellEachSecond(bench, 10);
    bench.clock.advance(100 * MINUTE);
    await bench.deliver();
    bench.clock.advance(20 * MINUTE);
    let asked = 0;
    bench.intercept(({ url }) => {
      asked += url.includes('/v1/events') ? 1 : 0;
      return undefined;
    });
    await bench.reconcile({ hours: 0.5 });
    // One page of the window, which is empty, and one of the seconds in which they happened.
    expect(asked).toBe(2);
  });

  it('is not looked for where the provider has surely forgotten it', async () => {
    bench.sell(1);
    bench.clock.advance(31 * 24 * 60 * MINUTE);
    await bench.deliver();
    bench.clock.advance(20 * MINUTE);
    await bench.reconcile({ hours: 0.5 });
    expect((await named()).filter(([what]) => what === 'event')).toEqual([]);
  });
});

describe('A run of many steps', () => {
  const windowOfSales = (fromMillis: number) => ({
    fromSeconds: Math.floor(fromMillis / 1000),
    toSeconds: Math.floor(bench.clock.nowMillis() / 1000) - 900,
  });

  it('finds what one run over a single step finds, in both directions', async () => {
    const startMillis = bench.clock.nowMillis();
    const sold = sellEachSecond(bench, 24);
    await bench.deliver((id) => id === eventOf(sold[5])?.id);
    await bench.apply();
    const gone = eventOf(sold[11]);
    bench.clock.advance(20 * MINUTE);
    const request = { ...windowOfSales(startMillis), dryRun: true };
    bench.model.inspection.delete(String(gone?.id));
    const [whole] = await bench.reconcile(request);
    smallPages(bench, 2);
    const [inSteps] = await bench.reconcile(request);
    expect(inSteps).toMatchObject({ counts: { events: 23, transactions: 24 } });
    const foundIn = (result: typeof whole) =>
      (result !== undefined && 'found' in result ? [...result.found] : []).map((one) => JSON.stringify(one)).sort();
    expect(foundIn(inSteps)).toEqual(foundIn(whole));
    expect(foundIn(inSteps).length).toBeGreaterThan(1);
  });

  it('reads each slot of the outbox once', async () => {
    const startMillis = bench.clock.nowMillis();
    sellEachSecond(bench, 24);
    await bench.deliver();
    bench.clock.advance(20 * MINUTE);
    smallPages(bench, 2);
    await bench.reconcile(windowOfSales(startMillis));
    const read = bench.services.calls
      .filter(({ operation, input }) => operation === 'Query' && input['TableName'] === 'Outbox')
      .map(({ input }) => JSON.stringify(input['ExpressionAttributeValues']));
    expect(new Set(read).size).toBe(read.length);
  });

  it('adds up refunds that happened in several of them', async () => {
    const startMillis = bench.clock.nowMillis();
    const [sold] = bench.sell(1);
    bench.refund(sold as string, 700);
    bench.clock.advance(1000);
    sellEachSecond(bench, 20);
    bench.refund(sold as string, 300);
    bench.clock.advance(1000);
    await bench.deliver();
    await bench.apply();
    const posted = (await bench.rows('Ledger')).find(({ sk }) => sk === 'posted');
    await bench.change('Ledger', posted ?? {}, 'amount', 900);
    bench.clock.advance(20 * MINUTE);
    smallPages(bench, 2);
    await bench.reconcile(windowOfSales(startMillis));
    expect(await bench.differences()).toMatchObject([
      { what: 'transaction', difference: 'amount', ours: '-900 eur', theirs: 'refund -1000 eur' },
    ]);
  });
});

describe('A list that grows while it is read', () => {
  it('loses nothing: what was there is brought in now, and what is added by the next run', async () => {
    bench.sell(12);
    bench.clock.advance(20 * MINUTE);
    smallPages(bench, 2, (pages) => {
      if (pages % 3 === 0) bench.sell(1);
    });
    const [report] = await bench.reconcile({ hours: 0.5 });
    expect(report).toMatchObject({ injected: 12 });
    const all = bench.model.inspection.all('event').filter(({ type }) => type === 'payment_intent.succeeded').length;
    expect(all).toBeGreaterThan(12);
    bench.intercept(() => undefined);
    bench.clock.advance(20 * MINUTE);
    expect((await bench.reconcile({ hours: 0.5 }))[0]).toMatchObject({ injected: all - 12 });
    expect(await bench.rows('Events')).toHaveLength(all);
  });
});

describe('A payment that ends between its page of the list and our reading', () => {
  const listed = async (status: string) => {
    const [id] = await bench.pay(1);
    await bench.charge();
    bench.clock.advance(20 * MINUTE);
    const data = bench.model.inspection.all('payment_intent').map((intent) => ({ ...intent, status }));
    const body = JSON.stringify({ object: 'list', url: '/v1/payment_intents', has_more: false, data });
    const isList = ({ url }: { readonly url: string }) => new URL(url).pathname === '/v1/payment_intents';
    bench.intercept((request) => (isList(request) ? { status: 200, headers: { 'content-type': 'application/json' }, body } : undefined));
    await bench.reconcile();
    return id;
  };

  it('is asked for once more, and is no difference', async () => {
    await listed('processing');
    expect((await named()).filter(([what]) => what === 'payment')).toEqual([]);
  });

  it('is one where the list says what cannot change any more', async () => {
    expect((await named()).filter(([what]) => what === 'payment')).toEqual([]);
    const id = await listed('canceled');
    expect((await named()).filter(([what]) => what === 'payment')).toEqual([['payment', 'status', id]]);
  });
});
