/** Plays one seed: a safety phase in which everything may go wrong, a liveness phase in which nothing does, and then the last questions. */
import { addressesOf, createCommittedState, type StateWatch } from './committed-state.ts';
import { CONSUMER_NAMES, consumersOf, OWN_TABLES, routesOf, SENDER_NAME, SENDER_TABLE } from './deployment.ts';
import { createFaults, type FaultClass, type FaultOptions } from './faults.ts';
import type { InvariantView, RestView, Violation } from './invariant.ts';
import { INVARIANTS } from './invariants/all.ts';
import { createOperator, type OperatedStack } from './operator.ts';
import { warmSdk } from './sdk-services.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import type { Sighting, WireItem } from './sighting.ts';
import type { Level, Play, SimContext } from './sim-context.ts';
import { createSimulatedStack, type Sabotage } from './simulated-stack.ts';
import { createTrace, type TraceLine } from './trace.ts';
import { afterPromises, afterTurn, createVirtualTime } from './virtual-time.ts';
import { createWorkload, type Workload } from './workload.ts';

export type SeedOptions = {
  readonly level: Level;
  /** Keeps what happened, line by line. */
  readonly traced?: boolean;
  readonly only?: FaultOptions['only'];
  readonly sabotage?: Sabotage;
  /** What somebody does at the beginning; answers until when faults and people go on at least. */
  readonly script?: (operated: OperatedStack, context: SimContext) => number;
};

export type SeedOutcome = {
  readonly seed: number;
  readonly level: Play;
  readonly violations: readonly Violation[];
  readonly faults: ReadonlyMap<FaultClass, number>;
  /** Branches and answers that were seen, for those that must be seen now and then. */
  readonly happened: ReadonlyMap<string, number>;
  /** The same for the same seed, whatever the machine. */
  readonly fingerprint: string;
  readonly wakes: number;
  readonly trace: readonly TraceLine[];
  readonly startMillis: number;
};

/** The very beginning of a slot: a clock that is behind thinks of the slot before. */
const START_MILLIS = Date.parse('2026-11-23T22:25:00.000Z');
/** The longer ones have settlement look under fire. */
const SAFETY_MILLIS = { short: [60_000, 900_000], long: [1_500_000, 5_400_000] } as const;
const BURST_MILLIS = 300;
const TICK_MILLIS = 15_000;
const TICKS_MAX = 60;
/** After the faults: first the provider's and the queues' own patience, then settlement's looks. */
const STEP_MILLIS = 900_000;
const STEPS_MAX = 400;
/** Before the end of a step settlement rests, so that nothing is under way at its end. */
const REST_MILLIS = 200_000;
/** Seeds in which something is sent elsewhere. */
const SENDER_SHARE = 0.15;

export async function runSeed(seed: number, options: SeedOptions): Promise<SeedOutcome> {
  if (options.level === 'sdk') await warmSdk();
  const world = createWorld(seed, options);
  const { context, state, random } = world;
  const operated = await createSimulatedStack(context, {
    consumers: world.consumers,
    state,
    mistaken: () => !context.faults.stopped(),
    sabotage: options.sabotage,
  });
  const workload = createWorkload(random.fork('workload'), START_MILLIS);
  const view: InvariantView = {
    state,
    planned: workload.events,
    nowMillis: context.time.nowMillis,
    hidden: () => [workload.canary, ...Object.values(operated.stack.secrets).flatMap((secrets) => secrets.all())],
    routes: [1, 2].flatMap((counterEpoch) => routesOf(consumersOf(operated.stack, { counterEpoch, dictionary: false }))),
  };
  const invariants = INVARIANTS.map((make) => make(view));
  world.watch((sighting) => {
    for (const invariant of invariants)
      invariant.see?.(sighting, (what, about = '') => world.report({ invariant: invariant.name, what, about }));
  });
  try {
    await safety(world, operated, { ...workload, busyUntilMillis: options.script?.(operated, context) ?? 0 });
    await liveness(world, operated);
    const rest = await restView(view, operated);
    for (const invariant of invariants)
      invariant.atRest?.(rest, (what, about = '') => world.report({ invariant: invariant.name, what, about }));
  } catch (error) {
    context.broke(error);
  }
  return world.outcome();
}

type WorldOptions = Pick<SeedOptions, 'level' | 'traced' | 'only'> & { readonly payments?: boolean };

export type World = {
  readonly context: SimContext;
  readonly state: StateWatch;
  readonly random: SeededRandom;
  readonly consumers: readonly string[];
  watch(see: (sighting: Sighting) => void): void;
  report(violation: Violation): void;
  outcome(): SeedOutcome;
};

