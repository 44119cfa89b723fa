/** Which webhooks are due, and what they say. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Stripe from 'stripe';
import stripe from '../../../lambdas/providers/stripe.ts';
import type { StripeModelOptions } from '../../../local/provider-server/stripe-model.ts';
import type { WebhookDelivery } from '../../../local/provider-server/webhook-queue.ts';
import { CARD, type Json, modelBench } from './model-bench.ts';

const SECRET = 'whsec_local1';
const HOUR_MILLIS = 3_600_000;
/** Nothing but the webhooks is due later. */
const BOOKED_AT_ONCE = { ...CARD, capture_method: 'automatic' };

const told = (more: Partial<NonNullable<StripeModelOptions['webhooks']>> = {}) => modelBench({ webhooks: { secret: SECRET, ...more } });
const typesOf = (deliveries: readonly WebhookDelivery[]) => deliveries.map(({ type }) => type);
const eventsOf = ({ get }: ReturnType<typeof modelBench>, query = '') => get(`/v1/events?limit=100${query}`).json.data;

describe('a payment by card', () => {
  it('is told in three events at once, and in a fourth when its money is booked', () => {
    const { model, post, clock } = told();
    const { json } = post('/v1/payment_intents', CARD, 'key-1');
    const deliveries = model.takeDueWebhooks();
    expect(typesOf(deliveries)).toEqual(['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded']);
    const bodies = deliveries.map(({ body }) => JSON.parse(body));
    expect(bodies[0]).toMatchObject({
      object: 'event',
      livemode: false,
      data: { object: { id: json.id, status: 'requires_payment_method' } },
    });
    expect(bodies[2]).toMatchObject({ data: { object: { id: json.id, status: 'succeeded' } }, request: { idempotency_key: 'key-1' } });
    expect(bodies[1]).toMatchObject({ data: { object: { payment_intent: json.id, balance_transaction: null } } });
    expect(model.nextAtMillis()).toBe(clock.nowMillis() + 2_000);
    clock.advance(2_000);
    const [updated, ...more] = model.takeDueWebhooks();
    expect([updated?.type, more]).toEqual(['charge.updated', []]);
    expect(JSON.parse(updated?.body ?? '')).toMatchObject({
      data: { object: { balance_transaction: expect.stringMatching(/^txn_/) }, previous_attributes: { balance_transaction: null } },
      request: { id: null, idempotency_key: null },
    });
  });

  it('is told in the same content as the list of events has it, and in the bytes that are signed', () => {
    const bench = told();
    bench.post('/v1/payment_intents', CARD, 'key-1');
    const deliveries = bench.model.takeDueWebhooks();
    const listed = new Map(eventsOf(bench).map((event) => [event.id, event]));
    for (const { eventId, body, headers } of deliveries) {
      expect(listed.get(eventId)).toEqual(JSON.parse(body));
      expect(
        new Stripe('sk_test_local1').webhooks.constructEvent(
          body,
          headers['stripe-signature'] ?? '',
          SECRET,
          300,
          undefined,
          bench.clock.nowMillis(),
        ).id,
      ).toBe(eventId);
    }
    for (const delivery of deliveries) delivery.answered(200);
    const after = new Map(eventsOf(bench).map((event) => [event.id, event]));
    for (const { eventId, body } of deliveries) expect(after.get(eventId)).toEqual({ ...JSON.parse(body), pending_webhooks: 0 });
  });
});

it('an event that is read from the list is to us the event that was told', () => {
  const bench = told();
  bench.post('/v1/payment_intents', CARD);
  const readings = (body: string) =>
    stripe.events({ headers: {}, body: Buffer.from(body) }).map((reading) => ({ ...reading, bytes: undefined }));
  const listed = new Map(eventsOf(bench).map((event) => [event.id, event]));
  for (const { eventId, body } of bench.model.takeDueWebhooks()) {
    const [reading] = readings(body);
    expect(reading).toMatchObject({ kind: 'event', identity: eventId, mode: 'test', fingerprint: expect.any(String) });
    expect(readings(JSON.stringify(listed.get(eventId)))).toEqual([reading]);
  }
});

