import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { chargeRefunded, paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';

describeOnEngines('refunds of 30 and 20 on one charge, each delivered twice', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await openPipeline();
  }, ENGINE_TEST_MILLIS);
  afterAll(() => pipeline.stack.stop(), ENGINE_TEST_MILLIS);

  const orders: readonly [string, readonly number[]][] = [
    ['in the order they happened', [0, 0, 1, 1]],
    ['the later one first', [1, 1, 0, 0]],
    ['interleaved', [1, 0, 1, 0]],
  ];

  // crash matrix: consumer → tables | out of order | the same end whatever the order
  it.each(orders)(
    'take 50 from the ledger, %s',
    async (_, order) => {
      const payment = freshPayment(pipeline.fresh, { amount: 100 });
      const refunds = [
        chargeRefunded(payment, { before: 0, now: 30 }, pipeline.fresh),
        chargeRefunded(payment, { before: 30, now: 50 }, pipeline.fresh),
      ];

      for (const index of order) {
        const refund = refunds[index];
        if (refund !== undefined) expect(await pipeline.post(refund)).toBe(200);
        await pipeline.settled();
      }

      expect((await pipeline.books()).balances.get(`test:customer:${payment.customer}:usd`)).toBe(50);
    },
    ENGINE_TEST_MILLIS,
  );

  it(
    'leave 50 of a payment of 100 when everything arrives at once',
    async () => {
      const payment = freshPayment(pipeline.fresh, { amount: 100 });
      const events = [
        chargeRefunded(payment, { before: 0, now: 30 }, pipeline.fresh),
        chargeRefunded(payment, { before: 30, now: 50 }, pipeline.fresh),
        paymentSucceeded(payment, pipeline.fresh),
      ];

      await Promise.all([...events, ...events].map((event) => pipeline.post(event)));
      await pipeline.settled();

      const { balances } = await pipeline.books();
      expect(balances.get(`test:customer:${payment.customer}:usd`)).toBe(-50);
      const sum = [...balances.values()].reduce((total, amount) => total + amount, 0);
      expect(sum).toBe(0);
    },
    ENGINE_TEST_MILLIS,
  );
});
