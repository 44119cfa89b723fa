/** What waits in a queue: its depth from SQS, and the age of its oldest message, which only CloudWatch knows. */
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Backlogs, Clock } from '../core/ports.ts';
import { callBound, clientBounds } from './client-bounds.ts';
import { readDepth } from './queue-depth.ts';

/** SQS publishes its metrics each minute, some minutes late ("Available CloudWatch metrics for Amazon SQS"). */
const PERIOD_SECONDS = 60;
const PERIODS = 10;

/** The backlogs a function sees. */
export function openQueueBacklogs(clock: Pick<Clock, 'nowMillis'>): Backlogs {
  return createQueueBacklogs({ sqs: new SQSClient(clientBounds), cloudwatch: new CloudWatchClient(clientBounds) }, clock);
}

export function createQueueBacklogs(clients: Clients, clock: Pick<Clock, 'nowMillis'>): Backlogs {
  return {
    of: async (queueUrl) => {
      const { depth: waiting, deadLetterUrl } = await readDepth(clients.sqs, queueUrl);
      const deadLetters = deadLetterUrl === undefined ? 0 : (await readDepth(clients.sqs, deadLetterUrl)).depth;
      // Each metric asked for is billed, and nothing is older than nothing.
      return {
        waiting,
        deadLetters,
        oldestSeconds: waiting === 0 ? 0 : await oldestSeconds(clients.cloudwatch, queueUrl, clock.nowMillis()),
      };
    },
  };
}

type Clients = { readonly sqs: SQSClient; readonly cloudwatch: CloudWatchClient };

async function oldestSeconds(cloudwatch: CloudWatchClient, queueUrl: string, nowMillis: number): Promise<number | undefined> {
  const { MetricDataResults: results } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(nowMillis - PERIODS * PERIOD_SECONDS * 1000),
      EndTime: new Date(nowMillis),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [{ Id: 'oldest', MetricStat: { Metric: metric(queueUrl), Period: PERIOD_SECONDS, Stat: 'Maximum' } }],
    }),
    callBound(),
  );
  return results?.[0]?.Values?.[0];
}

function metric(queueUrl: string) {
  const name = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  return { Namespace: 'AWS/SQS', MetricName: 'ApproximateAgeOfOldestMessage', Dimensions: [{ Name: 'QueueName', Value: name }] };
}
