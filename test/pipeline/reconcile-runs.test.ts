/** Runs of reconciliation that are stopped, slowed down, or two at once: each goes on where it was, and nothing is done or named twice. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createReconcileBench, type ReconcileBench } from './reconcile-bench.ts';

const HOUR = 3_600_000;

let bench: ReconcileBench;
beforeEach(async () => {
  bench = await createReconcileBench();
});

const events = async () => (await bench.rows('Events')).length;

describe('A run that is stopped', () => {
  const listed = (request: { readonly url: string }) => request.url.includes('/v1/events');

  it('goes on where it was, and not from the beginning', async () => {
    for (let second = 0; second < 30; second += 1) {
      bench.sell(8);
      bench.clock.advance(1000);
    }
    bench.clock.advance(HOUR);
    let pages = 0;
    bench.intercept((request) => {
      if (!listed(request)) return undefined;
      pages += 1;
      // The first step reads ten, and then what lies beyond its edges.
      return pages > 24 ? new Error('away') : undefined;
    });
    expect((await bench.reconcile())[0]).toMatchObject({ open: true, code: 'PROVIDER_UNAVAILABLE' });
    const half = await events();
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(240);
    const windows: string[] = [];
    bench.intercept((request) => {
      if (listed(request)) windows.push(new URL(request.url).searchParams.get('created[lt]') ?? '');
      return undefined;
    });
    bench.clock.advance(HOUR);
    const results = await bench.reconcile();
    expect(results).toHaveLength(2);
    expect(results[0]).toMatchObject({ injected: 240 });
    expect(Number(windows[0])).toBeLessThan((bench.clock.nowMillis() - 2 * HOUR) / 1000);
    expect(await events()).toBe(240);
  });

  it('waits as long as the provider asks, and then goes on', async () => {
    bench.sell(1);
    bench.clock.advance(HOUR);
    let refused = 0;
    bench.intercept((request) => {
      if (!listed(request) || refused === 3) return undefined;
      refused += 1;
      const body = JSON.stringify({ error: { type: 'invalid_request_error', code: 'rate_limit' } });
      return { status: 429, headers: { 'retry-after': '40', 'content-type': 'application/json' }, body };
    });
    const startMillis = bench.clock.nowMillis();
    expect((await bench.reconcile())[0]).toMatchObject({ injected: 1 });
    expect(bench.clock.nowMillis() - startMillis).toBeGreaterThanOrEqual(3 * 40_000);
  });

  it('stops at once where the API key is refused, and rings', async () => {
    const body = JSON.stringify({ error: { type: 'invalid_request_error', message: 'Invalid API Key' } });
    bench.intercept(() => ({ status: 401, headers: { 'content-type': 'application/json' }, body }));
    expect((await bench.reconcile())[0]).toMatchObject({ open: true });
    expect(bench.counted.counts()).toMatchObject({ 'ReconciliationFailed{code=PROVIDER_UNAUTHORIZED}': 1, ProviderUnauthorized: 1 });
  });

  it('does not go round for ever where a list comes to the same place twice', async () => {
    bench.sell(3);
    bench.clock.advance(HOUR);
    const event = bench.model.inspection.all('event')[0];
    const page = JSON.stringify({ object: 'list', url: '/v1/events', has_more: true, data: [event] });
    bench.intercept((request) =>
      listed(request) ? { status: 200, headers: { 'content-type': 'application/json' }, body: page } : undefined,
    );
    expect((await bench.reconcile())[0]).toMatchObject({ open: true, code: 'CURSOR_REPEATS' });
  });
});

describe('Two runs at once', () => {
  it('bring in each event once, and name each difference once', async () => {
    const { payments } = await bench.trade();
    bench.sell(20);
    await bench.remove('Payments', { pk: payments[0] as string });
    bench.clock.advance(HOUR);
    await Promise.all([bench.reconcile(), bench.reconcile()]);
    expect((await bench.rows('Events')).filter(({ via }) => via === 'reconcile')).toHaveLength(20);
    const named = (await bench.differences()).filter(({ injected }) => injected !== true);
    expect(named).toMatchObject([{ what: 'payment', difference: 'missing here', id: payments[0] }]);
  });
});
