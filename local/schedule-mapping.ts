/** A schedule: invokes its function at a fixed rate, the first time right at the start, as a new rule does within its first minute. */
import type { Clock } from '../lambdas/core/ports.ts';
import type { FunctionPool } from './function-pool.ts';
import { ACCOUNT, REGION } from './physical-names.ts';
import type { SchedulePlan } from './schedule-plan.ts';

export type ScheduleOptions = { readonly pool: Pick<FunctionPool, 'invoke'>; readonly clock: Clock };

export class ScheduleMapping {
  readonly #plan: SchedulePlan;
  readonly #options: ScheduleOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(plan: SchedulePlan, options: ScheduleOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#running = this.#run();
  }

  /** Returns at once; `stopped` tells when nothing runs any more. */
  stop(): void {
    this.#stopping.abort();
  }

  async stopped(): Promise<void> {
    await this.#running;
  }

  /** A run that fails is told by the function's own log, and the next one comes in its turn. */
  async #run(): Promise<void> {
    const { pool, clock } = this.#options;
    const { signal } = this.#stopping;
    for (let number = 1; !signal.aborted; number += 1) {
      const { input } = this.#plan;
      const event = input === undefined ? scheduledEvent(this.#plan, { number, nowMillis: clock.nowMillis() }) : input;
      await pool.invoke(event).catch(() => undefined);
      if (!signal.aborted) await clock.sleep(this.#plan.everySeconds * 1000, signal);
    }
  }
}

/** As EventBridge sends it ("Creating an Amazon EventBridge rule that runs on a schedule"). */
function scheduledEvent(
  { logicalId }: SchedulePlan,
  { number, nowMillis }: { readonly number: number; readonly nowMillis: number },
): object {
  return {
    version: '0',
    id: `${logicalId}-${number}`,
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT,
    time: `${new Date(nowMillis).toISOString().slice(0, 19)}Z`,
    region: REGION,
    resources: [`arn:aws:events:${REGION}:${ACCOUNT}:rule/${logicalId}`],
    detail: {},
  };
}
