/** The scheduled function that goes on with payments whose time has come: looks an unknown outcome up, or gives one up. */
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HouseFunction } from './house-function.ts';
import { type ProviderPartProps, providerAliases } from './provider-part.ts';
import { addSchedule, neverAgain } from './schedule.ts';
import { PAYMENTS_CLOCK_EVENT_MINUTES_MAX, PAYMENTS_CLOCK_EVERY_MINUTES, PAYMENTS_CLOCK_TIMEOUT_SECONDS } from './sizing.ts';

export class PaymentsClock extends Construct {
  readonly clock: HouseFunction;

  constructor(scope: Construct, id: string, props: ProviderPartProps) {
    super(scope, id);
    const { provider, tables, charged, apiKeyId } = props;
    this.clock = new HouseFunction(this, 'Clock', {
      kind: 'payments-clock',
      name: provider.name,
      timeoutSeconds: PAYMENTS_CLOCK_TIMEOUT_SECONDS,
      aliases: providerAliases(props),
      environment: {
        PAYMENTS_TABLE: charged.payments.tableName,
        OUTBOX_TABLE: tables.outbox.tableName,
        API_KEY_ID: apiKeyId,
        MODE: provider.mode,
      },
    });
    this.clock.allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], [charged.payments.tableArn]);
    this.clock.allow(['dynamodb:Query'], [charged.dueArn]);
    this.clock.allow(['dynamodb:PutItem'], [tables.outbox.tableArn]);
    this.clock.allow(['secretsmanager:GetSecretValue'], [apiKeyId]);
    neverAgain(this.clock, PAYMENTS_CLOCK_EVENT_MINUTES_MAX);
    addSchedule(this, 'Schedule', {
      run: this.clock,
      description: `Goes on with payments through ${provider.name} whose time has come.`,
      every: Duration.minutes(PAYMENTS_CLOCK_EVERY_MINUTES),
      eventMinutesMax: PAYMENTS_CLOCK_EVENT_MINUTES_MAX,
    });
  }
}
