/** The whole product as one stack: it wires the constructs of this folder and decides nothing by itself. */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import type { LoadedConsumer } from './consumers.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { EventConsumer } from './event-consumer.ts';
import { OutboxRelay } from './outbox-relay.ts';
import { pascalCase } from './pascal-case.ts';
import { Settlement } from './settlement.ts';
import type { Source } from './sources.ts';
import { addOutputs } from './stack-outputs.ts';
import { Tables } from './tables.ts';
import { WebhookApi } from './webhook-api.ts';
import { WebhookSource } from './webhook-source.ts';

export type OncehookStackProps = {
  readonly sources: readonly Source[];
  readonly consumers: readonly LoadedConsumer[];
  /** The module behind `#routes`. */
  readonly routesFile: string;
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
    const tables = new Tables(this, 'Tables', { ephemeral, declared });
    const consumers = props.consumers
      .filter(({ settled }) => settled)
      .map(
        (consumer) =>
          new EventConsumer(this, `Consume${pascalCase(consumer.name)}`, { stack: this, consumer, tables, routesFile, ephemeral }),
      );
    const deliveries = props.consumers
      .filter(({ settled }) => !settled)
      .map((consumer) => new DeliveryQueue(this, `Deliver${pascalCase(consumer.name)}`, { consumer, ephemeral }));
    const relay = new OutboxRelay(this, 'Relay', {
      stack: this,
      outbox: tables.outbox,
      queues: Object.fromEntries([...consumers, ...deliveries].map(({ consumer, queue }) => [consumer.name, queue])),
    });
    const api = new WebhookApi(this, 'Webhooks');
    const sources = props.sources.map(
      (source) => new WebhookSource(this, `Ingest${pascalCase(source.name)}`, { source, api, tables, routesFile, ephemeral }),
    );
    // Events are addressed where they are stored or published: a new address must not be used before the relay knows its queue.
    for (const { fn } of [...sources.map(({ ingest }) => ingest), ...consumers.map(({ consume }) => consume)])
      fn.node.addDependency(relay.relay.fn);
    const settlement = new Settlement(this, 'Settlement', {
      stack: this,
      tables,
      queues: Object.fromEntries(consumers.map(({ consumer, queue, deadLetters }) => [consumer.name, { queue, deadLetters }])),
      routesFile,
    });
    new Alarms(this, 'Alarms', { sources, consumers, deliveries, relay, settlement, topicArn: props.alarmTopicArn });
    addOutputs(this, { tables, sources, consumers, deliveries, relayFailures: relay.failures });
  }
}
