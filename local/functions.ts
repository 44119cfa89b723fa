/** The functions of a local stack, each with its worker threads, its event source mappings and its schedules. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../lambdas/core/ports.ts';
import { type Endpoints, functionEnvironment, type ProviderUrls } from './function-environment.ts';
import { FunctionPool } from './function-pool.ts';
import { LocalError } from './local-error.ts';
import { QueueMapping } from './queue-mapping.ts';
import { ScheduleMapping } from './schedule-mapping.ts';
import type { StackPlan } from './stack-plan.ts';
import { StreamMapping } from './stream-mapping.ts';

export type FunctionsOptions = {
  readonly plan: StackPlan;
  readonly endpoints: Endpoints;
  readonly providerUrls: ProviderUrls;
  readonly clock: Clock;
  readonly logDirectory: string;
};

export class Functions {
  readonly pools: ReadonlyMap<string, FunctionPool>;
  readonly #mappings: readonly (StreamMapping | QueueMapping | ScheduleMapping)[];

  constructor({ plan, endpoints, providerUrls, clock, logDirectory }: FunctionsOptions) {
    mkdirSync(logDirectory, { recursive: true });
    this.pools = new Map(
      plan.functions.map((fn) => {
        const logFile = join(logDirectory, `${fn.title}.log`);
        const environment = functionEnvironment(fn, { endpoints, providerUrls });
        return [fn.logicalId, new FunctionPool({ plan: fn, environment, logFile, clock })];
      }),
    );
    const schedules = plan.schedules.map((schedule) => new ScheduleMapping(schedule, { pool: this.find(schedule.functionId), clock }));
    const mappings = plan.mappings
      .filter(({ enabled }) => enabled)
      .map((mapping) => {
        const options = { pool: this.find(mapping.functionId), endpoints, clock };
        return mapping.kind === 'stream' ? new StreamMapping(mapping, options) : new QueueMapping(mapping, options);
      });
    this.#mappings = [...mappings, ...schedules];
  }

  /** Loads each bundle once, then lets the mappings poll. Throws `FUNCTION_INIT_FAILED`. */
  async start(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.start()));
    await Promise.all(this.#mappings.map((mapping) => mapping.start()));
  }

  /** By logical id, or by the end of its title: `consume-ledger`. Throws `UNKNOWN_FUNCTION`. */
  find(name: string): FunctionPool {
    const pool =
      this.pools.get(name) ?? [...this.pools.values()].find(({ plan }) => plan.title === name || plan.title.endsWith(`-${name}`));
    if (pool !== undefined) return pool;
    const titles = [...this.pools.values()].map(({ plan }) => plan.title).join(', ');
    throw new LocalError('UNKNOWN_FUNCTION', `The stack has no function ${name}; it has ${titles}.`);
  }

  /** Hands every stream record over once more, as AWS does when a mapping is made anew. */
  rewindStreams(): void {
    for (const mapping of this.#mappings) if (mapping instanceof StreamMapping) mapping.rewind();
  }

  /** Invocations under way are ended. */
  async stop(): Promise<void> {
    for (const mapping of this.#mappings) mapping.stop();
    await Promise.all([...this.pools.values()].map((pool) => pool.stop()));
    await Promise.all(this.#mappings.map((mapping) => mapping.stopped()));
  }
}
