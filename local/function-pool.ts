/** The worker threads of one function: started when needed, one invocation at a time each, ended at the template's timeout. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Clock } from '../lambdas/core/ports.ts';
import { FunctionInstance, type InstanceOptions, type InvocationResult } from './function-instance.ts';
import type { FunctionPlan } from './function-plan.ts';
import { LocalError } from './local-error.ts';

export type FunctionPoolOptions = InstanceOptions & { readonly clock: Clock };

/** How often the deadlines are looked at while something runs: as exact as Lambda's own end of a function needs to be. */
const WATCH_MILLIS = 20;
const STOPPED = { errorType: 'Runtime.ExitError', errorMessage: 'The local stack stops.' };

export class FunctionPool {
  readonly plan: FunctionPlan;
  readonly #options: FunctionPoolOptions;
  readonly #instances = new Set<FunctionInstance>();
  readonly #idle: FunctionInstance[] = [];
  readonly #waiting: ((instance: FunctionInstance | undefined) => void)[] = [];
  #watching = false;
  #stopped = false;

  constructor(options: FunctionPoolOptions) {
    this.plan = options.plan;
    this.#options = options;
    writeFileSync(options.logFile, '');
  }

  /** Loads the bundle once. Throws `FUNCTION_INIT_FAILED`. */
  async start(): Promise<void> {
    const instance = this.#launch();
    const error = await instance.ready;
    if (error !== undefined) {
      throw new LocalError(
        'FUNCTION_INIT_FAILED',
        `The function ${this.plan.title} cannot be loaded: ${error.errorType}: ${error.errorMessage}. Its log is ${this.#options.logFile}.`,
      );
    }
    this.#release(instance);
  }

  /** How many invocations run or wait. */
  get inFlight(): number {
    return [...this.#instances].filter((instance) => instance.busy).length + this.#waiting.length;
  }

  /** Waits while every worker is busy. Never rejects: a failure of the function is a result. */
  async invoke(event: unknown): Promise<InvocationResult> {
    const text = JSON.stringify(event);
    const instance = await this.#take();
    if (instance === undefined) return { ok: false, error: STOPPED };
    const initError = await instance.ready;
    if (initError !== undefined) {
      this.#discard(instance);
      return { ok: false, error: initError };
    }
    const deadlineMillis = this.#options.clock.nowMillis() + this.plan.timeoutSeconds * 1000;
    const running = instance.invoke({ requestId: randomUUID(), event: text, deadlineMillis });
    void this.#watch();
    const result = await running;
    if (instance.ended) this.#discard(instance);
    else this.#release(instance);
    return result;
  }

  /** Ends every worker that is in an invocation, as a crash of its sandbox would; returns how many there were. */
  async kill(): Promise<number> {
    const busy = [...this.#instances].filter((instance) => instance.busy);
    await Promise.all(
      busy.map((instance) => instance.end({ errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited with error: signal: killed' })),
    );
    return busy.length;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const waiting of this.#waiting.splice(0)) waiting(undefined);
    await Promise.all([...this.#instances].map((instance) => instance.end(STOPPED)));
  }

  #launch(): FunctionInstance {
    const instance = new FunctionInstance(this.#options);
    this.#instances.add(instance);
    return instance;
  }

  #take(): Promise<FunctionInstance | undefined> | FunctionInstance | undefined {
    if (this.#stopped) return undefined;
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.ended) return idle;
      this.#instances.delete(idle);
    }
    if (this.#instances.size < this.plan.workersMax) return this.#launch();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(instance: FunctionInstance): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(instance);
    else next(instance);
  }

  #discard(instance: FunctionInstance): void {
    this.#instances.delete(instance);
    void instance.end({ errorType: 'Runtime.ExitError', errorMessage: 'The sandbox is replaced.' });
    if (this.#waiting.length > 0 && !this.#stopped) this.#release(this.#launch());
  }

  /** Runs only while an invocation does, so that an idle stack does not wake up for it. */
  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    const { clock } = this.#options;
    while (!this.#stopped && [...this.#instances].some((instance) => instance.busy)) {
      await clock.sleep(WATCH_MILLIS);
      for (const instance of this.#instances) {
        if (instance.deadlineMillis === undefined || clock.nowMillis() < instance.deadlineMillis) continue;
        const seconds = this.plan.timeoutSeconds.toFixed(2);
        const errorMessage = `RequestId: ${instance.requestId} Error: Task timed out after ${seconds} seconds`;
        void instance.end({ errorType: 'Sandbox.Timedout', errorMessage });
      }
    }
    this.#watching = false;
  }
}
