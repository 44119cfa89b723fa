/** The whole product as one stack: it wires the constructs of this folder and decides nothing by itself. */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import type { ProviderBooks } from './books-module.ts';
import type { LoadedConsumer } from './consumers.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { EventConsumer } from './event-consumer.ts';
import { OutboxRelay } from './outbox-relay.ts';
import { pascalCase } from './pascal-case.ts';
import { Payments } from './payments.ts';
import type { PaymentsProvider } from './payments-settings.ts';
import { Settlement } from './settlement.ts';
import type { Source } from './sources.ts';
import { addOutputs } from './stack-outputs.ts';
import { Tables } from './tables.ts';
import { WebhookApi } from './webhook-api.ts';
import { WebhookSource } from './webhook-source.ts';

export type OncehookStackProps = {
  readonly sources: readonly Source[];
  readonly consumers: readonly LoadedConsumer[];
  /** What payments are charged through; none are where it is empty. */
  readonly payments: readonly PaymentsProvider[];
  /** The module behind `#routes`. */
  readonly routesFile: string;
  /** The module behind `#payments`. */
  readonly paymentsFile: string;
  /** By provider of payments. */
  readonly books: { readonly [provider: string]: ProviderBooks };
  /** A throw-away stack: its tables and secrets go with it. */
  readonly ephemeral: boolean;
  /** The SNS topic for alarms. @default - alarms are seen in CloudWatch only */
  readonly alarmTopicArn: string | undefined;
};

/**
 * The ids given here become logical ids: changing one replaces the resource behind it. Nothing has a physical name, so that a second
 * stack fits into the same account.
 */
export class OncehookStack extends Stack {
  constructor(scope: Construct, id: string, props: OncehookStackProps) {
    super(scope, id, { description: 'oncehook: payment webhooks that take effect exactly once' });
    const { routesFile, ephemeral } = props;
    const declared = props.consumers.flatMap(({ tables }) => Object.keys(tables));
    const tables = new Tables(this, 'Tables', { ephemeral, declared, payments: props.payments.length > 0 });
    const consumers = props.consumers
      .filter(({ settled }) => settled)
      .map(
        (consumer) =>
          new EventConsumer(this, `Consume${pascalCase(consumer.name)}`, { stack: this, consumer, tables, routesFile, ephemeral }),
      );
    const deliveries = props.consumers
      .filter(({ settled }) => !settled)
      .map((consumer) => new DeliveryQueue(this, `Deliver${pascalCase(consumer.name)}`, { consumer, ephemeral }));
    const api = new WebhookApi(this, 'Webhooks');
    const payments = this.payments(props, tables, api);
    const receivers = [...consumers, ...(payments?.receivers ?? [])];
    const relay = new OutboxRelay(this, 'Relay', { stack: this, outbox: tables.outbox, receivers: [...receivers, ...deliveries] });
    const sources = props.sources.map(
      (source) => new WebhookSource(this, `Ingest${pascalCase(source.name)}`, { source, api, tables, routesFile, ephemeral }),
    );
    const addressing = [...sources.map(({ ingest }) => ingest), ...consumers.map(({ consume }) => consume), ...(payments?.functions ?? [])];
    // Events are addressed where they are stored or published: a new address must not be used before the relay knows its queue.
    for (const { fn } of addressing) fn.node.addDependency(relay.relay.fn);
    const settlement = new Settlement(this, 'Settlement', { stack: this, tables, receivers, routesFile });
    new Alarms(this, 'Alarms', { sources, consumers, deliveries, relay, settlement, payments, topicArn: props.alarmTopicArn });
    addOutputs(this, { tables, sources, receivers, deliveries, payments, relayFailures: relay.failures });
  }

  private payments(props: OncehookStackProps, tables: Tables, api: WebhookApi): Payments | undefined {
    const { payments: providers, paymentsFile, books, routesFile, ephemeral } = props;
    const { charged } = tables;
    if (charged === undefined) return undefined;
    return new Payments(this, 'Payments', { providers, api, tables, charged, paymentsFile, books, routesFile, ephemeral });
  }
}
