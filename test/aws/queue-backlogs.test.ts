import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createQueueBacklogs } from '../../lambdas/aws/queue-backlogs.ts';

const NOW_MILLIS = Date.parse('2026-11-25T01:00:00.000Z');
const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/123456789012/ledger-messages';
const DEAD = 'https://sqs.eu-west-1.amazonaws.com/123456789012/ledger-dead';
const REDRIVE = JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:123456789012:ledger-dead', maxReceiveCount: 12 });
const sqs = mockClient(SQSClient);
const cloudwatch = mockClient(CloudWatchClient);

const backlog = () =>
  createQueueBacklogs(
    { sqs: new SQSClient({ region: 'eu-west-1' }), cloudwatch: new CloudWatchClient({ region: 'eu-west-1' }) },
    { nowMillis: () => NOW_MILLIS },
  ).of(QUEUE);

function holds(visible: number, dead: number): void {
  const Attributes = { ApproximateNumberOfMessages: String(visible), RedrivePolicy: REDRIVE };
  sqs.on(GetQueueAttributesCommand, { QueueUrl: QUEUE }).resolves({ Attributes });
  sqs.on(GetQueueAttributesCommand, { QueueUrl: DEAD }).resolves({ Attributes: { ApproximateNumberOfMessages: String(dead) } });
}

beforeEach(() => {
  sqs.reset();
  cloudwatch.reset();
});

describe('the backlog of a queue', () => {
  it('counts what is visible, in flight and delayed, and what is in the dead-letter queue that the queue itself names', async () => {
    const Attributes = {
      ApproximateNumberOfMessages: '3',
      ApproximateNumberOfMessagesNotVisible: '20',
      ApproximateNumberOfMessagesDelayed: '100',
      RedrivePolicy: REDRIVE,
    };
    holds(0, 7);
    sqs.on(GetQueueAttributesCommand, { QueueUrl: QUEUE }).resolves({ Attributes });
    cloudwatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Values: [240, 180] }] });

    expect(await backlog()).toEqual({ waiting: 123, deadLetters: 7, oldestSeconds: 240 });
  });

  it('has no dead letters where the queue has no queue for them', async () => {
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });

    expect(await backlog()).toEqual({ waiting: 0, deadLetters: 0, oldestSeconds: 0 });
  });

  it('takes the newest value of the last ten minutes for the age of its oldest message', async () => {
    holds(1, 0);
    cloudwatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Values: [60] }] });

    await backlog();

    expect(cloudwatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input).toEqual({
      StartTime: new Date(NOW_MILLIS - 600_000),
      EndTime: new Date(NOW_MILLIS),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        {
          Id: 'oldest',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SQS',
              MetricName: 'ApproximateAgeOfOldestMessage',
              Dimensions: [{ Name: 'QueueName', Value: 'ledger-messages' }],
            },
            Period: 60,
            Stat: 'Maximum',
          },
        },
      ],
    });
  });

  it('has an unknown age where CloudWatch has no value, which is not the age of an empty queue', async () => {
    holds(1, 0);
    cloudwatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Values: [] }] });

    expect((await backlog()).oldestSeconds).toBeUndefined();
  });

  it('asks CloudWatch for nothing while nothing waits', async () => {
    holds(0, 0);

    expect((await backlog()).oldestSeconds).toBe(0);
    expect(cloudwatch.commandCalls(GetMetricDataCommand)).toHaveLength(0);
  });
});
