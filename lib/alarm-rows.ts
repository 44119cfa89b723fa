/** Rows of the table of alarms, and those that every function and every queue has. */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { HouseFunction } from './house-function.ts';
import type { ReceiverQueues } from './receiver.ts';

export type AlarmRow = {
  readonly name: string;
  readonly metric: IMetric;
  readonly from: number;
  readonly silence: TreatMissingData;
  readonly means: string;
};

export const PERIOD = Duration.minutes(5);
/** Nothing is counted while nothing happens. */
export const SILENCE_IS_FINE = TreatMissingData.NOT_BREACHING;
/** What must be counted all the time: nothing counted is as bad as too much. */
export const SILENCE_IS_BAD = TreatMissingData.BREACHING;
/** A queue that nobody calls stops reporting after six hours, with its messages still in it: the alarm stays as it was. */
export const SILENCE_CHANGES_NOTHING = TreatMissingData.IGNORE;

/** Redelivery of one message spans a little more than an hour: older than this means that nobody takes the queue's messages. */
const QUEUE_AGE_SECONDS = 6 * 3600;

export function neverErrors({ service }: HouseFunction): AlarmRow {
  return counted(service, 'NeverErrors', 'Something happened that the code takes for impossible. See the log, and report it.');
}

export function functionRows({ fn }: HouseFunction): AlarmRow[] {
  const options = { statistic: Stats.SUM, period: PERIOD };
  return [
    {
      name: 'Errors',
      metric: fn.metricErrors(options),
      from: 1,
      silence: SILENCE_IS_FINE,
      means: 'The function failed or ran into its timeout. See its log.',
    },
    {
      name: 'Throttles',
      metric: fn.metricThrottles(options),
      from: 1,
      silence: SILENCE_IS_FINE,
      means: 'Lambda refused invocations: the concurrency of the account is used up.',
    },
  ];
}

/** Of a queue that is polled, and of its dead-letter queue. */
export function queueRows({ queue, deadLetters }: ReceiverQueues): AlarmRow[] {
  return [
    waiting('DeadLetters', deadLetters, 'Messages failed until their last try. Find the reason, then move them back to the queue.'),
    {
      name: 'QueueAge',
      metric: queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: PERIOD }),
      from: QUEUE_AGE_SECONDS,
      silence: SILENCE_CHANGES_NOTHING,
      means: 'A message waits for hours: the queue mapping is off or cannot keep up. After four days SQS drops it.',
    },
  ];
}

/** Of whoever applies events: its queue, and what becomes of them. */
export function consumerRows(queues: ReceiverQueues, consume: HouseFunction): AlarmRow[] {
  return [
    ...queueRows(queues),
    counted(
      consume.service,
      'EffectsRejected',
      'Events were rejected for good: they have a marker with a code, and no effect. See the log.',
    ),
    neverErrors(consume),
    ...functionRows(consume),
  ];
}

/** A counter of our own; it is watched from the first on. */
export function counted(service: string, name: string, means: string): AlarmRow {
  return { name, metric: metricOf(service, name, { statistic: Stats.SUM, period: PERIOD }), from: 1, silence: SILENCE_IS_FINE, means };
}

export function metricOf(service: string, metricName: string, options: { readonly statistic: string; readonly period: Duration }): Metric {
  return new Metric({ namespace: 'oncehook', metricName, dimensionsMap: { service }, ...options });
}

/** A queue that is empty while all is well. */
export function waiting(name: string, queue: Queue, means: string): AlarmRow {
  const metric = queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: PERIOD });
  return { name, metric, from: 1, silence: SILENCE_CHANGES_NOTHING, means };
}
