import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { chargeRefunded, paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { keyOf, openPipeline, watchMessages } from './pipeline.ts';

describeOnEngines('the relay', () => {
  // crash matrix: tables → relay | duplicate | each message twice; markers absorb the second
  it(
    'that sees the same records twice sends twice, and each event takes effect once',
    async () => {
      const { bodies, intercept } = watchMessages();
      const pipeline = await openPipeline({ intercept });
      try {
        const payment = freshPayment(pipeline.fresh, { amount: 1_000 });
        const made = [paymentSucceeded(payment, pipeline.fresh), chargeRefunded(payment, { before: 0, now: 400 }, pipeline.fresh)];
        for (const event of made) await pipeline.post(event);
        await pipeline.settled();
        const before = bodies.length;

        pipeline.stack.functions.rewindStreams();
        while (bodies.length < 2 * before) await systemClock.sleep(50);
        await pipeline.drained();

        for (const event of made)
          expect(bodies.filter((body) => body.includes(keyOf(event)) && body.includes('"ledger@1"'))).toHaveLength(2);
        expect((await pipeline.books()).balances.get(`test:customer:${payment.customer}:usd`)).toBe(-600);
      } finally {
        await pipeline.stack.stop();
      }
    },
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: relay → queue | queue gone | given up, counted, alarm; the others go on
  it(
    'whose queue for one consumer was deleted goes on for the others, and counts what it gave up',
    async () => {
      const logDirectory = mkdtempSync(join(tmpdir(), 'oncehook-logs-'));
      const pipeline = await openPipeline({ logDirectory });
      try {
        const receipts = pipeline.connection.consumers.find(({ name }) => name === 'receipts');
        const credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };
        const sqs = new SQSClient({ region: pipeline.connection.region, endpoint: pipeline.stack.endpoints.sqs, credentials });
        await sqs.send(new DeleteQueueCommand({ QueueUrl: receipts?.queueUrl }));
        const payments = Array.from({ length: 5 }, () => freshPayment(pipeline.fresh, { amount: 100 }));

        const events = payments.map((payment) => paymentSucceeded(payment, pipeline.fresh));
        for (const event of events) expect(await pipeline.post(event)).toBe(200);
        const isBooked = async () => {
          const { markers } = await pipeline.books();
          return events.every((event) => markers.has(`ledger@1#${keyOf(event)}`));
        };
        while (!(await isBooked())) await systemClock.sleep(50);
        const { title } = pipeline.stack.functions.find('relay').plan;
        const relayLog = () => readFileSync(join(logDirectory, `${title}.log`), 'utf8');
        while (!relayLog().includes('RelayGivenUp')) await systemClock.sleep(50);

        const { balances } = await pipeline.books();
        expect(payments.map(({ customer }) => balances.get(`test:customer:${customer}:usd`))).toEqual([-100, -100, -100, -100, -100]);
        expect(relayLog()).toContain('"cause":"refused"');
        sqs.destroy();
      } finally {
        await pipeline.stack.stop();
      }
    },
    ENGINE_TEST_MILLIS,
  );
});
