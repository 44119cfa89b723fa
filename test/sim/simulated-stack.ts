/** One deployed stack on the simulated services: tables, queues, functions and mappings, with the numbers they are deployed with. */
import { RECEIVES_MAX } from '../../lambdas/core/limits.ts';
import { DEAD_LETTER_RETENTION_DAYS, QUEUE_RETENTION_DAYS } from '../../lib/sizing.ts';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import type { CommittedState } from './committed-state.ts';
import { OWN_TABLES, releaseOf, SENDER_NAME, SENDER_TABLE, type Stack } from './deployment.ts';
import { createFunctionHost } from './function-host.ts';
import { type InstancePorts, instancePorts } from './instance-ports.ts';
import { FIRST_RELEASE, type OperatedStack } from './operator.ts';
import { createOutsideWorld } from './outside-world.ts';
import { createQueueMapping, VISIBILITY_MILLIS } from './queue-mapping.ts';
import { createServiceNetwork } from './service-network.ts';
import { createSettlementSchedule } from './settlement-schedule.ts';
import type { SimContext } from './sim-context.ts';
import { createSimulatedCloud, type SimulatedCloud } from './simulated-cloud.ts';
import { createSimulatedProvider } from './simulated-provider.ts';
import { createSourceSecrets } from './source-secrets.ts';
import { createStreamMapping } from './stream-mapping.ts';
import { SOURCES } from './workload.ts';

export type StackOptions = {
  readonly consumers: readonly string[];
  readonly state: CommittedState;
  mistaken(): boolean;
  /** For tests: makes the ports of an instance worse than any network could. */
  readonly sabotage?: Sabotage | undefined;
};

export type Sabotage = (ports: InstancePorts, functionName: string) => InstancePorts;

const DAY_SECONDS = 86_400;

export async function createSimulatedStack(context: SimContext, options: StackOptions): Promise<OperatedStack> {
  const { consumers, state } = options;
  const cloud = createSimulatedCloud(context);
  await createTables(cloud, consumers);
  const urls = await createQueues(cloud, consumers);
  const network = createServiceNetwork(context, cloud);
  const host = createFunctionHost(context);
  const secrets = Object.fromEntries(SOURCES.map((source) => [source, createSourceSecrets(context, cloud, source)]));
  const stack: Stack = {
    consumers,
    secrets,
    mistaken: options.mistaken,
    outside: createOutsideWorld(context),
    queueUrl: (consumer) => urls[consumer] as string,
    ports: (instance) => {
      const ports = instancePorts(context, instance, network);
      return options.sabotage?.(ports, instance.name.split('/')[0] as string) ?? ports;
    },
  };
  host.deploy('first', releaseOf(stack, FIRST_RELEASE));
  const streamMapping = createStreamMapping(context, cloud, (event) => host.invoke('relay', event));
  const queueMappings = Object.fromEntries(
    consumers.map((queue) => {
      const invoke = (event: JsonObject) => host.invoke(`consume-${queue}`, event);
      return [queue, createQueueMapping(context, cloud, { queue, queueUrl: urls[queue] as string, invoke })];
    }),
  );
  context.listen((sighting) => {
    if (sighting.kind === 'commit' && sighting.writes.some(({ table }) => table === 'Outbox')) streamMapping.ring();
    if (sighting.kind === 'record appeared') streamMapping.ring();
    if (sighting.kind === 'messages sent') queueMappings[sighting.queue]?.wakeAfter(5);
    if (sighting.kind === 'message hidden') queueMappings[sighting.queue]?.wakeAfter(sighting.seconds * 1000);
  });
  const provider = createSimulatedProvider(context, { host, secrets });
  const settlement = createSettlementSchedule(context, host);
  return { cloud, host, stack, state, provider, streamMapping, queueMappings, settlement };
}

async function createTables({ dynamo }: SimulatedCloud, consumers: readonly string[]): Promise<void> {
  const create = async (name: string, keys: readonly ('pk' | 'sk')[], more: JsonObject = {}) => {
    const answer = await dynamo.perform('CreateTable', {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
      KeySchema: keys.map((key, index) => ({ AttributeName: key, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
      ...more,
    });
    if (answer.status >= 300) throw new Error(`CreateTable ${name}: ${JSON.stringify(answer.body)}`);
  };
  await create('Events', ['pk']);
  await create('Inbox', ['pk']);
  await create('Settlement', ['pk', 'sk']);
  await create('Outbox', ['pk', 'sk'], { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } });
  await dynamo.perform('UpdateTimeToLive', { TableName: 'Outbox', TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true } });
  for (const name of OWN_TABLES) await create(name, ['pk', 'sk']);
  if (consumers.includes(SENDER_NAME)) await create(SENDER_TABLE, ['pk', 'sk']);
}

async function createQueues({ sqs }: SimulatedCloud, consumers: readonly string[]): Promise<{ readonly [name: string]: string }> {
  const create = async (QueueName: string, Attributes: JsonObject) => {
    const { status, body } = await sqs.perform('CreateQueue', { QueueName, Attributes });
    if (status >= 300) throw new Error(`CreateQueue ${QueueName}: ${JSON.stringify(body)}`);
    return String(body['QueueUrl']);
  };
  const urls: Record<string, string> = {};
  for (const name of consumers) {
    urls[`${name}-dead`] = await create(`${name}-dead`, { MessageRetentionPeriod: String(DEAD_LETTER_RETENTION_DAYS * DAY_SECONDS) });
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${name}-dead`;
    urls[name] = await create(name, {
      MessageRetentionPeriod: String(QUEUE_RETENTION_DAYS * DAY_SECONDS),
      VisibilityTimeout: String(VISIBILITY_MILLIS / 1000),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: RECEIVES_MAX }),
    });
  }
  return urls;
}
