import { expect, it } from '@jest/globals';
import { paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { openPipeline } from './pipeline.ts';

describeOnEngines('an answer that is lost after the commit', () => {
  // crash matrix: provider → ingest | reply lost after the commit | it sends again, gets 200, and the event stays one
  it(
    'on the wire to the provider: the event is sent again, acknowledged, and stays one event',
    async () => {
      let answered = 0;
      const pipeline = await openPipeline({
        interceptWebhook: () => {
          answered += 1;
          return answered === 1 ? 'cut' : 'pass';
        },
      });
      try {
        const payment = freshPayment(pipeline.fresh, { amount: 900 });
        const made = paymentSucceeded(payment, pipeline.fresh);

        const statuses = [await pipeline.post(made), await pipeline.post(made)];
        await pipeline.settled();

        // The function answered twice, and the provider saw only the second answer.
        expect({ statuses, answered }).toEqual({ statuses: [0, 200], answered: 2 });
        expect(await pipeline.stored()).toEqual({ events: 1, outbox: 2 });
        expect((await pipeline.books()).balances.get(`test:customer:${payment.customer}:usd`)).toBe(-900);
      } finally {
        await pipeline.stack.stop();
      }
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: ingest → tables | reply lost after the commit | the same token succeeds again, or the condition says duplicate: 200
  it(
    'on the wire to DynamoDB: the same bytes are sent again under the same token, and it stays one event',
    async () => {
      const sent: { token: unknown; items: string }[] = [];
      const pipeline = await openPipeline({
        intercept: ({ operation, caller, body }) => {
          if (operation !== 'TransactWriteItems' || !caller.startsWith('Ingest')) return 'pass';
          sent.push({ token: body['ClientRequestToken'], items: JSON.stringify(body['TransactItems']) });
          return sent.length === 1 ? 'cut-after' : 'pass';
        },
      });
      try {
        const payment = freshPayment(pipeline.fresh, { amount: 800 });

        const status = await pipeline.post(paymentSucceeded(payment, pipeline.fresh));
        await pipeline.settled();

        expect(status).toBe(200);
        expect(sent).toHaveLength(2);
        expect(sent[1]).toEqual(sent[0]);
        expect(await pipeline.stored()).toEqual({ events: 1, outbox: 2 });
        expect((await pipeline.books()).balances.get(`test:customer:${payment.customer}:usd`)).toBe(-800);
      } finally {
        await pipeline.stack.stop();
      }
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: relay → queue | reply lost after the commit | sent again; the markers absorb the second
  it(
    'on the wire to SQS: the batch is sent again, and each message takes effect once',
    async () => {
      let sends = 0;
      const pipeline = await openPipeline({
        intercept: ({ operation }) => {
          if (operation !== 'SendMessageBatch') return 'pass';
          sends += 1;
          return sends === 1 ? 'cut-after' : 'pass';
        },
      });
      try {
        const payment = freshPayment(pipeline.fresh, { amount: 600 });

        await pipeline.post(paymentSucceeded(payment, pipeline.fresh));
        await pipeline.settled();

        // The ledger's message twice, and then that of the receipt.
        expect(sends).toBeGreaterThanOrEqual(3);
        expect((await pipeline.books()).balances.get(`test:customer:${payment.customer}:usd`)).toBe(-600);
      } finally {
        await pipeline.stack.stop();
      }
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: ingest → tables | outage | 503 with Retry-After before the deadline; the provider sends again
  it(
    'by an engine that cannot be reached at all ends in 503 with Retry-After, and nothing is stored',
    async () => {
      let down = true;
      const pipeline = await openPipeline({
        intercept: ({ operation }) => (down && operation === 'TransactWriteItems' ? 'cut-before' : 'pass'),
      });
      try {
        const made = paymentSucceeded(freshPayment(pipeline.fresh), pipeline.fresh);

        const refused = await pipeline.post(made);
        const storedMeanwhile = await pipeline.stored();
        down = false;
        const accepted = await pipeline.post(made);

        expect({ refused, storedMeanwhile, accepted }).toEqual({ refused: 503, storedMeanwhile: { events: 0, outbox: 0 }, accepted: 200 });
      } finally {
        await pipeline.stack.stop();
      }
    },
    ENGINE_TEST_MILLIS,
  );
});