describe('a delivery', () => {
  it('is tried again until a 2xx, later and later, signed anew each time', () => {
    const { model, post, clock } = told({ types: ['payment_intent.succeeded'] });
    post('/v1/payment_intents', BOOKED_AT_ONCE);
    const waits: number[] = [];
    const signatures = new Set<string>();
    for (const status of [undefined, 500, 301, 404, 200]) {
      const [delivery, ...more] = model.takeDueWebhooks();
      expect(more).toEqual([]);
      signatures.add(delivery?.headers['stripe-signature'] ?? '');
      delivery?.answered(status);
      const nextAtMillis = model.nextAtMillis();
      if (status === 200) break;
      waits.push((nextAtMillis ?? 0) - clock.nowMillis());
      clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000]);
    expect(signatures.size).toBe(5);
    clock.advance(100 * HOUR_MILLIS);
    expect(model.takeDueWebhooks()).toEqual([]);
  });

  it('that is answered late dates nothing else late', () => {
    const bench = told();
    bench.post('/v1/payment_intents', CARD);
    const { created } = bench.get('/v1/events').json.data[0] as Json;
    const deliveries = bench.model.takeDueWebhooks();
    bench.clock.advance(HOUR_MILLIS);
    for (const delivery of deliveries) delivery.answered(500);
    expect(eventsOf(bench, '&type=charge.updated')).toMatchObject([{ created: created + 2 }]);
  });

  it('is given up after so many tries, and is then still pending in the list', () => {
    const bench = told({ types: ['payment_intent.succeeded'], retry: { baseMillis: 1_000, capMillis: 1_500, attemptsMax: 3 } });
    bench.post('/v1/payment_intents', CARD);
    const attempts: number[] = [];
    for (let hour = 0; hour < 9; hour += 1) {
      for (const delivery of bench.model.takeDueWebhooks()) {
        attempts.push(delivery.attempt);
        delivery.answered(503);
      }
      bench.clock.advance(HOUR_MILLIS);
    }
    expect(attempts).toEqual([1, 2, 3]);
    expect(eventsOf(bench, '&delivery_success=false')).toMatchObject([{ type: 'payment_intent.succeeded', pending_webhooks: 1 }]);
    expect(eventsOf(bench, '&delivery_success=true').map(({ type }) => type)).not.toContain('payment_intent.succeeded');
  });

  it('for three days, as Stripe does, unless it is told otherwise', () => {
    const { model, post, clock } = told({ types: ['payment_intent.succeeded'] });
    post('/v1/payment_intents', BOOKED_AT_ONCE);
    const startMillis = clock.nowMillis();
    let lastMillis = 0;
    for (let next = model.nextAtMillis(); next !== undefined && lastMillis < 200 * HOUR_MILLIS; next = model.nextAtMillis()) {
      clock.advance(Math.max(0, next - clock.nowMillis()));
      for (const delivery of model.takeDueWebhooks()) {
        lastMillis = clock.nowMillis() - startMillis;
        delivery.answered(undefined);
      }
    }
    expect(lastMillis / HOUR_MILLIS).toBeGreaterThan(70);
    expect(lastMillis / HOUR_MILLIS).toBeLessThan(75);
  });
});

describe('a driver that asks for it', () => {
  it('has an event told twice', () => {
    const { model, post, clock } = told({ types: ['payment_intent.succeeded'], delays: () => [0, 5_000] });
    post('/v1/payment_intents', CARD);
    const [first] = model.takeDueWebhooks();
    first?.answered(200);
    clock.advance(5_000);
    const [second] = model.takeDueWebhooks();
    expect([second?.eventId, second?.body, second?.attempt]).toEqual([first?.eventId, first?.body, 1]);
  });

  it('has events told out of order', () => {
    const { model, post, clock } = told({ delays: ({ type }) => [type === 'payment_intent.created' ? 1_000 : 0] });
    post('/v1/payment_intents', CARD);
    const first = model.takeDueWebhooks();
    clock.advance(1_000);
    expect(typesOf([...first, ...model.takeDueWebhooks()])).toEqual([
      'charge.succeeded',
      'payment_intent.succeeded',
      'payment_intent.created',
    ]);
  });

  it('has an event dropped for good: only the list knows it, and it can be told again by hand', () => {
    const bench = told({ delays: ({ type }) => (type === 'payment_intent.succeeded' ? [] : [0]) });
    bench.post('/v1/payment_intents', CARD);
    expect(typesOf(bench.model.takeDueWebhooks())).toEqual(['payment_intent.created', 'charge.succeeded']);
    bench.clock.advance(100 * HOUR_MILLIS);
    expect(typesOf(bench.model.takeDueWebhooks())).toEqual(['charge.updated']);
    const [dropped] = eventsOf(bench, '&type=payment_intent.succeeded') as readonly [Json];
    expect(dropped).toMatchObject({ pending_webhooks: 1 });
    expect(bench.model.tellAgain(dropped.id)).toBe(true);
    const [again] = bench.model.takeDueWebhooks();
    again?.answered(200);
    expect(eventsOf(bench, '&type=payment_intent.succeeded')).toMatchObject([{ id: again?.eventId, pending_webhooks: 0 }]);
    expect(bench.model.tellAgain('evt_nobody')).toBe(false);
  });
});

it('nobody is told where there is no endpoint, and nothing is pending', () => {
  const bench = modelBench();
  bench.post('/v1/payment_intents', CARD);
  expect(bench.model.takeDueWebhooks()).toEqual([]);
  expect(eventsOf(bench)).toMatchObject([{ pending_webhooks: 0 }, { pending_webhooks: 0 }, { pending_webhooks: 0 }]);
});

it('the same seed and the same requests give the same bytes', () => {
  const run = (amounts: readonly number[]) => {
    const { model, post, clock } = told();
    return amounts.flatMap((amount) => {
      clock.advance(amount);
      return [post('/v1/payment_intents', { ...CARD, amount }).body, ...model.takeDueWebhooks().map(({ body }) => body)];
    });
  };
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 50, max: 9_999 }), { maxLength: 5 }), (amounts) => {
      expect(run(amounts)).toEqual(run(amounts));
    }),
    { numRuns: 10 },
  );
});
