/** Runs of reconciliation that are stopped or slowed down, or find too much: each goes on where it was, and nothing is done or named twice. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { DIFFERENCES_ITEMS_MAX } from '../../lambdas/core/limits.ts';
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

const refusing = (seconds: number) => {
  const body = JSON.stringify({ error: { type: 'invalid_request_error', code: 'rate_limit' } });
  return { status: 429, headers: { 'retry-after': String(seconds), 'content-type': 'application/json' }, body };
};

describe('A run that is stopped', () => {
  it('goes on where it was, and not from the beginning', async () => {
    sellUntold(bench, 24);
    // Two events a page: the first step reads ten, and then what lies beyond its edges.
    smallPages(bench, 2, (pages) => {
      if (pages > 64) throw new Error('away');
    });
    expect((await bench.reconcile(HALF_AN_HOUR))[0]).toMatchObject({ open: true, code: 'PROVIDER_UNAVAILABLE' });
    const { events: half } = await leftBy(bench);
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(24);
    const ends: number[] = [];
    bench.intercept((request) => {
      if (listsEvents(request)) ends.push(Number(new URL(request.url).searchParams.get('created[lt]')));
      return undefined;
    });
    const results = await bench.reconcile(HALF_AN_HOUR);
    expect(results[0]).toMatchObject({ injected: 24 });
    expect(ends[0]).toBeLessThan(bench.clock.nowMillis() / 1000 - 20 * 60);
    expect(await leftBy(bench)).toMatchObject({ events: 24 });
  });

  // crash matrix: reconciliation | killed or out of time | the step is repeated from its checkpoint, and nothing is done twice
  it.each([1, 4, 9])('in the middle of a step, at its transaction %s, repeats that step and does nothing twice', async (at) => {
    sellUntold(bench, 12);
    smallPages(bench, 2);
    let transactions = 0;
    bench.services.intercept(({ operation }) => {
      transactions += operation === 'TransactWriteItems' ? 1 : 0;
      const refused = { __type: 'com.amazonaws.dynamodb.v20120810#AccessDeniedException', message: 'no' };
      return operation === 'TransactWriteItems' && transactions === at + 1 ? { status: 400, body: refused } : undefined;
    });
    expect((await bench.reconcile(HALF_AN_HOUR))[0]).toMatchObject({ open: true, code: 'STORE_REFUSED' });
    expect((await bench.reconcile(HALF_AN_HOUR))[0]).toMatchObject({ injected: 12, counts: { events: 12 } });
    expect(await leftBy(bench)).toMatchObject({ events: 12, openRuns: 0 });
    expect(await bench.differences()).toHaveLength(12);
  });

  it('does nothing more once it has answered', async () => {
    sellUntold(bench, 20);
    let transactions = 0;
    bench.services.intercept(({ operation }) => {
      transactions += operation === 'TransactWriteItems' ? 1 : 0;
      const refused = { __type: 'com.amazonaws.dynamodb.v20120810#AccessDeniedException', message: 'no' };
      return operation === 'TransactWriteItems' && transactions === 3 ? { status: 400, body: refused } : undefined;
    });
    expect((await bench.reconcile(HALF_AN_HOUR))[0]).toMatchObject({ open: true });
    const calls = bench.services.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(bench.services.calls.length).toBe(calls);
  });

  // crash matrix: reconciliation | API key refused | it stops at once and rings
  it('stops at once where the API key is refused, and rings', async () => {
    bench.clock.advance(HOUR);
    const body = JSON.stringify({ error: { type: 'invalid_request_error', message: 'Invalid API Key' } });
    bench.intercept(() => ({ status: 401, headers: { 'content-type': 'application/json' }, body }));
    expect((await bench.reconcile())[0]).toMatchObject({ open: true });
    expect(bench.counted.counts()).toMatchObject({ 'ReconciliationFailed{code=PROVIDER_UNAUTHORIZED}': 1, ProviderUnauthorized: 1 });
  });

  it('does not go round for ever where a list comes to the same place twice', async () => {
    sellUntold(bench, 3);
    const event = bench.model.inspection.all('event')[0];
    const page = JSON.stringify({ object: 'list', url: '/v1/events', has_more: true, data: [event] });
    let asked = 0;
    bench.intercept((request) => {
      asked += 1;
      if (asked > 50) return new Error('away');
      return listsEvents(request) ? { status: 200, headers: { 'content-type': 'application/json' }, body: page } : undefined;
    });
    expect((await bench.reconcile())[0]).toMatchObject({ open: true, code: 'CURSOR_REPEATS' });
  });

  it('for want of time after some steps has not failed, and is at its end in the end', async () => {
    sellUntold(bench, 24);
    smallPages(bench, 2, () => bench.clock.advance(1000));
    const [first] = await bench.reconcile(HALF_AN_HOUR, 60_000 + 100_000);
    expect(first).toMatchObject({ open: true, code: 'OUT_OF_TIME' });
    expect(bench.counted.counts()).not.toHaveProperty('ReconciliationFailed{code=OUT_OF_TIME}');
    for (let turn = 0; (await leftBy(bench)).reports === 0; turn += 1) {
      expect(turn).toBeLessThan(5);
      await bench.reconcile(HALF_AN_HOUR, 60_000 + 100_000);
    }
    expect(await leftBy(bench)).toMatchObject({ events: 24 });
  });
});

describe('A provider that is asked too often', () => {
  // crash matrix: reconciliation | throttled | it waits as long as the provider asks, and goes on
  it('is given as long as it asks for, and then the run goes on', async () => {
    sellUntold(bench, 1);
    let refused = 0;
    bench.intercept((request) => {
      if (!listsEvents(request) || refused === 3) return undefined;
      refused += 1;
      return refusing(40);
    });
    const startMillis = bench.clock.nowMillis();
    expect((await bench.reconcile(HALF_AN_HOUR))[0]).toMatchObject({ injected: 1 });
    expect(bench.clock.nowMillis() - startMillis).toBeGreaterThanOrEqual(3 * 40_000);
  });

  it.each([
    ['an hour', 3600, 900_000],
    ['more than the run has left', 50, 61_000 + 30_000],
  ])('and wants %s is not asked again by this run, which does not wait for it either', async (_what, seconds, remaining) => {
    bench.clock.advance(HOUR);
    let asked = 0;
    bench.intercept(() => {
      asked += 1;
      return refusing(seconds);
    });
    const startMillis = bench.clock.nowMillis();
    expect((await bench.reconcile(HALF_AN_HOUR, remaining))[0]).toMatchObject({ open: true, code: 'PROVIDER_UNAVAILABLE' });
    expect([asked, bench.clock.nowMillis() - startMillis]).toEqual([1, 0]);
  });
});

describe('A run that finds more than anybody reads', () => {
  it('names so many, and counts the others', async () => {
    bench.clock.advance(HOUR);
    const more = 100;
    const created = Math.floor(bench.clock.nowMillis() / 1000) - 1200;
    const data = Array.from({ length: DIFFERENCES_ITEMS_MAX + more }, (_, index) => ({ id: `evt_${index}`, object: 'event', created }));
    const page = JSON.stringify({ object: 'list', url: '/v1/events', has_more: false, data });
    bench.intercept((request) => (listsEvents(request) ? { status: 200, body: page } : undefined));
    const [report] = await bench.reconcile({ ...HALF_AN_HOUR, dryRun: true });
    expect(report).toMatchObject({
      differences: data.length,
      notes: [`${more} more differences and 0 more injected events are counted and not named.`],
    });
    expect(report).toHaveProperty('found.length', DIFFERENCES_ITEMS_MAX);
  });
});

describe('A request that names no time', () => {
  it('is refused, and nothing is written down', async () => {
    await expect(bench.reconcile({} as never)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await bench.rows('Reconciliation')).toEqual([]);
  });
});
