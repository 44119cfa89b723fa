/** What a human must hear of. Each alarm is one line of a table: what is measured, from which value on, and what silence means. */
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EventConsumer } from './event-consumer.ts';
import type { HouseFunction } from './house-function.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import { pascalCase } from './pascal-case.ts';
import type { Settlement } from './settlement.ts';
import type { Source } from './sources.ts';
import type { WebhookSource } from './webhook-source.ts';

export type AlarmsProps = {
  readonly sources: readonly WebhookSource[];
  readonly consumers: readonly EventConsumer[];
  readonly relay: OutboxRelay;
  readonly settlement: Settlement;
  /** Where alarms are sent. @default - they are seen in CloudWatch only */
  readonly topicArn: string | undefined;
};

type Row = {
  readonly name: string;
  readonly metric: IMetric;
  readonly from: number;
  readonly silence: TreatMissingData;
  readonly means: string;
};

const PERIOD = Duration.minutes(5);
/** Nothing is counted while nothing happens. */
const SILENCE_IS_FINE = TreatMissingData.NOT_BREACHING;
/** What must be counted all the time: nothing counted is as bad as too much. */
const SILENCE_IS_BAD = TreatMissingData.BREACHING;
/** A queue that nobody calls stops reporting after six hours, with its messages still in it: the alarm stays as it was. */
const SILENCE_CHANGES_NOTHING = TreatMissingData.IGNORE;

/** Single wrong signatures are noise of the internet; so many in five minutes are an attack or a secret that is no longer right. */
const UNAUTHORIZED_FLOOD = 100;
const NEVER = 'Something happened that the code takes for impossible. See the log, and report it.';
const ITERATOR_AGE_MILLIS = 5 * 60 * 1000;
/** Redelivery of one message spans a little more than an hour: older than this means that nobody takes the queue's messages. */
const QUEUE_AGE_SECONDS = 6 * 3600;
/** A slot is looked at 15 to 20 minutes after its end: two runs have failed by then. */
const SETTLEMENT_AGE_SECONDS = 30 * 60;
/** Three runs: one that is late for a moment is no silence. */
const SETTLEMENT_PERIOD = Duration.minutes(15);

export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const topic = props.topicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', props.topicArn);
    for (const { source, ingest } of props.sources)
      this.addAll(`Source${pascalCase(source.name)}`, [...sourceRows(ingest), ...fetchRows(source, ingest)], topic);
    this.addAll('Relay', relayRows(props.relay), topic);
    this.addAll('Settlement', settlementRows(props.settlement), topic);
    for (const one of props.consumers) this.addAll(`Consumer${pascalCase(one.consumer.name)}`, consumerRows(one), topic);
  }

  private addAll(prefix: string, rows: readonly Row[], topic: ITopic | undefined): void {
    for (const row of rows) {
      const alarm = new Alarm(this, `${prefix}${row.name}`, {
        metric: row.metric,
        threshold: row.from,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: row.silence,
        alarmDescription: row.means,
      });
      if (topic !== undefined) alarm.addAlarmAction(new SnsAction(topic));
    }
  }
}

function sourceRows(ingest: HouseFunction): Row[] {
  const service = ingest.service;
  return [
    counted(
      service,
      'SecretUnavailable',
      'The secret has no value yet or could not be read: requests are answered 503 and come again. See Secrets Manager.',
    ),
    counted(
      service,
      'NoActiveSecret',
      'The secret has no active entry: requests are answered 503 and come again. Put in the secret from the provider.',
    ),
    counted(
      service,
      'IngestUnavailable',
      'Events could not be stored in time: requests are answered 503 and come again. See the DynamoDB tables.',
    ),
    counted(
      service,
      'EventsQuarantined',
      'Authentic events were not understood; they are kept in the outbox under the address quarantine.',
    ),
    counted(service, 'FingerprintMismatch', 'One event came again with other contents; the first is kept. See the provider.'),
    counted(service, 'NeverErrors', NEVER),
    counted(
      service,
      'RequestRefused',
      'Requests above 256 KiB or with a coded body were refused, authentic ones too. See what the provider sends.',
    ),
    {
      ...counted(service, 'Unauthorized', 'Many requests with a wrong signature: an attack, or the secret is no longer right.'),
      from: UNAUTHORIZED_FLOOD,
    },
    ...functionRows(ingest),
  ];
}

