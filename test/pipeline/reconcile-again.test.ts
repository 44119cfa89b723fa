/** Several runs of reconciliation, one after the other or at once: none takes another's place, and together they leave no hole. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createReconcileBench, type ReconcileBench } from './reconcile-bench.ts';
import { leftBy, listsEvents, sellUntold } from './reconciled-sales.ts';
import { smallPages } from './small-pages.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HALF_AN_HOUR = { hours: 0.5 };

let bench: ReconcileBench;
beforeEach(async () => {
  bench = await createReconcileBench();
});

const away = () => bench.intercept(() => new Error('away'));
const back = () => bench.intercept(() => undefined);

describe('Runs one after the other', () => {
  // crash matrix: reconciliation | outage of the provider | the next run begins where the last one ended
  it('leave no hole where the provider was away for longer than any of them looks back', async () => {
    const quarter = { hours: 0.25 };
    away();
    for (let turn = 0; turn < 5; turn += 1) {
      sellUntold(bench, 1);
      expect(await bench.reconcile(quarter)).toMatchObject([{ open: true }]);
    }
    back();
    bench.clock.advance(10 * MINUTE);
    await bench.reconcile(quarter);
    expect(await leftBy(bench)).toEqual({ events: 5, openRuns: 0, reports: 6 });
  });

  it('of one window tell what they find, and not what an earlier one found that is mended by now', async () => {
    const { payments } = await bench.trade();
    const nowSeconds = Math.floor(bench.clock.nowMillis() / 1000);
    const window = { fromSeconds: nowSeconds - 5400, toSeconds: nowSeconds - 3000 };
    const row = (await bench.rows('Payments')).find(({ pk }) => pk === payments[0]) ?? {};
    await bench.remove('Payments', row);
    expect((await bench.reconcile(window))[0]).toMatchObject({ differences: 1 });
    await bench.put('Payments', row);
    bench.clock.advance(MINUTE);
    expect((await bench.reconcile(window))[0]).toMatchObject({ differences: 0 });
    expect(await bench.differences()).toEqual([]);
  });

  it('of exact windows go on each by itself', async () => {
    sellUntold(bench, 2);
    const nowSeconds = Math.floor(bench.clock.nowMillis() / 1000);
    const [one, other] = [1800, 2400].map((seconds) => ({ fromSeconds: nowSeconds - seconds, toSeconds: nowSeconds - 900 }));
    away();
    await bench.reconcile(one);
    await bench.reconcile(other);
    back();
    expect(await leftBy(bench)).toMatchObject({ openRuns: 2 });
    expect(await bench.reconcile(one)).toMatchObject([{ injected: 2 }]);
    expect(await leftBy(bench)).toMatchObject({ openRuns: 1 });
    expect(await bench.reconcile(other)).toMatchObject([{ window: other, injected: 0 }]);
  });
});

describe('Two runs at once', () => {
  // crash matrix: reconciliation | two runs at once | each event is brought in once, each difference named once
  it('bring in each event once, and name each difference once', async () => {
    const { payments } = await bench.trade();
    bench.sell(20);
    await bench.remove('Payments', { pk: payments[0] as string });
    bench.clock.advance(HOUR);
    await Promise.all([bench.reconcile({ hours: 3 }), bench.reconcile({ hours: 3 })]);
    expect((await bench.rows('Events')).filter(({ via }) => via === 'reconcile')).toHaveLength(20);
    const named = (await bench.differences()).filter(({ injected }) => injected !== true);
    expect(named).toMatchObject([{ what: 'payment', difference: 'missing here', id: payments[0] }]);
  });

  it('of one window are one run: one report, and its metrics once', async () => {
    sellUntold(bench, 16);
    smallPages(bench, 2);
    await Promise.all([bench.reconcile(HALF_AN_HOUR), bench.reconcile(HALF_AN_HOUR)]);
    expect(await leftBy(bench)).toEqual({ events: 16, openRuns: 0, reports: 1 });
    expect(bench.counted.counted('ReconciliationInjected')).toBe(16);
  });

  it('of different windows do not take each other the place', async () => {
    sellUntold(bench, 1);
    let second: Promise<unknown> | undefined;
    bench.intercept((request) => {
      if (!listsEvents(request)) return undefined;
      if (second !== undefined) return new Error('away');
      bench.clock.advance(MINUTE);
      second = bench.reconcile(HALF_AN_HOUR);
      return undefined;
    });
    await bench.reconcile(HALF_AN_HOUR);
    await second;
    back();
    bench.clock.advance(MINUTE);
    await bench.reconcile(HALF_AN_HOUR);
    expect(await leftBy(bench)).toMatchObject({ openRuns: 0, reports: 3 });
  });
});
