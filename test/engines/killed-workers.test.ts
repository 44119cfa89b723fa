import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from '@jest/globals';
import type { AwsCall } from '../../local/aws-call.ts';
import type { Interception } from '../../local/aws-front.ts';
import { paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { keyOf, openPipeline, type Pipeline } from './pipeline.ts';
import { createReceiveCounts } from './receive-counts.ts';

/** The template's three minutes would make the tests wait; what happens after it does not depend on its length. */
const VISIBILITY_SECONDS = 2;

describeOnEngines('a message of the ledger', () => {
  // crash matrix: queue → consumer | killed after the commit | comes again and finds its marker
  it(
    'whose worker ends after the engine committed and before it saw the reply comes again and finds its marker',
    async () => {
      const counts = createReceiveCounts();
      let kills = 0;
      const pipeline = await openPipeline({
        intercept: (call) => {
          if (!isLedgerCommit(call) || kills > 0) return counts.observe(call);
          kills += 1;
          return { afterAnswer: () => killLedger(pipeline) };
        },
      });
      await runAfterKill(pipeline, async ({ key, customer }) => {
        expect(kills).toBe(1);
        expect(counts.highest(key)).toBeGreaterThanOrEqual(2);
        expect((await pipeline.books()).balances.get(customer)).toBe(-500);
      });
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: queue → consumer | killed before the commit | comes again and is applied then
  it(
    'whose worker ends before the commit comes again and is applied then',
    async () => {
      const counts = createReceiveCounts();
      let kills = 0;
      const pipeline = await openPipeline({
        intercept: async (call): Promise<Interception> => {
          if (!isLedgerCommit(call) || kills > 0) return counts.observe(call);
          kills += 1;
          await killLedger(pipeline);
          return 'cut-before';
        },
      });
      await runAfterKill(pipeline, async ({ key, customer }) => {
        expect(kills).toBe(1);
        expect(counts.highest(key)).toBeGreaterThanOrEqual(2);
        expect((await pipeline.books()).balances.get(customer)).toBe(-500);
      });
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: queue → consumer | deletion lost | comes again and finds its marker
  it(
    'that was applied and not deleted comes again after the visibility timeout and takes no second effect',
    async () => {
      const counts = createReceiveCounts();
      let cuts = 0;
      const pipeline = await openPipeline({
        intercept: (call) => {
          if (!call.operation.startsWith('DeleteMessage') || !call.caller.includes('Ledger') || cuts > 0) return counts.observe(call);
          cuts += 1;
          return 'cut-before';
        },
      });
      await runAfterKill(pipeline, async ({ key, customer }) => {
        expect(cuts).toBe(1);
        expect(counts.highest(key)).toBeGreaterThanOrEqual(2);
        expect((await pipeline.books()).balances.get(customer)).toBe(-500);
      });
    },
    ENGINE_TEST_MILLIS,
  );
});

function isLedgerCommit({ operation, caller }: AwsCall): boolean {
  return operation === 'TransactWriteItems' && caller.includes('Ledger');
}

async function killLedger(pipeline: Pipeline): Promise<void> {
  await pipeline.stack.functions.find('consume-ledger').kill();
}

/** Posts one payment, waits until its queue is empty again, and then lets the test look. */
async function runAfterKill(pipeline: Pipeline, look: (seen: { key: string; customer: string }) => Promise<void>): Promise<void> {
  try {
    await shortenVisibility(pipeline);
    const payment = freshPayment(pipeline.fresh, { amount: 500 });
    const made = paymentSucceeded(payment, pipeline.fresh);
    expect(await pipeline.post(made)).toBe(200);
    await pipeline.settled();
    await pipeline.drained();
    await look({ key: keyOf(made), customer: `test:customer:${payment.customer}:usd` });
  } finally {
    await pipeline.stack.stop();
  }
}

async function shortenVisibility({ stack, connection }: Pipeline): Promise<void> {
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };
  const sqs = new SQSClient({ region: connection.region, endpoint: stack.endpoints.sqs, credentials });
  for (const { queueUrl } of connection.consumers) {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { VisibilityTimeout: String(VISIBILITY_SECONDS) } }));
  }
  sqs.destroy();
}
