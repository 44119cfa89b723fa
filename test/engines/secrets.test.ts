import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { SECRET_RETRY_MILLIS } from '../../lambdas/core/limits.ts';
import { paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { openPipeline, type Pipeline, STRIPE_SECRET } from './pipeline.ts';

describeOnEngines('the secret of a source', () => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    pipeline = await openPipeline();
  }, ENGINE_TEST_MILLIS);
  afterAll(() => pipeline.stack.stop(), ENGINE_TEST_MILLIS);

  const made = () => paymentSucceeded(freshPayment(pipeline.fresh), pipeline.fresh);
  const put = (active: readonly object[]) => {
    const source = pipeline.connection.sources.find(({ source: name }) => name === 'stripe');
    pipeline.stack.secrets.put(source?.secretId ?? '', JSON.stringify({ active }));
  };

  // crash matrix: provider → ingest | secrets outage | 503 and never 401; who holds the secret goes on
  it(
    'that cannot be read at the start makes every request wait with 503, and none is lost',
    async () => {
      const event = made();
      pipeline.stack.secrets.setOutage(true);
      const during = await pipeline.post(event);
      pipeline.stack.secrets.setOutage(false);
      // A function that has never read it asks again after a second, not before.
      await systemClock.sleep(SECRET_RETRY_MILLIS + 200);

      expect([during, await pipeline.post(event)]).toEqual([503, 200]);
    },
    ENGINE_TEST_MILLIS,
  );

  it(
    'is held during an outage',
    async () => {
      pipeline.stack.secrets.setOutage(true);
      const during = await pipeline.post(made());
      pipeline.stack.secrets.setOutage(false);

      expect(during).toBe(200);
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: provider → ingest | secret rotated | read anew before a 401; old and new count side by side
  it(
    'may have two entries while it is rotated, and each of them counts',
    async () => {
      // New workers: those of the tests before hold what they have read for five minutes.
      await pipeline.stack.stop();
      pipeline = await openPipeline();
      put([
        { id: 'new', secret: 'whsec_the_new_one_0123456789' },
        { id: 'old', secret: STRIPE_SECRET },
      ]);

      expect(await pipeline.post(made())).toBe(200);
    },
    ENGINE_TEST_MILLIS,
  );

  it(
    'without an active entry is answered 503, as an outage of ours',
    async () => {
      await pipeline.stack.stop();
      pipeline = await openPipeline();
      put([]);

      expect(await pipeline.post(made())).toBe(503);
    },
    ENGINE_TEST_MILLIS,
  );
});
