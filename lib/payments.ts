/** Payments that are asked for by our own API: what takes the requests, and for each provider what charges them. */
import { Construct } from 'constructs';
import type { ProviderBooks } from './books-module.ts';
import { HouseFunction } from './house-function.ts';
import { pascalCase } from './pascal-case.ts';
import type { PaymentsProvider } from './payments-settings.ts';
import { ProviderPayments } from './provider-payments.ts';
import type { Receiver } from './receiver.ts';
import { PAY_TIMEOUT_SECONDS } from './sizing.ts';
import type { PaymentsTables, Tables } from './tables.ts';
import type { WebhookApi } from './webhook-api.ts';

export type PaymentsProps = {
  readonly providers: readonly PaymentsProvider[];
  readonly api: WebhookApi;
  readonly tables: Tables;
  readonly charged: PaymentsTables;
  /** The module behind `#payments`. */
  readonly paymentsFile: string;
  readonly books: { readonly [provider: string]: ProviderBooks };
  readonly routesFile: string;
  readonly ephemeral: boolean;
};

export class Payments extends Construct {
  readonly url: string;
  readonly tables: PaymentsTables;
  readonly pay: HouseFunction;
  readonly providers: readonly ProviderPayments[];

  constructor(scope: Construct, id: string, props: PaymentsProps) {
    super(scope, id);
    const { api, charged, tables, paymentsFile, books, routesFile, ephemeral } = props;
    this.tables = charged;
    this.pay = new HouseFunction(this, 'Pay', {
      kind: 'pay',
      timeoutSeconds: PAY_TIMEOUT_SECONDS,
      aliases: { '#payments': paymentsFile, '#routes': routesFile },
      environment: {
        PAYMENTS_TABLE: charged.payments.tableName,
        OUTBOX_TABLE: tables.outbox.tableName,
        EVENTS_TABLE: tables.events.tableName,
      },
    });
    this.pay.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [charged.payments.tableArn]);
    this.pay.allow(['dynamodb:PutItem'], [tables.outbox.tableArn, tables.events.tableArn]);
    this.url = api.addPayments(this, this.pay.fn);
    this.providers = props.providers.map(
      (provider) =>
        new ProviderPayments(this, pascalCase(provider.name), {
          provider,
          tables,
          charged,
          books: books[provider.name] as ProviderBooks,
          routesFile,
          ephemeral,
        }),
    );
  }

  /** Whoever has a queue. */
  get receivers(): readonly Receiver[] {
    return this.providers.flatMap(({ charge, confirm }) => [charge, confirm]);
  }

  /** All of them address what they store. */
  get functions(): readonly HouseFunction[] {
    const ofProviders = this.providers.flatMap(({ charge, confirm, clock, reconcile }) => [
      charge.charge,
      confirm.confirm,
      clock.clock,
      reconcile.reconcile,
    ]);
    return [this.pay, ...ofProviders];
  }
}
