/** The releases of one simulated stack: which consumers there are, who subscribes to what, and how payloads are stored. */
import type { APIGatewayProxyEventV2, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import ledger from '../../lambdas/consumers/ledger.ts';
import receipts from '../../lambdas/consumers/receipts.ts';
import type { Consumer } from '../../lambdas/core/contracts.ts';
import { noDictionaries, openDictionary } from '../../lambdas/core/dictionary.ts';
import type { Route } from '../../lambdas/core/routes.ts';
import { dictionaryOf } from '../../lambdas/dictionaries/all.ts';
import { dictionary as stripe1 } from '../../lambdas/dictionaries/stripe-1.ts';
import { createConsume } from '../../lambdas/pipeline/consume.ts';
import { createIngest } from '../../lambdas/pipeline/ingest.ts';
import { createRelay } from '../../lambdas/pipeline/relay.ts';
import { createSettle } from '../../lambdas/pipeline/settle.ts';
import stripe from '../../lambdas/providers/stripe.ts';
import { CONSUME_TIMEOUT_SECONDS, INGEST_TIMEOUT_SECONDS, RELAY_TIMEOUT_SECONDS, SETTLE_TIMEOUT_SECONDS } from '../../lib/sizing.ts';
import { batchProvider } from './batch-provider.ts';
import { countedConsumer } from './consumers/counted-consumer.ts';
import { counter } from './consumers/counter.ts';
import { fragile } from './consumers/fragile.ts';
import { mail, type Outside } from './consumers/mail.ts';
import { seat } from './consumers/seat.ts';
import { status } from './consumers/status.ts';
import { steps } from './consumers/steps.ts';
import type { FunctionSpec, Handler } from './function-host.ts';
import type { FunctionInstance } from './function-instance.ts';
import type { InstancePorts } from './instance-ports.ts';
import { NO_OUTSIDE, type OutsideWorld } from './outside-world.ts';
import type { SourceSecrets } from './source-secrets.ts';

export type ReleaseOptions = {
  readonly counterEpoch: number;
  /** Whether payloads are stored with the provider's dictionary; every release can read them. */
  readonly dictionary: boolean;
  /** A relay of the release before dictionaries: it keeps what it cannot read for later. */
  readonly olderRelay?: boolean;
};

export type Stack = {
  /** Names of the consumers that exist in this seed. */
  readonly consumers: readonly string[];
  readonly secrets: { readonly [source: string]: SourceSecrets };
  queueUrl(consumer: string): string;
  ports(instance: FunctionInstance): InstancePorts;
  /** Whether `fragile` still has its mistake. */
  mistaken(): boolean;
  /** Where `mail` sends to. */
  readonly outside: OutsideWorld;
};

/** Every consumer that a seed may have; the ledger's receipts come with it. */
export const CONSUMER_NAMES = ['ledger', 'receipts', 'counter', 'status', 'seat', 'steps', 'fragile'] as const;
/** Drawn apart from the others, so that seeds without it go on as they were. */
export const SENDER_NAME = 'mail';

/** Tables of consumers, by which every release declares them. */
export const OWN_TABLES = ['Ledger', 'Receipts', 'Counters', 'States', 'Seats', 'Steps', 'Notes', 'Tally'] as const;
/** The sender's, made only where it is there. */
export const SENDER_TABLE = 'Mails';

export function consumersOf(
  stack: Pick<Stack, 'consumers' | 'mistaken'>,
  { counterEpoch }: ReleaseOptions,
  outside: Outside = NO_OUTSIDE,
): readonly Consumer[] {
  const all = [ledger, receipts, counter(counterEpoch), status, seat, steps, fragile(stack.mistaken), mail(outside)];
  return all.filter(({ name }) => stack.consumers.includes(name)).map(countedConsumer);
}

export function routesOf(consumers: readonly Consumer[]): readonly Route[] {
  return consumers.map(({ name, epoch, subscribes }) => ({ address: `${name}@${epoch}`, subscribes }));
}

/** The functions of one release by name. */
export function releaseOf(stack: Stack, options: ReleaseOptions): { readonly [name: string]: FunctionSpec } {
  const consumers = consumersOf(stack, options);
  const routes = routesOf(consumers);
  const specs: [string, FunctionSpec][] = Object.keys(stack.secrets).map((source) => [
    `ingest-${source}`,
    ingestOf(stack, { ...options, source, routes }),
  ]);
  specs.push(['relay', relayOf(stack, options)], ['settle', settleOf(stack)]);
  for (const consumer of consumers) specs.push([`consume-${consumer.name}`, consumeOf(stack, consumer.name, { ...options, routes })]);
  return Object.fromEntries(specs);
}

/** Opened once for the process: it never changes. */
const STRIPE_DICTIONARY = openDictionary(stripe1);

function ingestOf(
  stack: Stack,
  { source, routes, dictionary }: ReleaseOptions & { readonly source: string; readonly routes: readonly Route[] },
): FunctionSpec {
  const settings = {
    source,
    provider: source === 'stripe-batch' ? batchProvider : stripe,
    routes,
    tables: { events: 'Events', outbox: 'Outbox' },
    secretId: (stack.secrets[source] as SourceSecrets).secretId,
    mode: source === 'stripe-eu' ? ('live' as const) : undefined,
    dictionary: dictionary ? STRIPE_DICTIONARY : undefined,
  };
  return {
    timeoutMillis: INGEST_TIMEOUT_SECONDS * 1000,
    create: (instance): Handler => {
      const handler = createIngest(settings, stack.ports(instance));
      return async (event, context) => handler(event as APIGatewayProxyEventV2, context);
    },
  };
}

function relayOf(stack: Stack, { olderRelay = false }: ReleaseOptions): FunctionSpec {
  const queueUrls = Object.fromEntries(stack.consumers.map((name) => [name, stack.queueUrl(name)]));
  return {
    timeoutMillis: RELAY_TIMEOUT_SECONDS * 1000,
    create: (instance): Handler => {
      const handler = createRelay({ queueUrls, dictionaryOf: olderRelay ? noDictionaries : dictionaryOf }, stack.ports(instance));
      return async (event, context) => handler(event as DynamoDBStreamEvent, context);
    },
  };
}

function settleOf(stack: Stack): FunctionSpec {
  const queueUrls = Object.fromEntries(stack.consumers.map((name) => [name, stack.queueUrl(name)]));
  const tables = { outbox: 'Outbox', inbox: 'Inbox', settlement: 'Settlement' };
  return {
    timeoutMillis: SETTLE_TIMEOUT_SECONDS * 1000,
    create: (instance): Handler => {
      const handler = createSettle({ queueUrls, dictionaryOf, retired: [], delivered: [], tables }, stack.ports(instance));
      return async (event, context) => handler(event, context);
    },
  };
}

function consumeOf(
  stack: Stack,
  name: string,
  { routes, ...options }: ReleaseOptions & { readonly routes: readonly Route[] },
): FunctionSpec {
  const own = Object.fromEntries([...OWN_TABLES, SENDER_TABLE].map((table) => [table, table]));
  const settings = { routes, queueUrl: stack.queueUrl(name), tables: { inbox: 'Inbox', outbox: 'Outbox', own } };
  return {
    timeoutMillis: CONSUME_TIMEOUT_SECONDS * 1000,
    create: (instance): Handler => {
      const consumer = consumersOf(stack, options, stack.outside.seenFrom(instance)).find((one) => one.name === name) as Consumer;
      const handler = createConsume({ ...settings, consumer }, stack.ports(instance));
      return async (event, context) => handler(event as SQSEvent, context);
    },
  };
}
