import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from '@jest/globals';
import { paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { keyOf, openPipeline, watchMessages } from './pipeline.ts';

describeOnEngines('a message that an operator sends once more', () => {
  // crash matrix: operator | sends an event again, redrives dead letters | it has a new message id, and finds the marker all the same
  it(
    'has another message id, and takes no second effect',
    async () => {
      const { bodies, intercept } = watchMessages();
      const pipeline = await openPipeline({ intercept });
      try {
        const payment = freshPayment(pipeline.fresh, { amount: 900 });
        const made = paymentSucceeded(payment, pipeline.fresh);
        expect(await pipeline.post(made)).toBe(200);
        await pipeline.settled();
        const [body] = bodies.filter((text) => text.includes(keyOf(made)) && text.includes('"ledger@1"'));
        const ledger = pipeline.connection.consumers.find(({ name }) => name === 'ledger');
        const credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };
        const sqs = new SQSClient({ region: pipeline.connection.region, endpoint: pipeline.stack.endpoints.sqs, credentials });

        for (let copies = 0; copies < 3; copies += 1)
          await sqs.send(new SendMessageCommand({ QueueUrl: ledger?.queueUrl, MessageBody: body }));
        await pipeline.drained();
        sqs.destroy();

        expect((await pipeline.books()).balances.get(`test:customer:${payment.customer}:usd`)).toBe(-900);
      } finally {
        await pipeline.stack.stop();
      }
    },
    ENGINE_TEST_MILLIS,
  );
});
