/** What holds for any sequence of requests. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fatesByChance } from '../../../local/provider-server/request-fate.ts';
import type { Underway } from '../../../local/provider-server/request-handling.ts';
import { seededFraction } from '../../../local/seeded-fraction.ts';
import { CARD, KEY_HEADERS, modelBench, replyOf } from './model-bench.ts';

/** What is never kept under a key. */
const NOT_KEPT = [409, 429, 503];
const ODDS = { 'rate limited': 0.1, locked: 0.05, unavailable: 0.1, 'fails before': 0.1, 'fails halfway': 0.1, 'fails after': 0.1 };

it('under one key money moves once at most, and one answer is kept, however requests overlap and fail', () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant('begin' as const), key: fc.integer({ min: 0, max: 2 }) }),
    fc.record({ does: fc.constantFrom('execute' as const, 'finish' as const), which: fc.nat(9) }),
    fc.record({ does: fc.constant('wait' as const), minutes: fc.nat(60) }),
  );
  const methods = ['pm_card_visa', 'pm_card_visa_chargeDeclined', 'pm_nobody'];
  fc.assert(
    fc.property(fc.integer(), fc.array(step, { maxLength: 40 }), (seed, steps) => {
      // Forty waits of an hour at most are longer than a key may live with Stripe.
      const { model, clock, begin } = modelBench({ fates: fatesByChance(ODDS, seededFraction(seed)), keyLifeMillis: 48 * 3_600_000 });
      const underway: { readonly key: number; readonly request: Underway }[] = [];
      const kept = new Map<number, Set<string>>();
      const finish = (place: number) => {
        const [{ key, request }] = underway.splice(place, 1) as [(typeof underway)[0]];
        const { status, body } = request.finish();
        if (!NOT_KEPT.includes(status)) kept.set(key, (kept.get(key) ?? new Set()).add(body));
      };
      for (const one of steps) {
        if (one.does === 'wait') clock.advance(one.minutes * 60_000);
        else if (one.does === 'begin')
          underway.push({
            key: one.key,
            request: begin('/v1/payment_intents', { ...CARD, payment_method: methods[one.key] ?? '' }, `key-${one.key}`),
          });
        else if (underway.length > 0 && one.does === 'execute') underway[one.which % underway.length]?.request.execute();
        else if (underway.length > 0) finish(one.which % underway.length);
      }
      while (underway.length > 0) finish(0);
      for (const [key, bodies] of kept) {
        expect(bodies.size).toBe(1);
        expect(model.inspection.executionsUnder(`key-${key}`).length).toBeLessThanOrEqual(1);
      }
      const confirmed = model.inspection.executions().filter(({ operation }) => operation === 'create and confirm');
      expect(model.inspection.all('charge')).toHaveLength(confirmed.length);
    }),
    { numRuns: 150 },
  );
});

it('whatever a caller sends is answered, in JSON, and changes nothing where it is refused', () => {
  const path = fc.oneof(
    fc.constantFrom(
      '/v1/payment_intents',
      '/v1/payment_intents/search',
      '/v1/refunds',
      '/v1/events',
      '/v1/balance_transactions',
      '/v1/charges/ch_1',
      '/',
    ),
    fc.webPath(),
    fc.string(),
  );
  const name = fc.oneof(
    fc.constantFrom(
      'amount',
      'currency',
      'created[gte]',
      'metadata[a]',
      'metadata[__proto__]',
      'expand[]',
      'expand[0][a]',
      'query',
      'page',
      'limit',
      'types[]',
      '__proto__[a]',
    ),
    fc.string(),
  );
  const value = fc.oneof(fc.constantFrom('1', 'usd', 'data.source', 'metadata["a"]:"b"', '-', '%zz', '\u0000'), fc.string());
  const headers = fc.dictionary(fc.constantFrom('idempotency-key', 'stripe-version', 'content-type', 'authorization'), fc.string());
  fc.assert(
    fc.property(
      fc.constantFrom('GET', 'POST', 'DELETE', 'HEAD', ''),
      path,
      fc.array(fc.tuple(name, value), { maxLength: 6 }),
      headers,
      (method, target, pairs, sent) => {
        const { model } = modelBench();
        const form = pairs.map(([left, right]) => `${left}=${right}`).join('&');
        const answer = model.handle({
          method,
          path: method === 'POST' ? target : `${target}?${form}`,
          headers: { ...KEY_HEADERS, ...sent },
          body: form,
        });
        expect(replyOf(answer).json).toBeInstanceOf(Object);
        if (answer.status >= 300) expect(model.inspection.totals()).toEqual({ executions: 0, events: 0, charged: {}, refunded: {} });
      },
    ),
    { numRuns: 1_000 },
  );
});

it('windows that touch show each event once, page by page, while others come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3_000), { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 6 }),
      (pauses, limit, windowSeconds) => {
        const { model, clock, get, post } = modelBench();
        const startSeconds = Math.floor(clock.nowMillis() / 1000);
        for (const pause of pauses) {
          post('/v1/payment_intents', { amount: 500, currency: 'usd' });
          clock.advance(pause);
        }
        const endSeconds = Math.floor(clock.nowMillis() / 1000) + 1;
        const made = model.inspection.all('event').map(({ id }) => id);
        const seen: string[] = [];
        for (let from = startSeconds; from < endSeconds; from += windowSeconds) {
          const window = `created[gte]=${from}&created[lt]=${Math.min(from + windowSeconds, endSeconds)}&limit=${limit}`;
          for (let cursor = ''; ; ) {
            clock.advance(1_000);
            post('/v1/payment_intents', { amount: 500, currency: 'usd' });
            const { data, has_more } = get(`/v1/events?${window}${cursor}`).json;
            seen.push(...data.map(({ id }) => id));
            if (!has_more) break;
            cursor = `&starting_after=${data.at(-1)?.id}`;
          }
        }
        expect(seen.toSorted()).toEqual(made.toSorted());
      },
    ),
    { numRuns: 60 },
  );
});

it('the same seed brings the same faults', () => {
  const fatesOf = (seed: number) => {
    const next = fatesByChance({ ...ODDS, lost: 0.2, slow: 0.5, slowMillisMax: 1_000 }, seededFraction(seed));
    return Array.from({ length: 200 }, () => next({ method: 'GET', path: '/', idempotencyKey: undefined }));
  };
  expect(fatesOf(1)).toEqual(fatesOf(1));
  expect(fatesOf(1)).not.toEqual(fatesOf(2));
  expect(new Set(fatesOf(1).map(({ execution }) => execution)).size).toBe(7);
  expect(new Set(fatesOf(1).map(({ answer }) => answer)).size).toBe(2);
});
