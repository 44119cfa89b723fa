import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from '@jest/globals';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { systemRandom } from '../../lambdas/aws/system-random.ts';
import { encode } from '../../lambdas/core/codec.ts';
import { outboxItem } from '../../lambdas/core/outbox.ts';
import { CURSOR } from '../../lambdas/core/settlement.ts';
import { isoTime, outboxPartition, slotOf } from '../../lambdas/core/time.ts';
import type { Intercept } from '../../local/aws-front.ts';
import type { Made } from '../../ops/fixtures/fixture.ts';
import { paymentSucceeded } from '../../ops/fixtures/stripe.ts';
import { freshPayment } from '../../ops/fixtures/stripe-payment.ts';
import { readSettlement } from '../../ops/settlement.ts';
import { waive } from '../../ops/waive.ts';
import { describeOnEngines, ENGINE_TEST_MILLIS } from './harness.ts';
import { keyOf, openPipeline, type Pipeline } from './pipeline.ts';

const AGE_MILLIS = 2 * 3600_000;

/** As where a queue was deleted and made anew: the relay gives its messages for the ledger up, and nobody but settlement sends them. */
const relayGivesUp: Intercept = ({ operation, caller, body }) =>
  operation === 'SendMessageBatch' && caller.startsWith('Relay') && String(body['QueueUrl']).includes('Ledger')
    ? { answer: { status: 400, body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'made up' } } }
    : 'pass';

describeOnEngines('settlement', () => {
  // crash matrix: settlement | message lost | it is sent again and takes effect
  it(
    'brings an event that the relay gave up two hours ago to its effect, although younger messages wait, and leaves nothing open',
    () =>
      withOldEvent(async ({ pipeline, made, balance }) => {
        await keepQueueBusy(pipeline);
        await settle(pipeline);
        await pipeline.settled();
        expect(await balance()).toBe(-700);
        expect((await readSettlement(pipeline.connection)).open.map(({ eventIds }) => eventIds)).toEqual([[keyOf(made)]]);

        await lookFromBefore(pipeline);
        await settle(pipeline);
        expect(await balance()).toBe(-700);
        const asked = pipeline.stack.calls().filter(({ caller, action }) => caller.startsWith('Settlement') && action === 'GetMetricData');
        expect(asked).toMatchObject([{ resource: '*' }]);
      }),
    ENGINE_TEST_MILLIS,
  );

  // crash matrix: operator | waives an event | a marker without an effect; the message that comes later finds it
  it(
    'takes an event that an operator waived for settled, and sends nothing',
    () =>
      withOldEvent(async ({ pipeline, made }) => {
        await waive(pipeline.connection, { id: keyOf(made), address: 'ledger@1', by: 'ada', reason: 'booked by hand' });

        await settle(pipeline);

        expect((await readSettlement(pipeline.connection)).open).toEqual([]);
        expect((await pipeline.books()).balances.size).toBe(0);
      }),
    ENGINE_TEST_MILLIS,
  );
});

type Old = {
  readonly pipeline: Pipeline;
  readonly made: Made;
  /** Of the customer who paid. */
  balance(): Promise<number | bigint | undefined>;
};

/** A stack with one event of two hours ago that the relay has given up, and settlement about to look from before it. */
async function withOldEvent(test: (old: Old) => Promise<void>): Promise<void> {
  const pipeline = await openPipeline({ intercept: relayGivesUp });
  try {
    const payment = freshPayment(pipeline.fresh, { amount: 700 });
    const made = paymentSucceeded(payment, pipeline.fresh);
    await storeBefore(pipeline, made);
    await lookFromBefore(pipeline);
    await test({ pipeline, made, balance: async () => (await pipeline.books()).balances.get(`test:customer:${payment.customer}:usd`) });
  } finally {
    await pipeline.stack.stop();
  }
}

/** An event as it was stored two hours ago. */
async function storeBefore({ connection }: Pipeline, made: Made): Promise<void> {
  const atMillis = systemClock.nowMillis() - AGE_MILLIS;
  const id = keyOf(made);
  const { codec, bytes } = encode(made.body);
  const item = outboxItem({
    partition: outboxPartition(atMillis, id),
    id,
    source: 'stripe',
    provider: 'stripe',
    mode: 'test',
    type: 'payment_intent.succeeded',
    occurredAt: isoTime(atMillis),
    receivedAt: isoTime(atMillis),
    authenticity: 'signed',
    correlationId: id,
    hops: 0,
    to: ['ledger@1'],
    codec,
    contentType: 'application/json',
    payload: bytes,
    expiresAt: Math.floor(atMillis / 1000) + 2 * 86_400,
  });
  const event = { pk: id, type: 'payment_intent.succeeded', outboxPk: String(item['pk']) };
  const actions = [
    { kind: 'put', table: connection.tables.events, item: event },
    { kind: 'put', table: connection.tables.outbox, item },
  ] as const;
  const store = await connection.store();
  expect(await store.transact({ token: systemRandom.uuid(), frozenAtMillis: atMillis, actions })).toEqual({ kind: 'committed' });
}

/** Settlement would begin with the making of the outbox, which was a moment ago. */
async function lookFromBefore({ connection }: Pipeline): Promise<void> {
  const millis = systemClock.nowMillis() - AGE_MILLIS - 600_000;
  const store = await connection.store();
  const action = { kind: 'put', table: connection.tables.settlement, item: { ...CURSOR, slot: slotOf(millis) } } as const;
  expect(await store.transact({ token: systemRandom.uuid(), frozenAtMillis: millis, actions: [action] })).toEqual({ kind: 'committed' });
}

/** A message that nobody takes for a minute, so that settlement has to ask how old what waits is. */
async function keepQueueBusy({ connection, stack }: Pipeline): Promise<void> {
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };
  const sqs = new SQSClient({ region: connection.region, endpoint: stack.endpoints.sqs, credentials });
  const ledger = connection.consumers.find(({ name }) => name === 'ledger');
  await sqs.send(new SendMessageCommand({ QueueUrl: ledger?.queueUrl, MessageBody: '{}', DelaySeconds: 60 }));
  sqs.destroy();
}

async function settle({ stack }: Pipeline): Promise<void> {
  expect(await stack.functions.find('settle').invoke({})).toMatchObject({ ok: true });
}
