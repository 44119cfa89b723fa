import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { keyOf, openPipeline, type Pipeline } from './pipeline.ts';

describeOnEngines('a signed webhook', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await openPipeline();
  }, ENGINE_TEST_MILLIS);
  afterAll(() => pipeline.stack.stop(), ENGINE_TEST_MILLIS);

  // crash matrix: provider → ingest | duplicate | the answer of the first time; one event, one effect
  it(
    'that is posted three times is stored once, booked once and receipted once',
    async () => {
      const payment = freshPayment(pipeline.fresh, { amount: 4_200 });
      const made = paymentSucceeded(payment, pipeline.fresh);
      const before = await pipeline.stored();

      const statuses = [await pipeline.post(made), await pipeline.post(made), await pipeline.post(made)];
      await pipeline.settled();

      const books = await pipeline.books();
      expect(statuses).toEqual([200, 200, 200]);
      // One event from outside; the outbox holds it and the entry that the ledger published.
      expect(await pipeline.stored()).toEqual({ events: before.events + 1, outbox: before.outbox + 2 });
      expect(books.balances.get(`test:customer:${payment.customer}:usd`)).toBe(-4_200);
      expect(books.markers.get(`ledger@1#${keyOf(made)}`)?.outcome).toBe('applied');
      expect([...books.markers.values()].filter(({ address }) => address === 'receipts@1')).toHaveLength(1);
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: provider → ingest | many at once | one commits, the others find it; each gets 200
  it(
    'that is posted fifty times at once is acknowledged each time and takes effect once',
    async () => {
      const payment = freshPayment(pipeline.fresh, { amount: 100 });
      const made = paymentSucceeded(payment, pipeline.fresh);
      const before = await pipeline.stored();

      const statuses = await Promise.all(Array.from({ length: 50 }, () => pipeline.post(made)));
      await pipeline.settled();

      expect(statuses).toEqual(Array.from({ length: 50 }, () => 200));
      expect(await pipeline.stored()).toEqual({ events: before.events + 1, outbox: before.outbox + 2 });
      expect((await pipeline.books()).balances.get(`test:customer:${payment.customer}:usd`)).toBe(-100);
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: consumer → tables | same fact under another id | the natural key stands: a marker `duplicate`, no second effect
  it(
    'of the same payment under another event id is a duplicate by its natural key',
    async () => {
      const payment = freshPayment(pipeline.fresh, { amount: 700 });
      const [first, twin] = [paymentSucceeded(payment, pipeline.fresh), paymentSucceeded(payment, pipeline.fresh)];

      await pipeline.post(first);
      await pipeline.settled();
      await pipeline.post(twin);
      await pipeline.settled();

      const books = await pipeline.books();
      expect(books.markers.get(`ledger@1#${keyOf(twin)}`)?.outcome).toBe('duplicate');
      expect(books.balances.get(`test:customer:${payment.customer}:usd`)).toBe(-700);
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: relay → queue | too large | a pointer travels; the payload is read from the outbox
  it(
    'whose message would be too large for a queue travels as a pointer and takes effect once',
    async () => {
      const payment = freshPayment(pipeline.fresh, { amount: 300 });
      const made = paymentSucceeded(payment, pipeline.fresh);
      const event = JSON.parse(Buffer.from(made.body).toString());
      event.data.object.metadata = { note: 'x'.repeat(210_000) };

      const status = await pipeline.post({ id: made.id, body: Buffer.from(JSON.stringify(event)) });
      await pipeline.settled();

      expect(status).toBe(200);
      expect((await pipeline.books()).balances.get(`test:customer:${payment.customer}:usd`)).toBe(-300);
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: provider → ingest | odd but authentic | kept in quarantine for a person; 200; sent to nobody
  it(
    'that nobody understands is kept in quarantine, acknowledged and sent to nobody',
    async () => {
      const before = await pipeline.stored();

      const status = await pipeline.post({ id: 'none', body: Buffer.from('not json') });

      expect(status).toBe(200);
      expect(await pipeline.stored()).toEqual({ events: before.events + 1, outbox: before.outbox + 1 });
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: provider → ingest | forged | no trace in any table
  it(
    'that is not authentic is refused and leaves no trace',
    async () => {
      const before = await pipeline.stored();
      const made = paymentSucceeded(freshPayment(pipeline.fresh), pipeline.fresh);

      const answer = await fetch(`${pipeline.stack.url}/webhooks/stripe`, {
        method: 'POST',
        headers: { 'stripe-signature': `t=${pipeline.fresh.nowSeconds},v1=${'0'.repeat(64)}` },
        body: Buffer.from(made.body).toString(),
      });

      expect([answer.status, await answer.text()]).toEqual([401, '{"error":"unauthorized"}']);
      expect(await pipeline.stored()).toEqual(before);
    },
    ENGINE_TEST_MILLIS,
  );
});
