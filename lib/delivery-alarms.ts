/** What a human must hear of a queue that somebody else reads: nothing else here notices when they stop. */
import { Duration } from 'aws-cdk-lib';
import { Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { DeliveryQueue } from './delivery-queue.ts';

/** A reader may work once a day; a message that is older waits for nobody. */
const QUEUE_AGE_SECONDS = 26 * 3600;
const OPTIONS = { statistic: Stats.MAXIMUM, period: Duration.minutes(5) };
/** A queue that nobody calls stops reporting after six hours, with its messages still in it: the alarm stays as it was. */
const silence = TreatMissingData.IGNORE;

export function deliveryRows({ queue, deadLetters }: DeliveryQueue) {
  return [
    {
      name: 'DeadLetters',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible(OPTIONS),
      from: 1,
      silence,
      means:
        'The reader of this queue gave messages back until their last receive. Find the reason there, then move them back to the queue.',
    },
    {
      name: 'QueueAge',
      metric: queue.metricApproximateAgeOfOldestMessage(OPTIONS),
      from: QUEUE_AGE_SECONDS,
      silence,
      means:
        'A message has waited for more than a day: nobody reads the queue, or too slowly. After 14 days SQS drops it, and nobody sends it again.',
    },
  ];
}
