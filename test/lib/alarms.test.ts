import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../lib/project.ts';
import { type JsonObject, PAYMENTS, type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

let stack: SynthesizedStack;

beforeAll(async () => {
  stack = await synthesizedStack({ context: { sources: { stripe: { provider: 'stripe' } }, payments: PAYMENTS } });
});

const alarms = () =>
  stack
    .ofType('AWS::CloudWatch::Alarm')
    .map(({ path, properties }) => ({ path, ...(stack.readable(properties) as JsonObject) }) as JsonObject);

/** `namespace metric dimension=value statistic >= threshold, silence`. */
function line(alarm: JsonObject): string {
  const dimensions = (alarm['Dimensions'] as { Name: string; Value: string }[]).map(({ Name, Value }) => `${Name}=${Value}`).join(' ');
  const operator = alarm['ComparisonOperator'] === 'GreaterThanOrEqualToThreshold' ? '>=' : alarm['ComparisonOperator'];
  return `${alarm['Namespace']} ${alarm['MetricName']} ${dimensions} ${alarm['Statistic']} ${operator} ${alarm['Threshold']}, silence ${alarm['TreatMissingData']}`;
}

describe('the alarms', () => {
  it('are exactly these', () => {
    const ingest = 'service=oncehook-ingest-stripe Sum';
    const lambda = (fn: string) => [
      `AWS/Lambda Errors FunctionName=${fn} Sum >= 1, silence notBreaching`,
      `AWS/Lambda Throttles FunctionName=${fn} Sum >= 1, silence notBreaching`,
    ];
    const counted = (service: string, ...names: string[]) =>
      names.map((name) => `oncehook ${name} service=oncehook-${service} Sum >= 1, silence notBreaching`);
    const queues = (name: string) => [
      `AWS/SQS ApproximateNumberOfMessagesVisible QueueName=${name}/DeadLetters/Queue.QueueName Maximum >= 1, silence ignore`,
      `AWS/SQS ApproximateAgeOfOldestMessage QueueName=${name}/Messages/Queue.QueueName Maximum >= 21600, silence ignore`,
    ];
    const consumer = (name: string, service: string, fn = 'Consume') => [
      ...queues(name),
      ...counted(service, 'EffectsRejected', 'NeverErrors'),
      ...lambda(`${name}/${fn}/Function`),
    ];
    const keys = ['SecretUnavailable', 'NoActiveSecret', 'ProviderUnauthorized'];
    const work = ['PaymentsDisputed', ...keys, 'LookupIncomplete', 'NeverErrors'];
    const oldest = (metric: string, service: string, seconds: number) =>
      `oncehook ${metric} service=oncehook-${service} Maximum >= ${seconds}, silence breaching`;
    expect(alarms().map(line)).toEqual([
      `oncehook SecretUnavailable ${ingest} >= 1, silence notBreaching`,
      `oncehook NoActiveSecret ${ingest} >= 1, silence notBreaching`,
      `oncehook IngestUnavailable ${ingest} >= 1, silence notBreaching`,
      `oncehook EventsQuarantined ${ingest} >= 1, silence notBreaching`,
      `oncehook FingerprintMismatch ${ingest} >= 1, silence notBreaching`,
      `oncehook NeverErrors ${ingest} >= 1, silence notBreaching`,
      `oncehook RequestRefused ${ingest} >= 1, silence notBreaching`,
      `oncehook Unauthorized ${ingest} >= 100, silence notBreaching`,
      ...lambda('IngestStripe/Ingest/Function'),
      'AWS/Lambda IteratorAge FunctionName=Relay/Relay/Function Maximum >= 300000, silence notBreaching',
      'oncehook RelayGivenUp service=oncehook-relay Sum >= 1, silence notBreaching',
      'AWS/SQS ApproximateNumberOfMessagesVisible QueueName=Relay/Failures/Queue.QueueName Maximum >= 1, silence ignore',
      ...lambda('Relay/Relay/Function'),
      'oncehook SettlementLagSeconds service=oncehook-settle Maximum >= 1800, silence breaching',
      'oncehook SettlementOverdueSeconds service=oncehook-settle Maximum >= 1800, silence notBreaching',
      ...['Sent', 'UnknownAddress', 'PayloadGone', 'Unreadable', 'RowFailed'].map(
        (what) => `oncehook Settlement${what} service=oncehook-settle Sum >= 1, silence notBreaching`,
      ),
      'oncehook EventsUnsettled service=oncehook-settle Sum >= 1, silence notBreaching',
      'oncehook NeverErrors service=oncehook-settle Sum >= 1, silence notBreaching',
      ...lambda('Settlement/Settle/Function'),
      ...consumer('ConsumeLedger', 'consume-ledger'),
      ...consumer('ConsumeReceipts', 'consume-receipts'),
      ...counted('pay', 'PayUnavailable', 'NeverErrors'),
      ...lambda('Payments/Pay/Function'),
      ...queues('Payments/Stripe/Charge'),
      ...counted('charge-stripe', ...work),
      ...lambda('Payments/Stripe/Charge/Charge/Function'),
      ...consumer('Payments/Stripe/Confirm', 'confirm-stripe', 'Confirm'),
      ...counted('confirm-stripe', 'PaymentsDisputed'),
      oldest('PaymentsOverdueSeconds', 'payments-clock-stripe', 900),
      ...counted('payments-clock-stripe', ...work),
      ...lambda('Payments/Stripe/Clock/Clock/Function'),
      oldest('ReconciliationLagSeconds', 'reconcile-stripe', 3 * 3600),
      ...counted('reconcile-stripe', 'ReconciliationDifferences', 'ReconciliationFailed', ...keys, 'NeverErrors'),
      ...lambda('Payments/Stripe/Reconcile/Reconcile/Function'),
    ]);
  });

  it('look at five minutes each, those of the age of settlement and reconciliation at three runs, and say in words what they mean', () => {
    for (const alarm of alarms()) {
      const [, runs = ''] = /^(Settlement|Reconciliation)\w+Seconds$/.exec(String(alarm['MetricName'])) ?? [];
      const period = { Settlement: 900, Reconciliation: 3 * 3600 }[runs] ?? 300;
      expect(alarm).toMatchObject({ Period: period, EvaluationPeriods: 1, AlarmDescription: expect.stringMatching(/^[A-Z].{30,}\.$/) });
    }
  });

  it('are sent to the topic of the context, and to nobody without one', async () => {
    const topic = 'arn:aws:sns:eu-west-1:123456789012:payments-on-call';
    const told = await synthesizedStack({ context: { alarmTopicArn: topic } });

    expect(alarms().flatMap((alarm) => alarm['AlarmActions'] ?? [])).toEqual([]);
    expect(told.ofType('AWS::CloudWatch::Alarm').map(({ properties }) => properties['AlarmActions'])).toEqual(
      told.ofType('AWS::CloudWatch::Alarm').map(() => [topic]),
    );
  });
});

describe('a counter of ours that an alarm watches', () => {
  const watched = () => [
    ...new Set(
      alarms()
        .filter(({ Namespace }) => Namespace === 'oncehook')
        .map(({ MetricName }) => String(MetricName)),
    ),
  ];

  it('is counted by the code under that name', () => {
    const folder = join(projectRoot, 'lambdas', 'pipeline');
    const code = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));

    const counted = watched().filter((metric) => code.some((text) => text.includes('count(') && text.includes(`'${metric}'`)));
    expect(counted).toEqual(watched());
  });

  it("is written with the alarm's namespace and dimensions, even where the code counts by a reason", () => {
    const telemetry = pathToFileURL(join(projectRoot, 'lambdas', 'aws', 'powertools-telemetry.ts')).href;
    const script = `
      const { createPowertoolsTelemetry } = await import(${JSON.stringify(telemetry)});
      const telemetry = createPowertoolsTelemetry();
      for (const metric of ${JSON.stringify(watched())}) telemetry.count(metric, 1, { reason: 'x' });
      telemetry.flush();`;
    const env = { POWERTOOLS_SERVICE_NAME: 'oncehook-ingest-stripe', POWERTOOLS_METRICS_NAMESPACE: 'oncehook' };
    const written = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env, encoding: 'utf8' });

    expect(emfMetrics(written)).toEqual(expect.arrayContaining(watched().map((metric) => `oncehook ${metric} service`)));
  });
});

/** `namespace metric dimensions` of each metric in lines of CloudWatch's embedded metric format. */
function emfMetrics(text: string): string[] {
  type Directive = { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] };
  const directives = text
    .trim()
    .split('\n')
    .flatMap((one) => JSON.parse(one)._aws.CloudWatchMetrics as Directive[]);
  return directives.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) => Dimensions.map((dimensions) => `${Namespace} ${Name} ${dimensions.join(',')}`)),
  );
}
