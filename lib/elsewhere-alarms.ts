/** What a human must hear of effects elsewhere: of consumers that call out, and of queues that somebody else reads. */
import { Duration } from 'aws-cdk-lib';
import { Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { DeliveryQueue } from './delivery-queue.ts';
import type { EventConsumer } from './event-consumer.ts';

/** A reader may work once a day; a message that is older waits for nobody. */
const QUEUE_AGE_SECONDS = 26 * 3600;
const PERIOD = Duration.minutes(5);
const OPTIONS = { statistic: Stats.MAXIMUM, period: PERIOD };
/** A queue that nobody calls stops reporting after six hours, with its messages still in it: the alarm stays as it was. */
const silence = TreatMissingData.IGNORE;

/** None for a consumer whose whole effect is in our store. */
export function performRows({ performs, secretArn, consume }: EventConsumer) {
  const counted = (name: string, means: string) => ({
    name,
    metric: new Metric({
      namespace: 'oncehook',
      metricName: name,
      dimensionsMap: { service: consume.service },
      statistic: Stats.SUM,
      period: PERIOD,
    }),
    from: 1,
    silence: TreatMissingData.NOT_BREACHING,
    means,
  });
  const secret = [
    counted(
      'SecretUnavailable',
      'The secret has no value yet or could not be read: nothing is sent, and the messages come again. See Secrets Manager.',
    ),
    counted('NoActiveSecret', 'The secret has no active entry: nothing is sent, and the messages come again. Put one in.'),
  ];
  const key = counted(
    'OutsideKeysTooOld',
    'Something was sent elsewhere so long ago that sending it again could do it twice. See there what became of it, then `oncehook settle waive`.',
  );
  return [...(performs ? [key] : []), ...(secretArn === undefined ? [] : secret)];
}

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