/** A function that fetches nothing has no such metric. An API key of another profile finds no object, and the provider hears 200 each time. */
function fetchRows({ provider }: Source, { service }: HouseFunction): Row[] {
  const keyUnavailable =
    'The key that a request names could not be fetched from the provider: requests are answered 503 and come again. See the log, and whether the provider is reachable.';
  const objectUnavailable =
    'What a request speaks of could not be fetched: requests are answered 503 and come again. See the log for why; the API key may be refused.';
  const objectsAbsent =
    'A request named an object that the provider does not know, and nothing was stored: somebody makes ids up, or the API key is not that of this profile or mode.';
  const objects = [counted(service, 'ObjectUnavailable', objectUnavailable), counted(service, 'ObjectsAbsent', objectsAbsent)];
  return [
    ...(provider.fetchesKeys ? [counted(service, 'KeyUnavailable', keyUnavailable)] : []),
    ...(provider.fetchesObjects ? objects : []),
  ];
}

function relayRows({ relay, failures }: OutboxRelay): Row[] {
  return [
    {
      name: 'IteratorAge',
      metric: relay.fn.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: PERIOD }),
      from: ITERATOR_AGE_MILLIS,
      silence: SILENCE_IS_FINE,
      means:
        'Stored events wait for more than five minutes until they are sent to the consumers. After six hours the mapping gives a record up.',
    },
    counted(
      relay.service,
      'RelayGivenUp',
      'Events could not be sent to a consumer and are left to settlement, which sends them in 15 minutes or more. The log names them.',
    ),
    waiting(
      'Failures',
      failures,
      'The stream mapping gave up records: settlement sends them. The message here says which part of the stream it was.',
    ),
    ...functionRows(relay),
  ];
}

function settlementRows({ settle }: Settlement): Row[] {
  const { service } = settle;
  const age = (name: string, silence: TreatMissingData, means: string): Row => ({
    ...counted(service, name, means),
    metric: metricOf(service, name, { statistic: Stats.MAXIMUM, period: SETTLEMENT_PERIOD }),
    from: SETTLEMENT_AGE_SECONDS,
    silence,
  });
  return [
    age(
      'SettlementLagSeconds',
      SILENCE_IS_BAD,
      'Settlement does not run or cannot keep up: what is lost on the way to a consumer stays lost until it does.',
    ),
    age(
      'SettlementOverdueSeconds',
      SILENCE_IS_FINE,
      'More events are missing than settlement may send at a time; it goes on with the oldest.',
    ),
    counted(
      service,
      'SettlementSent',
      'Events had not reached a consumer and were sent again. Nothing is lost; see the relay and the queues for the cause.',
    ),
    counted(
      service,
      'SettlementUnknownAddress',
      'Events are addressed to a consumer that is not deployed. Deploy it again, or declare it retired in cdk.json.',
    ),
    counted(service, 'SettlementPayloadGone', 'The outbox items of unsettled events are gone. Have the provider send them again.'),
    counted(service, 'SettlementUnreadable', 'Outbox items could not be read. See the log.'),
    counted(service, 'SettlementRowFailed', 'A row of the settlement table could not be worked on. See the log.'),
    counted(service, 'EventsUnsettled', 'Events have had no effect for six hours or more. See `oncehook settle`.'),
    counted(service, 'NeverErrors', NEVER),
    ...functionRows(settle),
  ];
}

function consumerRows({ consume, queue, deadLetters }: EventConsumer): Row[] {
  return [
    waiting('DeadLetters', deadLetters, 'Messages failed until their last try. Find the reason, then move them back to the queue.'),
    {
      name: 'QueueAge',
      metric: queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: PERIOD }),
      from: QUEUE_AGE_SECONDS,
      silence: SILENCE_CHANGES_NOTHING,
      means: 'A message waits for hours: the queue mapping is off or cannot keep up. After four days SQS drops it.',
    },
    counted(
      consume.service,
      'EffectsRejected',
      'Events were rejected for good: they have a marker with a code, and no effect. See the log.',
    ),
    counted(consume.service, 'NeverErrors', NEVER),
    ...functionRows(consume),
  ];
}

function functionRows({ fn }: HouseFunction): Row[] {
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

/** A counter of our own; it is watched from the first on. */
function counted(service: string, name: string, means: string): Row {
  return { name, metric: metricOf(service, name, { statistic: Stats.SUM, period: PERIOD }), from: 1, silence: SILENCE_IS_FINE, means };
}

function metricOf(service: string, metricName: string, options: { readonly statistic: string; readonly period: Duration }): Metric {
  return new Metric({ namespace: 'oncehook', metricName, dimensionsMap: { service }, ...options });
}

/** A queue that is empty while all is well. */
function waiting(name: string, queue: Queue, means: string): Row {
  const metric = queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: PERIOD });
  return { name, metric, from: 1, silence: SILENCE_CHANGES_NOTHING, means };
}