export function createWorld(seed: number, { level, traced = false, only, payments = false }: WorldOptions): World {
  const random = createSeededRandom(seed);
  const time = createVirtualTime(START_MILLIS, level === 'sdk' ? afterTurn : afterPromises);
  const trace = createTrace(traced, time.nowMillis);
  const shape = random.fork('shape');
  const faults = createFaults(random.fork('faults'), {
    long: shape.chance(payments ? 0.15 : 0.02),
    payments,
    ...(only === undefined ? {} : { only }),
  });
  const state = createCommittedState();
  const violations: Violation[] = [];
  const happened = new Map<string, number>();
  let watch: (sighting: Sighting) => void = () => {};
  const listeners: ((sighting: Sighting) => void)[] = [];
  const report = (violation: Violation) => {
    trace.note('VIOLATION', `${violation.invariant}: ${violation.what}`, violation.about);
    violations.push(violation);
  };
  const context: SimContext = {
    seed,
    level,
    time,
    random,
    faults,
    trace,
    see: (sighting) => {
      if (trace.on && sighting.kind === 'commit')
        trace.note(sighting.by, 'commits', sighting.writes.map(({ table, key }) => `${table}:${key}`).join(' + '));
      state.see(sighting);
      watch(sighting);
      for (const listener of listeners) listener(sighting);
    },
    listen: (listener) => {
      listeners.push(listener);
    },
    happened: (what) => {
      happened.set(what, (happened.get(what) ?? 0) + 1);
    },
    broke: (error) =>
      report({ invariant: 'simulator', what: error instanceof Error ? (error.stack ?? error.message) : String(error), about: '' }),
  };
  return {
    context,
    state,
    random,
    consumers: [
      ...CONSUMER_NAMES.filter((name) => name === 'ledger' || name === 'receipts' || shape.chance(0.5)),
      ...(random.fork('sender').chance(SENDER_SHARE) ? [SENDER_NAME] : []),
    ],
    watch: (see) => {
      watch = see;
    },
    report,
    outcome: () => ({
      seed,
      level,
      violations,
      faults: faults.counts(),
      happened,
      fingerprint: `${time.wakes()}/${time.nowMillis()}/${state.outbox.size}/${state.inbox.size}/${[...faults.counts().values()].join('.')}`,
      wakes: time.wakes(),
      trace: trace.lines(),
      startMillis: START_MILLIS,
    }),
  };
}

type Course = Pick<Workload, 'events' | 'busy'> & { readonly busyUntilMillis: number };

async function safety({ context, random }: World, operated: OperatedStack, { events, busy, busyUntilMillis }: Course): Promise<void> {
  const { time, faults } = context;
  const operator = createOperator(context, operated);
  const length = random.fork('length');
  const [least, most] = SAFETY_MILLIS[length.chance(0.75) ? 'short' : 'long'];
  const lastsMillis = length.between(least, most);
  const endMillis = time.nowMillis() + lastsMillis;
  // All at once, or one by one.
  const paceMillis = length.chance(0.4) ? 3_000 : Math.floor(lastsMillis * 0.6);
  operated.provider.tell(events, busy ? BURST_MILLIS : paceMillis);
  operated.settlement.goOnUntil(endMillis);
  const tickMillis = Math.max(TICK_MILLIS, Math.floor(lastsMillis / TICKS_MAX));
  const tick = () => {
    operator.tick();
    if (time.nowMillis() + tickMillis < endMillis) time.after(tickMillis, tick);
  };
  time.after(tickMillis, tick);
  await time.run(endMillis);
  const busyUntil = Math.max(operator.busyUntilMillis(), busyUntilMillis);
  if (busyUntil - time.nowMillis() > STEP_MILLIS) {
    operated.settlement.goOnUntil(busyUntil);
    await time.run(busyUntil);
  }
  faults.stop();
  operator.calmDown();
  // After the longest thing that was still under way, such as a release that is being rolled out.
  time.after(STEP_MILLIS / 6, () => {
    operator.redriveAll().catch(context.broke);
  });
}

async function liveness(world: World, operated: OperatedStack): Promise<void> {
  const { time } = world.context;
  const operator = createOperator(world.context, operated);
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const endMillis = time.nowMillis() + STEP_MILLIS;
    operated.cloud.dynamo.expire();
    operated.settlement.goOnUntil(endMillis - REST_MILLIS);
    await time.run(endMillis);
    if (time.waiting() === 0 && (await isSettled(world, operated))) return;
    await operator.redriveAll();
  }
}

async function isSettled({ state, consumers }: World, operated: OperatedStack): Promise<boolean> {
  for (const item of state.outbox.values()) {
    for (const address of addressesOf(item)) if (!state.inbox.has(`${address}#${item['sk']?.S}`)) return false;
  }
  for (const name of consumers) {
    if ((await messagesIn(operated, name)) + (await messagesIn(operated, `${name}-dead`)) > 0) return false;
  }
  return true;
}

async function messagesIn({ cloud }: OperatedStack, queue: string): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'];
  const { body } = await cloud.sqs.perform('GetQueueAttributes', {
    QueueUrl: `https://sqs.us-east-1.amazonaws.com/000000000000/${queue}`,
    AttributeNames,
  });
  return Object.values((body['Attributes'] ?? {}) as { readonly [name: string]: string }).reduce((sum, count) => sum + Number(count), 0);
}

async function restView(view: InvariantView, operated: OperatedStack): Promise<RestView> {
  const tables = new Map<string, readonly WireItem[]>();
  const own = [...OWN_TABLES, ...(operated.stack.consumers.includes(SENDER_NAME) ? [SENDER_TABLE] : [])];
  for (const table of [...own, 'Events', 'Inbox', 'Outbox']) {
    const { body } = await operated.cloud.dynamo.perform('Scan', { TableName: table });
    tables.set(table, body['Items'] as readonly WireItem[]);
  }
  const counts = new Map<string, number>();
  for (const name of operated.stack.consumers) {
    for (const queue of [name, `${name}-dead`]) counts.set(queue, await messagesIn(operated, queue));
  }
  return { ...view, items: (table) => tables.get(table) ?? [], messages: (queue) => counts.get(queue) ?? 0 };
}
