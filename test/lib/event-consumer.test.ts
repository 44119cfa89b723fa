import { beforeAll, describe, expect, it } from '@jest/globals';
import { RECEIVES_MAX } from '../../lambdas/core/limits.ts';
import { type JsonObject, type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

const CONSUMERS = ['ConsumeLedger', 'ConsumeReceipts'];
const DAY_SECONDS = 24 * 3600;

let stack: SynthesizedStack;

beforeAll(async () => {
  stack = await synthesizedStack();
});

const properties = (path: string) => stack.readable(stack.at(path).properties) as JsonObject;

describe.each(CONSUMERS)('what %s runs on', (consumer) => {
  // crash matrix: queue → consumer | fails every time | waits longer each time, then the dead-letter queue of that consumer
  it('is a standard queue that gives a message up to its own dead-letter queue after the last receive', () => {
    const queue = properties(`${consumer}/Messages/Queue`);

    expect(queue['RedrivePolicy']).toEqual({ deadLetterTargetArn: `${consumer}/DeadLetters/Queue.Arn`, maxReceiveCount: RECEIVES_MAX });
    expect(queue).not.toHaveProperty('FifoQueue');
  });

  it('keeps a dead letter for as long as SQS can, and longer than the queue keeps a message', () => {
    expect(properties(`${consumer}/Messages/Queue`)['MessageRetentionPeriod']).toBe(4 * DAY_SECONDS);
    expect(properties(`${consumer}/DeadLetters/Queue`)['MessageRetentionPeriod']).toBe(14 * DAY_SECONDS);
  });

  // crash matrix: queue → consumer | visibility lapses | hidden six times longer than the function may run; after it, a duplicate
  it('hides a message for six times what the function may take', () => {
    const visibilitySeconds = Number(properties(`${consumer}/Messages/Queue`)['VisibilityTimeout']);

    expect(visibilitySeconds).toBeGreaterThanOrEqual(6 * Number(properties(`${consumer}/Consume/Function`)['Timeout']));
  });

  it('is polled in batches of ten, reads which messages failed, is bounded in its concurrency, and filters nothing away', () => {
    expect(properties(`${consumer}/Mapping`)).toEqual({
      EventSourceArn: `${consumer}/Messages/Queue.Arn`,
      FunctionName: `${consumer}/Consume/Function`,
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 50 },
    });
  });

  it('reserves no concurrency, because a throttled function uses up the receives of messages it never saw', () => {
    expect(properties(`${consumer}/Consume/Function`)).not.toHaveProperty('ReservedConcurrentExecutions');
  });
});

describe('each queue', () => {
  // crash matrix: operator | deletes the stack | tables and queues stay
  it('of a consumer is kept with its messages when the consumer or the stack goes', () => {
    for (const consumer of CONSUMERS) {
      for (const queue of ['Messages', 'DeadLetters'])
        expect(stack.at(`${consumer}/${queue}/Queue`)).toMatchObject({ deletionPolicy: 'Retain' });
    }
  });

  it('is encrypted and reached by TLS only', () => {
    const queues = stack.ofType('AWS::SQS::Queue');
    const policies = stack.ofType('AWS::SQS::QueuePolicy').map(({ properties }) => stack.readable(properties) as JsonObject);

    expect(queues).toHaveLength(2 * CONSUMERS.length + 1);
    for (const { path, properties } of queues) {
      expect(properties['SqsManagedSseEnabled']).toBe(true);
      expect(policies.find(({ Queues }) => (Queues as string[]).includes(path))).toMatchObject({
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Principal: { AWS: '*' },
              Action: 'sqs:*',
              Resource: `${path}.Arn`,
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      });
    }
  });
});

describe('the function of a consumer', () => {
  it('is told the inbox, the outbox, its queue and the tables it declared', () => {
    const { Variables } = properties('ConsumeLedger/Consume/Function')['Environment'] as { Variables: JsonObject };

    expect(Variables).toEqual({
      POWERTOOLS_SERVICE_NAME: 'oncehook-consume-ledger',
      POWERTOOLS_METRICS_NAMESPACE: 'oncehook',
      INBOX_TABLE: 'Tables/Inbox/Table',
      OUTBOX_TABLE: 'Tables/Outbox/Table',
      QUEUE_URL: 'ConsumeLedger/Messages/Queue',
      TABLES: '{"Ledger":"Tables/Ledger/Table"}',
    });
  });
});
