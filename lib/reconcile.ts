/** The scheduled function that holds the provider's own lists of events and payments against ours; it can be invoked by hand too. */
import { Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HouseFunction } from './house-function.ts';
import { type ProviderPartProps, providerAliases } from './provider-part.ts';
import { addSchedule, neverAgain } from './schedule.ts';
import { RECONCILE_EVENT_MINUTES_MAX, RECONCILE_RUNS, RECONCILE_TIMEOUT_SECONDS } from './sizing.ts';
import { dictionaryFile, expectedEvents } from './webhook-source.ts';

export class Reconcile extends Construct {
  readonly reconcile: HouseFunction;

  constructor(scope: Construct, id: string, props: ProviderPartProps) {
    super(scope, id);
    const { provider, tables, charged, apiKeyId, books } = props;
    const kept = Object.fromEntries(books.tables.map((name) => [name, tables.declaredAs(name)]));
    const { source } = provider;
    this.reconcile = new HouseFunction(this, 'Reconcile', {
      kind: 'reconcile',
      name: provider.name,
      timeoutSeconds: RECONCILE_TIMEOUT_SECONDS,
      aliases: {
        ...providerAliases(props),
        '#books': books.file,
        '#provider': source.provider.file,
        '#dictionary': dictionaryFile(source.provider),
      },
      environment: {
        EVENTS_TABLE: tables.events.tableName,
        OUTBOX_TABLE: tables.outbox.tableName,
        INBOX_TABLE: tables.inbox.tableName,
        PAYMENTS_TABLE: charged.payments.tableName,
        RECONCILIATION_TABLE: charged.reconciliation.tableName,
        BOOKS_TABLES: Stack.of(this).toJsonString(Object.fromEntries(Object.entries(kept).map(([name, table]) => [name, table.tableName]))),
        API_KEY_ID: apiKeyId,
        MODE: provider.mode,
        SOURCE: source.name,
        ...expectedEvents(source),
      },
    });
    this.grant(props);
    if (books.tables.length > 0)
      this.reconcile.allow(
        ['dynamodb:GetItem'],
        Object.values(kept).map(({ tableArn }) => tableArn),
      );
    neverAgain(this.reconcile, RECONCILE_EVENT_MINUTES_MAX);
    for (const { everyHours, hours } of RECONCILE_RUNS) this.runEvery(everyHours, { hours });
  }

  private grant({ tables, charged, apiKeyId }: ProviderPartProps): void {
    const { reconcile } = this;
    reconcile.allow(['dynamodb:BatchGetItem', 'dynamodb:PutItem'], [tables.events.tableArn]);
    reconcile.allow(['dynamodb:PutItem', 'dynamodb:Query'], [tables.outbox.tableArn]);
    reconcile.allow(['dynamodb:BatchGetItem'], [tables.inbox.tableArn]);
    reconcile.allow(['dynamodb:GetItem'], [charged.payments.tableArn]);
    reconcile.allow(['dynamodb:Query'], [charged.madeArn]);
    reconcile.allow(['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:Query'], [charged.reconciliation.tableArn]);
    reconcile.allow(['secretsmanager:GetSecretValue'], [apiKeyId]);
  }

  private runEvery(everyHours: number, input: { readonly hours: number }): void {
    addSchedule(this, `Every${everyHours}Hours`, {
      run: this.reconcile,
      description: `Looks ${input.hours} hours back.`,
      every: everyHours % 24 === 0 ? Duration.days(everyHours / 24) : Duration.hours(everyHours),
      input,
      eventMinutesMax: RECONCILE_EVENT_MINUTES_MAX,
    });
  }
}
