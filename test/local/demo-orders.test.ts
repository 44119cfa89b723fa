/** The orders of the demo's second act: the same seed gives the same ones, and something of each kind goes wrong. */
import { describe, expect, it } from '@jest/globals';
import { planOrders } from '../../local/demo-orders.ts';
import { weatherFor } from '../../local/demo-weather.ts';
import type { StoredEvent } from '../../local/provider-server/object-store.ts';

const COUNTS = [4, 8, 24];

describe('the orders of the demo', () => {
  it('are the same for the same seed and others for another', () => {
    expect(planOrders({ count: 24, seed: 7 })).toEqual(planOrders({ count: 24, seed: 7 }));
    expect(planOrders({ count: 24, seed: 8 }).total).not.toBe(planOrders({ count: 24, seed: 7 }).total);
  });

  it.each(COUNTS)('%d of them have each a payment of its own, and what is to be paid is what is not declined', (count) => {
    const { orders, total, requests } = planOrders({ count, seed: 7 });
    expect(new Set(orders.map(({ payment }) => payment)).size).toBe(count);
    const paid = orders.filter(({ wish }) => !wish.paymentMethod.endsWith('Declined'));
    expect(paid.length).toBeLessThan(count);
    expect(paid.reduce((sum, { wish }) => sum + wish.amount, 0)).toBe(total);
    expect(requests - count).toBe(orders.filter(({ copies }) => copies === 2).length);
    expect(requests).toBeGreaterThan(count);
  });

  it.each(COUNTS)('%d of them lose answers, webhooks, and at least one of them both', (count) => {
    const { lost, dropped, silent } = planOrders({ count, seed: 7 });
    const both = lost.filter((order) => dropped.includes(order));
    expect(both).toEqual(silent);
    expect([lost.length, dropped.length].map((length) => new Set([length >= 1, length <= count / 2]))).toEqual([
      new Set([true]),
      new Set([true]),
    ]);
    expect(both.length).toBeGreaterThan(0);
  });
});

describe('the weather of the demo', () => {
  const plan = planOrders({ count: 24, seed: 7 });
  const [order] = plan.silent;
  const asked = { method: 'POST', path: '/v1/payment_intents', idempotencyKey: order?.chargeKey };
  const told = (type: string, key = order?.chargeKey) =>
    ({ id: `evt_${type}`, type, request: { id: 'req_1', idempotency_key: key } }) as StoredEvent;

  it('loses the first answer of an order, and no other', () => {
    const { faults, lost } = weatherFor(plan);
    expect([faults.fates?.(asked), faults.fates?.(asked)]).toEqual([{ answer: 'lost' }, {}]);
    expect(faults.fates?.({ ...asked, idempotencyKey: 'of somebody else' })).toEqual({});
    expect(lost()).toBe(1);
  });

  it('drops the event that tells how an order ended, and nothing else of it', () => {
    const { faults, dropped } = weatherFor(plan);
    expect(faults.dropped?.(told('payment_intent.created'))).toBe(false);
    expect(faults.dropped?.(told('payment_intent.succeeded', 'of somebody else'))).toBe(false);
    expect(faults.dropped?.(told('payment_intent.succeeded'))).toBe(true);
    expect([...dropped()]).toEqual(['evt_payment_intent.succeeded']);
  });
});
