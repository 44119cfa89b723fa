/** The people of one simulated stack: they send again, redrive, purge, pause, rotate and deploy, and mostly at the wrong moment. */
import { messageText } from '../../lambdas/core/message.ts';
import { readOutboxItem } from '../../lambdas/core/outbox.ts';
import { dictionaryOf } from '../../lambdas/dictionaries/all.ts';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { addressesOf, type CommittedState } from './committed-state.ts';
import { type ReleaseOptions, releaseOf, type Stack } from './deployment.ts';
import type { FunctionHost } from './function-host.ts';
import type { QueueMapping } from './queue-mapping.ts';
import type { SettlementSchedule } from './settlement-schedule.ts';
import type { SimContext } from './sim-context.ts';
import type { SimulatedCloud } from './simulated-cloud.ts';
import type { SimulatedProvider } from './simulated-provider.ts';
import type { StreamMapping } from './stream-mapping.ts';
import { fromWire } from './wire-item.ts';
import { SOURCES } from './workload.ts';

export type OperatedStack = {
  readonly cloud: SimulatedCloud;
  readonly host: FunctionHost;
  readonly stack: Stack;
  readonly state: CommittedState;
  readonly provider: SimulatedProvider;
  readonly streamMapping: StreamMapping;
  readonly queueMappings: { readonly [consumer: string]: QueueMapping };
  readonly settlement: SettlementSchedule;
};

export type Operator = {
  /** Something may come to their mind now. */
  tick(): void;
  /** Everything runs again, the newest release everywhere. */
  calmDown(): void;
  redriveAll(): Promise<void>;
  /** Until when something is switched off on purpose. */
  busyUntilMillis(): number;
};

const PAUSE_MILLIS = [5_000, 900_000] as const;
/** From beyond the age at which the mapping gives a record up to beyond the day after which the stream forgets it. */
const LONG_PAUSE_MILLIS = [7 * 3_600_000, 30 * 3_600_000] as const;
const SPLITS_MAX = 2;
const ROLLOUT_MILLIS = [1_000, 120_000] as const;

export const FIRST_RELEASE: ReleaseOptions = { counterEpoch: 1, dictionary: false };
const SECOND_RELEASE: ReleaseOptions = { counterEpoch: 2, dictionary: true };

export function createOperator(context: SimContext, operated: OperatedStack): Operator {
  const { time, faults, trace } = context;
  const { cloud, host, stack, streamMapping, queueMappings } = operated;
  const random = context.random.fork('operator');
  let release: 'first' | 'second' = 'first';
  let rollingOut = false;
  let pausedUntil = 0;
  let splits = 0;

  const sqs = async (operation: string, input: JsonObject) => {
    const answer = await cloud.perform('operator', { service: 'sqs', operation, input });
    if (answer.status >= 300) context.happened(`operator was refused ${operation}`);
  };
  const redrive = (consumer: string) =>
    sqs('StartMessageMoveTask', { SourceArn: `arn:aws:sqs:us-east-1:000000000000:${consumer}-dead` }).then(() =>
      queueMappings[consumer]?.wakeAfter(1),
    );
  const sendAgain = async () => {
    const item = random.pick([...operated.state.outbox.values()]);
    if (item === undefined) return;
    const address = random.pick(addressesOf(item));
    if (address === undefined) return;
    trace.note('operator', `sends again to ${address}`, item['sk']?.S);
    const body = messageText(readOutboxItem(fromWire(item)), address, dictionaryOf);
    await sqs('SendMessage', { QueueUrl: stack.queueUrl(address.split('@')[0] as string), MessageBody: body });
  };
  const pause = (mapping: { pause(): void; resume(): void }, millis: number, name: string) => {
    trace.note('operator', `pauses ${name} for ${Math.round(millis / 1000)} s`);
    mapping.pause();
    pausedUntil = Math.max(pausedUntil, time.nowMillis() + millis);
    time.after(millis, () => {
      trace.note('operator', `resumes ${name}`);
      mapping.resume();
    });
  };
  const rollOut = (to: 'first' | 'second') => {
    if (rollingOut || release === to) return;
    rollingOut = true;
    release = to;
    trace.note('operator', `rolls out the ${to} release`);
    host.deploy(to, releaseOf(stack, to === 'first' ? FIRST_RELEASE : SECOND_RELEASE));
    time.after(random.between(...ROLLOUT_MILLIS), () => {
      host.complete(to);
      rollingOut = false;
    });
  };
  const olderRelay = () => {
    if (rollingOut) return;
    rollingOut = true;
    const current = release === 'first' ? FIRST_RELEASE : SECOND_RELEASE;
    trace.note('operator', 'rolls the relay back past the dictionary');
    host.deploy('older relay', releaseOf(stack, { ...current, olderRelay: true }));
    host.complete('older relay');
    time.after(random.between(...PAUSE_MILLIS), () => {
      host.deploy(release, releaseOf(stack, current));
      host.complete(release);
      rollingOut = false;
    });
  };
  const act = async (): Promise<void> => {
    const consumer = random.pick(stack.consumers);
    if (faults.hit('outbox item sent again')) await sendAgain();
    if (faults.hit('dead letters redriven')) await redrive(consumer);
    if (faults.hit('queue purged')) {
      trace.note('operator', `purges the queue of ${consumer}`);
      await sqs('PurgeQueue', { QueueUrl: stack.queueUrl(consumer) });
    }
  };

  return {
    tick: () => {
      act().catch(context.broke);
      const consumer = random.pick(stack.consumers);
      for (const source of SOURCES) {
        if (faults.hit('webhook forged')) operated.provider.forge(source);
        if (faults.hit('secret rotated')) stack.secrets[source]?.rotate();
      }
      // Each of them doubles the shards.
      if (splits < SPLITS_MAX && faults.hit('stream splits')) {
        splits += 1;
        cloud.dynamo.splitShards('Outbox');
      }
      if (faults.hit('mapping paused')) {
        if (random.chance(0.5)) pause(streamMapping, random.between(...PAUSE_MILLIS), 'the relay');
        else pause(queueMappings[consumer] as QueueMapping, random.between(...PAUSE_MILLIS), consumer);
      }
      if (faults.hit('mapping paused for hours')) pause(streamMapping, random.between(...LONG_PAUSE_MILLIS), 'the relay');
      if (release === 'first' && faults.hit('deploy in the middle')) rollOut('second');
      else if (release === 'second' && faults.hit('deploy rolled back')) rollOut('first');
      else if (faults.hit('older relay')) olderRelay();
    },
    calmDown: () => {
      trace.note('operator', 'nothing goes wrong any more');
      streamMapping.resume();
      for (const mapping of Object.values(queueMappings)) mapping.resume();
    },
    redriveAll: async () => {
      for (const consumer of stack.consumers) await redrive(consumer);
    },
    busyUntilMillis: () => pausedUntil,
  };
}
