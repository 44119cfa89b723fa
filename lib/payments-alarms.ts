/** What a human must hear of payments. */
import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type AlarmRow,
  consumerRows,
  counted,
  functionRows,
  metricOf,
  neverErrors,
  PERIOD,
  queueRows,
  SILENCE_IS_BAD,
} from './alarm-rows.ts';
import type { HouseFunction } from './house-function.ts';
import { pascalCase } from './pascal-case.ts';
import type { Payments } from './payments.ts';
import type { ProviderPayments } from './provider-payments.ts';

/** The clock comes each minute: what it could not go on with for so long is more than a moment's trouble. */
const PAYMENTS_OVERDUE_SECONDS = 15 * 60;
/** Each run of the hour looks three hours back: what an older gap holds is found by the run of the day at the earliest. */
const RECONCILIATION_AGE_SECONDS = 3 * 3600;
/** Three runs: one that is late for a moment is no silence. */
const RECONCILIATION_PERIOD = Duration.hours(3);

/** The rows of each part, and what the names of its alarms begin with. */
export function paymentsRows({ pay, providers }: Payments): (readonly [string, AlarmRow[]])[] {
  const unavailable = counted(
    pay.service,
    'PayUnavailable',
    'Payments could not be written down or read in time: requests are answered 503, and their key is safe to send again. See the DynamoDB tables.',
  );
  return [['PaymentsPay', [unavailable, neverErrors(pay), ...functionRows(pay)]], ...providers.flatMap(providerRows)];
}

function providerRows(one: ProviderPayments): (readonly [string, AlarmRow[]])[] {
  const prefix = `Payments${pascalCase(one.provider.name)}`;
  return [
    [`${prefix}Charge`, [...queueRows(one.charge), ...workRows(one.charge.charge)]],
    [`${prefix}Confirm`, [...consumerRows(one.confirm, one.confirm.confirm), disputed(one.confirm.confirm)]],
    [`${prefix}Clock`, clockRows(one.clock.clock)],
    [`${prefix}Reconcile`, reconcileRows(one.reconcile.reconcile)],
  ];
}

function clockRows(clock: HouseFunction): AlarmRow[] {
  return [
    {
      ...counted(
        clock.service,
        'PaymentsOverdueSeconds',
        'The clock of payments does not run, or payments are due for long that it cannot go on with. See its log, and whether the provider answers.',
      ),
      metric: metricOf(clock.service, 'PaymentsOverdueSeconds', { statistic: Stats.MAXIMUM, period: PERIOD }),
      from: PAYMENTS_OVERDUE_SECONDS,
      silence: SILENCE_IS_BAD,
    },
    ...workRows(clock),
  ];
}

/** Of both that bring a payment on: they call the provider, and write down what they learn. */
function workRows(worker: HouseFunction): AlarmRow[] {
  return [
    disputed(worker),
    ...apiKeyRows(worker),
    counted(
      worker.service,
      'LookupIncomplete',
      'A list of the provider was not read to its end, so whether it has a payment stays unknown; the next look goes on from there.',
    ),
    neverErrors(worker),
    ...functionRows(worker),
  ];
}

function reconcileRows(reconcile: HouseFunction): AlarmRow[] {
  const { service } = reconcile;
  const options = { statistic: Stats.MAXIMUM, period: RECONCILIATION_PERIOD };
  return [
    {
      ...counted(
        service,
        'ReconciliationLagSeconds',
        'Reconciliation does not run or comes to no end: what the provider did not tell by webhook is not found until it does.',
      ),
      metric: metricOf(service, 'ReconciliationLagSeconds', options),
      from: RECONCILIATION_AGE_SECONDS,
      silence: SILENCE_IS_BAD,
    },
    counted(
      service,
      'ReconciliationDifferences',
      "The provider's list and ours differ in what no event can mend. The report in the reconciliation table names it.",
    ),
    counted(
      service,
      'ReconciliationFailed',
      'A run of reconciliation was stopped: the provider did not answer or the store did not. The next one goes on where it was; see the log.',
    ),
    ...apiKeyRows(reconcile),
    neverErrors(reconcile),
    ...functionRows(reconcile),
  ];
}

function disputed({ service }: HouseFunction): AlarmRow {
  const means = 'What the provider says of a payment contradicts what is recorded. A human must decide: see the log.';
  return counted(service, 'PaymentsDisputed', means);
}

/** Of whoever calls the provider. */
function apiKeyRows({ service }: HouseFunction): AlarmRow[] {
  return [
    counted(service, 'SecretUnavailable', 'The API key was never put in or could not be read: what needs it waits. See Secrets Manager.'),
    counted(
      service,
      'NoActiveSecret',
      'The secret of the API key has no active entry: what needs it waits. Put in the key from the provider.',
    ),
    counted(
      service,
      'ProviderUnauthorized',
      'The provider does not take the API key: it is wrong, revoked or lacks a permission. Put in another one with `oncehook secret set`.',
    ),
  ];
}
