/** Invokes the clock of payments as its schedule does, each minute; minutes in which nothing can be due are left out, since there are days of them. */
import type { FunctionHost } from '../function-host.ts';
import type { WireItem } from '../sighting.ts';
import type { SimContext } from '../sim-context.ts';
import type { SimulatedCloud } from '../simulated-cloud.ts';

export type ClockSchedule = {
  /** Goes on until then; a run that starts before it may end after it. */
  goOnUntil(millis: number): void;
  /** Its rule is off until it is released. */
  hold(): void;
  release(): void;
};

const EVERY_MILLIS = 60_000;

export function createClockSchedule(context: SimContext, cloud: SimulatedCloud, host: FunctionHost): ClockSchedule {
  const { time, faults } = context;
  let untilMillis = 0;
  let armed = false;
  let held = false;
  const run = (): void => {
    host.invoke('payments-clock', {}).then((result) => context.happened(`payments clock ${result.ok ? 'ran' : 'failed'}`), context.broke);
  };
  /** The table itself is asked, and nothing of the product. */
  const firstDueMillis = async (): Promise<number> => {
    const { body } = await cloud.dynamo.perform('Scan', { TableName: 'Payments' });
    const due = (body['Items'] as readonly WireItem[]).flatMap(({ dueAt }) => (dueAt?.S === undefined ? [] : [Date.parse(dueAt.S)]));
    return Math.min(...due, Number.POSITIVE_INFINITY);
  };
  const tick = async (): Promise<void> => {
    armed = false;
    // A clock that is wrong may see it due a little earlier or later; each minute around it counts.
    if (!held && (await firstDueMillis()) <= time.nowMillis() + 2 * EVERY_MILLIS) {
      if (!faults.hit('payments clock off')) run();
      if (faults.hit('payments clock twice at once')) run();
    }
    arm();
  };
  const arm = (): void => {
    if (armed || time.nowMillis() + EVERY_MILLIS > untilMillis) return;
    armed = true;
    time.after(EVERY_MILLIS, () => void tick().catch(context.broke));
  };
  return {
    goOnUntil: (millis) => {
      untilMillis = millis;
      arm();
    },
    hold: () => {
      held = true;
    },
    release: () => {
      held = false;
    },
  };
}
