import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { chargeRefunded, paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { sendEvent } from '../../ops/send-event.ts';
import { permissions } from '../lib/permissions.ts';
import { type SynthesizedStack, synthesizedStack } from '../lib/synthesized-stack.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';

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
  // Settlement looks at events that are a quarter of an hour old, and none is.
  /^Settlement (?:cloudwatch:|sqs:SendMessage |dynamodb:(?:BatchGetItem|DeleteItem|PutItem|UpdateItem) |dynamodb:(?:GetItem|Query) on Outbox$)/,
];

/** The same for all engines. */
let synthesized: Promise<SynthesizedStack> | undefined;
const SOURCES = { stripe: { provider: 'stripe' }, standard: { provider: 'standardwebhooks' } };

describeOnEngines('what the functions call', () => {
  let pipeline: Pipeline;
  let stack: SynthesizedStack;

  beforeAll(async () => {
    let failures = 2;
    synthesized ??= synthesizedStack({ context: { sources: SOURCES } });
    [pipeline, stack] = await Promise.all([
      openPipeline({
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
  afterAll(() => pipeline.stack.stop(), ENGINE_TEST_MILLIS);

  it(
    'is allowed by their roles, and what their roles allow is called',
    async () => {
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
      const { connection } = pipeline;
      const sent = await sendEvent(connection, { source: 'standard', type: 'payment.succeeded', times: 1 });
      for await (const { status } of sent.deliveries) expect(status).toBe(200);
      await pipeline.settled();
      await pipeline.drained();

      const granted = grantedLines(stack);
      const called = calledLines(pipeline);
      expect(called.filter((line) => !granted.includes(line))).toEqual([]);
      expect(granted.filter((line) => !called.includes(line) && !NOT_CALLED.some((reason) => reason.test(line)))).toEqual([]);
      // An exception that no longer excuses anything must go.
      expect(NOT_CALLED.filter((reason) => !granted.some((line) => reason.test(line) && !called.includes(line)))).toEqual([]);
    },
    ENGINE_TEST_MILLIS,
  );
});

/** `ConsumeLedger dynamodb:PutItem on Inbox`, for each function of the template. */
function grantedLines(stack: SynthesizedStack): string[] {
  return Object.entries(permissions(stack)).flatMap(([fn, allowed]) =>
    allowed.map((line) => (line.startsWith('logs:') ? line : `${fn.split('/')[0]} ${shortResource(line)}`)),
  );
}

function shortResource(line: string): string {
  return line
    .replace(/ on Tables\/(\w+)\/Table\.StreamArn$/, ' on $1/stream')
    .replace(/ on Tables\/(\w+)\/Table\.Arn$/, ' on $1')
    .replace(/\/Queue\.Arn$/, '');
}

/**
 * The same lines from what the fronts recorded; the logical ids of callers and resources begin with the same words as their paths.
 * ListStreams names a table, and IAM asks for its streams (service authorization reference).
 */
function calledLines({ stack }: Pipeline): string[] {
  const lines = stack
    .calls()
    .filter(({ caller }) => stack.plan.functions.some(({ logicalId }) => logicalId === caller))
    .map(
      ({ caller, service, action, resource }) =>
        `${functionOf(caller)} ${service}:${action} on ${resourceOf(resource)}${action === 'ListStreams' ? '/stream' : ''}`,
    );
  return [...new Set(lines)];
}

function functionOf(logicalId: string): string {
  return /^(?:IngestStripe|IngestStandard|Relay|ConsumeLedger|ConsumeReceipts|Settlement)/.exec(logicalId)?.[0] ?? logicalId;
}

function resourceOf(physical: string): string {
  const table = /Tables(Events|Outbox|Inbox|Ledger|Receipts|Settlement)Table\w*?(\/stream)?$/.exec(physical);
  if (table !== null) return `${table[1]}${table[2] ?? ''}`;
  const queue = /(ConsumeLedger|ConsumeReceipts|Relay)(Messages|Failures)Queue/.exec(physical);
  if (queue !== null) return `${queue[1]}/${queue[2]}`;
  return /(Ingest(?:Stripe|Standard))Secret/.exec(physical)?.[1]?.concat('/Secret') ?? physical;
}
