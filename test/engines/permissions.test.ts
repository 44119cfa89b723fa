import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { chargeRefunded, paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { sendEvent } from '../../ops/send-event.ts';
import { type SynthesizedStack, synthesizedStack } from '../lib/synthesized-stack.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { CONTEXT, openPayments, type PaymentAnswer, type Payments } from './payments-stack.ts';
import { calledLines, grantedLines } from './permission-lines.ts';

/** Granted, and not called in this test: each with the reason why it is granted all the same. */
const NOT_CALLED = [
  // No engine for logs runs here, and AWS itself asks for these of a mapping.
  /^logs:/,
  /^\S+ sqs:GetQueueAttributes on /,
  // Every consumer may publish and may get a payload by reference; the receipts do neither.
  /^ConsumeReceipts dynamodb:(?:PutItem|GetItem) on Outbox$/,
  // Only records that were given up go there, and only failing messages are hidden.
  /^Relay sqs:SendMessage on Relay\/Failures$/,
  /^ConsumeReceipts sqs:ChangeMessageVisibility on /,
  // Nothing of the provider's fails, and no payment is due for ten minutes.
  /^Payments\/Stripe\/(?:Charge|Confirm) sqs:ChangeMessageVisibility on /,
  /^Payments\/Stripe\/Clock (?:secretsmanager:|dynamodb:(?:GetItem|PutItem|UpdateItem) )/,
  // Reconciliation leaves the last quarter of an hour to a later run, and before it there was nothing to compare.
  /^Payments\/Stripe\/Reconcile dynamodb:(?:BatchGetItem on (?:Events|Inbox)|GetItem on (?:Ledger|Payments)|PutItem on (?:Events|Outbox))$/,
  // Settlement looks at events that are a quarter of an hour old, and none is.
  /^Settlement (?:cloudwatch:|sqs:SendMessage |dynamodb:(?:BatchGetItem|DeleteItem|PutItem|UpdateItem) |dynamodb:(?:GetItem|Query) on Outbox$)/,
];

/** The same for all engines. */
let synthesized: Promise<SynthesizedStack> | undefined;

describeOnEngines('what the functions call', () => {
  let payments: Payments;
  let stack: SynthesizedStack;

  beforeAll(async () => {
    let failures = 2;
    synthesized ??= synthesizedStack({ context: CONTEXT });
    [payments, stack] = await Promise.all([
      openPayments({
        // Two answers of an engine that is out of order, so that a message is hidden as well.
        intercept: ({ operation, caller }) => {
          if (operation !== 'TransactWriteItems' || !caller.includes('Ledger') || failures === 0) return 'pass';
          failures -= 1;
          return { answer: { status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#ValidationException', message: 'made up' } } };
        },
      }),
      synthesized,
    ]);
  }, ENGINE_TEST_MILLIS);
  afterAll(() => payments.stop(), ENGINE_TEST_MILLIS);

  it(
    'is all that takes events and payments to their end',
    async () => {
      const { pipeline, stripe } = payments;
      const payment = freshPayment(pipeline.fresh);
      const large = paymentSucceeded(freshPayment(pipeline.fresh), pipeline.fresh);
      const event = JSON.parse(Buffer.from(large.body).toString());
      event.data.object.metadata = { note: 'x'.repeat(210_000) };
      for (const made of [
        paymentSucceeded(payment, pipeline.fresh),
        chargeRefunded(payment, { before: 0, now: 1 }, pipeline.fresh),
        { id: large.id, body: Buffer.from(JSON.stringify(event)) },
      ])
        expect(await pipeline.post(made)).toBe(200);
      const sent = await sendEvent(pipeline.connection, { source: 'standard', type: 'payment.succeeded', times: 1 });
      for await (const { status } of sent.deliveries) expect(status).toBe(200);

      expect(await decidedByAnswer(payments)).toMatchObject({ state: 'SUCCEEDED', amount: 1999 });
      expect(await decidedByWebhook(payments)).toMatchObject({ state: 'SUCCEEDED', amount: 500 });
      expect(stripe.model.inspection.totals().charged).toEqual({ eur: 1999 + 500 });
      await pipeline.settled();
      await pipeline.drained();
      // Its schedule may have met a stack that was still coming up.
      expect(await pipeline.stack.functions.find('reconcile-stripe').invoke({ hours: 3 })).toMatchObject({ ok: true });
    },
    ENGINE_TEST_MILLIS,
  );

  it('is allowed by their roles, and what their roles allow is called', () => {
    const granted = grantedLines(stack);
    const called = calledLines(payments.pipeline.stack, stack);
    expect(called.filter((line) => !granted.includes(line))).toEqual([]);
    expect(granted.filter((line) => !called.includes(line) && !NOT_CALLED.some((reason) => reason.test(line)))).toEqual([]);
    // An exception that no longer excuses anything must go.
    expect(NOT_CALLED.filter((reason) => !granted.some((line) => reason.test(line) && !called.includes(line)))).toEqual([]);
  });
});

/** Asked for twice under one key. */
async function decidedByAnswer({ pay, become }: Payments): Promise<PaymentAnswer> {
  const request = { amount: 1999, currency: 'eur', reference: 'order 1', paymentMethod: 'pm_card_visa' };
  const [first, again] = [await pay(request, 'one'), await pay(request, 'one')];
  expect([first.status, again]).toEqual([202, first]);
  return await become(first.body.id, 'SUCCEEDED');
}

async function decidedByWebhook({ pay, become, stripe }: Payments): Promise<PaymentAnswer> {
  const request = { amount: 500, currency: 'eur', reference: 'order 2', paymentMethod: 'pm_card_authenticationRequired' };
  const { body } = await pay(request, 'two');
  const { object } = await become(body.id, 'REQUIRES_ACTION');
  stripe.model.customerActs(object ?? '', 'authenticates');
  // The stand-in looks for what it has to tell when it is asked for anything.
  await (await fetch(stripe.url)).arrayBuffer();
  return await become(body.id, 'SUCCEEDED');
}
