/** The demo's plan: the same seed gives the same run, a third comes twice or more, and the expected books are right on their own. */
import { describe, expect, it } from '@jest/globals';
import { type DemoPlan, planDemo } from '../../local/demo-plan.ts';

const NOW_SECONDS = 1_798_000_000;
const plan = (seed = 7, events = 300) => planDemo({ events, seed, nowSeconds: NOW_SECONDS });

type Sent = { type: string; data: { object: { id: string; customer: string; amount: number; amount_refunded?: number } } };
const read = ({ events }: DemoPlan): Sent[] => events.map(({ body }) => JSON.parse(Buffer.from(body).toString()));

describe('the plan of the demo', () => {
  it('is the same for the same seed and another for another', () => {
    const texts = (whole: DemoPlan) => whole.waves.map((wave) => wave.map(({ body }) => Buffer.from(body).toString()));
    expect(texts(plan(7))).toEqual(texts(plan(7)));
    expect(plan(8).events[0]?.id).not.toBe(plan(7).events[0]?.id);
  });

  it.each([1, 7, 300, 301])('has exactly %d events, each with an id of its own, and every one is delivered', (events) => {
    const { events: made, waves, deliveries } = plan(7, events);
    expect(new Set(made.map(({ id }) => id)).size).toBe(events);
    expect(new Set(waves.flat().map(({ id }) => id)).size).toBe(events);
    expect(waves.flat()).toHaveLength(deliveries);
  });

  it('delivers a third of the events twice or more, in any order, with never more than 16 under way', () => {
    const { events, waves } = plan();
    const copies = new Map<string, number>();
    for (const { id } of waves.flat()) copies.set(id, (copies.get(id) ?? 0) + 1);
    expect([...copies.values()].filter((count) => count > 1)).toHaveLength(100);
    expect(Math.max(...copies.values())).toBe(4);
    expect(Math.max(...waves.map((wave) => wave.length))).toBeLessThanOrEqual(16);
    expect([...copies.keys()]).not.toEqual(events.map(({ id }) => id));
  });

  it('has copies under way at the same moment, and copies far apart', () => {
    const { waves } = plan();
    const together = waves.filter((wave) => new Set(wave).size < wave.length);
    const placesOf = (id: string) => waves.flatMap((wave, index) => (wave.some((made) => made.id === id) ? [index] : []));
    expect(together.length).toBeGreaterThan(10);
    expect(waves.flat().some(({ id }) => placesOf(id).length > 1)).toBe(true);
  });

  it('expects of each customer what was paid less the largest refund that names the charge', () => {
    const whole = plan();
    const paid = new Map<string, number>();
    const refunded = new Map<string, number>();
    for (const { type, data } of read(whole)) {
      const { customer, amount, amount_refunded: back = 0 } = data.object;
      if (type === 'payment_intent.succeeded') paid.set(customer, amount);
      else refunded.set(customer, Math.max(back, refunded.get(customer) ?? 0));
    }
    const expected = new Map([...paid].map(([customer, amount]) => [customer, amount - (refunded.get(customer) ?? 0)]));
    expect(whole.paidByCustomer).toEqual(expected);
    expect(whole.total).toBe([...expected.values()].reduce((sum, amount) => sum + amount, 0));
    expect(refunded.size).toBeGreaterThan(50);
  });

  it('has charges that are refunded in two steps, the amounts cumulative', () => {
    const byCharge = new Map<string, number[]>();
    for (const { type, data } of read(plan())) {
      if (type === 'charge.refunded')
        byCharge.set(data.object.id, [...(byCharge.get(data.object.id) ?? []), data.object.amount_refunded ?? 0]);
    }
    const inTwoSteps = [...byCharge.values()].filter((amounts) => amounts.length === 2);
    expect(inTwoSteps.length).toBeGreaterThan(15);
    for (const [first, last] of inTwoSteps as [number, number][]) expect(last).toBeGreaterThan(first);
  });
});
