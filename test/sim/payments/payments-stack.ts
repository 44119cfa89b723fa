/** One deployed stack that charges: its functions, tables and queues on the simulated services, before the simulated provider. */
import type { APIGatewayProxyEventV2, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import ledger from '../../../lambdas/consumers/ledger.ts';
import type { Books, Consumer } from '../../../lambdas/core/contracts.ts';
import type { ReconcileRequest } from '../../../lambdas/core/reconciliation.ts';
import type { Route } from '../../../lambdas/core/routes.ts';
import { dictionaryOf } from '../../../lambdas/dictionaries/all.ts';
import { createCharge } from '../../../lambdas/pipeline/charge.ts';
import { confirmConsumer } from '../../../lambdas/pipeline/confirm-payment.ts';
import { createConsume } from '../../../lambdas/pipeline/consume.ts';
import { createIngest } from '../../../lambdas/pipeline/ingest.ts';
import { createPay } from '../../../lambdas/pipeline/pay.ts';
import { createPaymentsClock } from '../../../lambdas/pipeline/payments-clock.ts';
import { createProviderCalls } from '../../../lambdas/pipeline/provider-calls.ts';
import { createReconcile } from '../../../lambdas/pipeline/reconcile.ts';
import type { ReconcileSettings } from '../../../lambdas/pipeline/reconciliation-run.ts';
import { createRelay } from '../../../lambdas/pipeline/relay.ts';
import { createSecretCache } from '../../../lambdas/pipeline/secret-cache.ts';
import { createSettle } from '../../../lambdas/pipeline/settle.ts';
import stripeApi from '../../../lambdas/provider-apis/stripe.ts';
import stripe from '../../../lambdas/providers/stripe.ts';
import {
  CHARGE_TIMEOUT_SECONDS,
  CONSUME_TIMEOUT_SECONDS,
  INGEST_TIMEOUT_SECONDS,
  PAYMENTS_CLOCK_TIMEOUT_SECONDS,
  RECONCILE_TIMEOUT_SECONDS,
  RELAY_TIMEOUT_SECONDS,
  SETTLE_TIMEOUT_SECONDS,
} from '../../../lib/sizing.ts';
import type { JsonObject } from '../../../local/engines/service-engine.ts';
import { createFunctionHost, type FunctionHost, type FunctionSpec, type Handler } from '../function-host.ts';
import type { FunctionInstance } from '../function-instance.ts';
import { type InstancePorts, instancePorts } from '../instance-ports.ts';
import { createQueueMapping, type QueueMapping } from '../queue-mapping.ts';
import { createServiceNetwork } from '../service-network.ts';
import { createSettlementSchedule, type SettlementSchedule } from '../settlement-schedule.ts';
import type { SimContext } from '../sim-context.ts';
import { createSimulatedCloud, type SimulatedCloud } from '../simulated-cloud.ts';
import { createStreamMapping, type StreamMapping } from '../stream-mapping.ts';
import { type ClockSchedule, createClockSchedule } from './clock-schedule.ts';
import { CHARGE_VISIBILITY_SECONDS, createPaymentsQueues, createPaymentsTables, QUEUES } from './payments-resources.ts';
import { createShop, type Shop } from './shop.ts';
import { createSimulatedStripe, type SimulatedStripe } from './simulated-stripe.ts';
import { teller } from './teller.ts';

export type PaymentsStack = {
  /** What may stand in no log: the secrets, and the beginning of every payment method. */
  readonly hidden: readonly string[];
  readonly cloud: SimulatedCloud;
  readonly host: FunctionHost;
  readonly stripe: SimulatedStripe;
  readonly shop: Shop;
  readonly clock: ClockSchedule;
  readonly settlement: SettlementSchedule;
  readonly streamMapping: StreamMapping;
  readonly queueMappings: { readonly [queue: string]: QueueMapping };
};

/** For tests: makes the ports of an instance worse than any network could. */
export type PaymentsSabotage = (ports: InstancePorts, functionName: string) => InstancePorts;

export const SOURCE = 'stripe';
const TABLES = { payments: 'Payments', outbox: 'Outbox' };
const API_KEY_ID = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:payments-stripe';
const WEBHOOK_SECRET_ID = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:stripe';

const confirmOf = (telemetry: Parameters<typeof confirmConsumer>[1]['telemetry']) =>
  confirmConsumer(stripeApi, { source: SOURCE, mode: 'test', telemetry });
const CONFIRM = confirmOf({ count: () => undefined, log: () => undefined });

export const ROUTES: readonly Route[] = [CONFIRM, ledger, teller].map(({ name, epoch, subscribes }) => ({
  address: `${name}@${epoch}`,
  subscribes,
}));

const RECONCILE: ReconcileSettings = {
  source: SOURCE,
  provider: stripe,
  api: stripeApi,
  routes: ROUTES,
  listedMode: 'test',
  books: [{ address: 'ledger@1', books: ledger.books?.['stripe'] as Books }],
  tables: { ...TABLES, events: 'Events', inbox: 'Inbox', reconciliation: 'Reconciliation', books: { Ledger: 'Ledger' } },
};

export async function createPaymentsStack(context: SimContext, sabotage?: PaymentsSabotage): Promise<PaymentsStack> {
  const cloud = createSimulatedCloud(context);
  await createPaymentsTables(cloud);
  const urls = await createPaymentsQueues(cloud);
  const network = createServiceNetwork(context, cloud);
  const host = createFunctionHost(context);
  const random = context.random.fork('payment secrets');
  const bytes = () => Uint8Array.from({ length: 32 }, () => random.between(0, 255));
  const webhookSecret = stripe.makeSecret(bytes());
  const put = (id: string, secret: string) => cloud.putSecret(id, JSON.stringify({ active: [{ id: 'first', secret }] }));
  put(WEBHOOK_SECRET_ID, webhookSecret);
  const apiKey = stripeApi.makeKey(bytes());
  put(API_KEY_ID, apiKey);
  const provider = createSimulatedStripe(context, { host, source: SOURCE, webhookSecret });
  const ports = (instance: FunctionInstance) => {
    const own = instancePorts(context, instance, network);
    return sabotage?.(own, instance.name.split('/')[0] as string) ?? own;
  };
  const workPorts = (instance: FunctionInstance) => {
    const own = ports(instance);
    const edges = { network: provider.line.network(instance), apiKeys: createSecretCache(API_KEY_ID, own), telemetry: own.telemetry };
    return { ...own, calls: createProviderCalls(stripeApi, edges, { mode: 'test' }) };
  };
  host.deploy('first', functionsOf({ urls, ports, workPorts }));
  const streamMapping = createStreamMapping(context, cloud, (event) => host.invoke('relay', event));
  const queueMappings = Object.fromEntries(
    QUEUES.map((queue) => [queue, mappingOf({ context, cloud, host }, queue, urls[queue] as string)]),
  );
  context.listen((sighting) => {
    if (sighting.kind === 'commit' && sighting.writes.some(({ table }) => table === 'Outbox')) streamMapping.ring();
    if (sighting.kind === 'record appeared') streamMapping.ring();
    if (sighting.kind === 'messages sent') queueMappings[sighting.queue]?.wakeAfter(5);
    if (sighting.kind === 'message hidden') queueMappings[sighting.queue]?.wakeAfter(sighting.seconds * 1000);
  });
  return {
    cloud,
    host,
    stripe: provider,
    hidden: [apiKey, webhookSecret, 'pm_'],
    shop: createShop(context, host),
    clock: createClockSchedule(context, cloud, host),
    settlement: createSettlementSchedule(context, host),
    streamMapping,
    queueMappings,
  };
}

type Sim = { readonly context: SimContext; readonly cloud: SimulatedCloud; readonly host: FunctionHost };

function mappingOf({ context, cloud, host }: Sim, queue: string, queueUrl: string): QueueMapping {
  const charges = queue === 'charge-stripe';
  return createQueueMapping(context, cloud, {
    queue,
    queueUrl,
    ...(charges ? { visibilityMillis: CHARGE_VISIBILITY_SECONDS * 1000 } : {}),
    invoke: (event: JsonObject) => host.invoke(charges ? queue : `consume-${queue}`, event),
  });
}

type Parts = {
  readonly urls: { readonly [queue: string]: string };
  ports(instance: FunctionInstance): InstancePorts;
  workPorts(instance: FunctionInstance): InstancePorts & Parameters<typeof createCharge>[1];
};

function functionsOf({ urls, ports, workPorts }: Parts): { readonly [name: string]: FunctionSpec } {
  const of = (timeoutMillis: number, create: (instance: FunctionInstance) => Handler): FunctionSpec => ({ timeoutMillis, create });
  const queueUrls = Object.fromEntries(QUEUES.map((queue) => [queue, urls[queue] as string]));
  const work = { api: stripeApi, routes: ROUTES, tables: TABLES };
  const consumeOf = (consumerOf: (instance: InstancePorts) => Consumer, tablesOfIts: { readonly [name: string]: string }) =>
    of(CONSUME_TIMEOUT_SECONDS * 1000, (instance) => {
      const tables = { inbox: 'Inbox', outbox: 'Outbox', own: tablesOfIts };
      const own = ports(instance);
      const consumer = consumerOf(own);
      const handler = createConsume({ consumer, routes: ROUTES, queueUrl: urls[consumer.name] as string, tables }, own);
      return async (event, context) => handler(event as SQSEvent, context);
    });
  return {
    [`ingest-${SOURCE}`]: of(INGEST_TIMEOUT_SECONDS * 1000, (instance) => {
      const tables = { events: 'Events', outbox: 'Outbox' };
      const handler = createIngest(
        { source: SOURCE, provider: stripe, routes: ROUTES, tables, secretId: WEBHOOK_SECRET_ID },
        ports(instance),
      );
      return async (event, context) => handler(event as APIGatewayProxyEventV2, context);
    }),
    relay: of(RELAY_TIMEOUT_SECONDS * 1000, (instance) => {
      const handler = createRelay({ queueUrls, dictionaryOf }, ports(instance));
      return async (event, context) => handler(event as DynamoDBStreamEvent, context);
    }),
    settle: of(SETTLE_TIMEOUT_SECONDS * 1000, (instance) => {
      const tables = { outbox: 'Outbox', inbox: 'Inbox', settlement: 'Settlement' };
      const handler = createSettle({ queueUrls, dictionaryOf, retired: [], delivered: [], tables }, ports(instance));
      return async (event, context) => handler(event, context);
    }),
    pay: of(INGEST_TIMEOUT_SECONDS * 1000, (instance) => {
      const providers = { stripe: { api: stripeApi, mode: 'test' as const, address: 'charge-stripe@1' } };
      const handler = createPay({ providers, routes: ROUTES, tables: { ...TABLES, events: 'Events' } }, ports(instance));
      return async (event, context) => handler(event as APIGatewayProxyEventV2, context);
    }),
    'charge-stripe': of(CHARGE_TIMEOUT_SECONDS * 1000, (instance) => {
      const settings = { ...work, name: 'charge-stripe', queueUrl: urls['charge-stripe'] as string, inbox: 'Inbox' };
      const handler = createCharge(settings, workPorts(instance));
      return async (event, context) => handler(event as SQSEvent, context);
    }),
    'payments-clock': of(PAYMENTS_CLOCK_TIMEOUT_SECONDS * 1000, (instance) => {
      const handler = createPaymentsClock(work, workPorts(instance));
      return async (event, context) => handler(event, context);
    }),
    'consume-confirm-stripe': consumeOf(({ telemetry }) => confirmOf(telemetry), { Payments: 'Payments' }),
    'consume-teller': consumeOf(() => teller, { Told: 'Told' }),
    'consume-ledger': consumeOf(() => ledger, { Ledger: 'Ledger' }),
    reconcile: of(RECONCILE_TIMEOUT_SECONDS * 1000, (instance) => {
      const handler = createReconcile(RECONCILE, workPorts(instance));
      return async (event, context) => handler(event as ReconcileRequest, context);
    }),
  };
}
