/** What a human must hear of. Each alarm is one line of a table: what is measured, from which value on, and what silence means. */
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Stats, type TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  type AlarmRow,
  consumerRows,
  counted,
  functionRows,
  metricOf,
  neverErrors,
  PERIOD,
  SILENCE_IS_BAD,
  SILENCE_IS_FINE,
  waiting,
} from './alarm-rows.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import { deliveryRows, performRows } from './elsewhere-alarms.ts';
import type { EventConsumer } from './event-consumer.ts';
import type { HouseFunction } from './house-function.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import { pascalCase } from './pascal-case.ts';
import type { Payments } from './payments.ts';
import { paymentsRows } from './payments-alarms.ts';
import type { Settlement } from './settlement.ts';
import type { Source } from './sources.ts';
import type { WebhookSource } from './webhook-source.ts';

export type AlarmsProps = {
  readonly sources: readonly WebhookSource[];
  readonly consumers: readonly EventConsumer[];
  readonly deliveries: readonly DeliveryQueue[];
  readonly relay: OutboxRelay;
  readonly settlement: Settlement;
  readonly payments: Payments | undefined;
  /** Where alarms are sent. @default - they are seen in CloudWatch only */
  readonly topicArn: string | undefined;
};

/** Single wrong signatures are noise of the internet; so many in five minutes are an attack or a secret that is no longer right. */
const UNAUTHORIZED_FLOOD = 100;
const ITERATOR_AGE_MILLIS = 5 * 60 * 1000;
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
    for (const one of props.consumers)
      this.addAll(`Consumer${pascalCase(one.name)}`, [...consumerRows(one, one.consume), ...performRows(one)], topic);
    for (const one of props.deliveries) this.addAll(`Queue${pascalCase(one.name)}`, deliveryRows(one), topic);
    const ofPayments = props.payments === undefined ? [] : paymentsRows(props.payments);
    for (const [prefix, rows] of ofPayments) this.addAll(prefix, rows, topic);
  }

  private addAll(prefix: string, rows: readonly AlarmRow[], topic: ITopic | undefined): void {
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

function sourceRows(ingest: HouseFunction): AlarmRow[] {
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
    neverErrors(ingest),
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
function fetchRows({ provider }: Source, { service }: HouseFunction): AlarmRow[] {
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

function relayRows({ relay, failures }: OutboxRelay): AlarmRow[] {
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

function settlementRows({ settle }: Settlement): AlarmRow[] {
  const { service } = settle;
  const age = (name: string, silence: TreatMissingData, means: string): AlarmRow => ({
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
    neverErrors(settle),
    ...functionRows(settle),
  ];
}
