/** Invokes settlement every five minutes, as its schedule does; now and then twice at once, or not at all for a while. */
import { SETTLE_EVERY_MINUTES } from '../../lib/sizing.ts';
import type { FunctionHost } from './function-host.ts';
import type { SimContext } from './sim-context.ts';

export type SettlementSchedule = {
  /** Goes on until then; a run that starts before it may end after it. */
  goOnUntil(millis: number): void;
  /** Its rule is off until it is released. */
  hold(): void;
  release(): void;
};

const EVERY_MILLIS = SETTLE_EVERY_MINUTES * 60_000;

export function createSettlementSchedule(context: SimContext, host: FunctionHost): SettlementSchedule {
  const { time, faults } = context;
  let untilMillis = 0;
  let armed = false;
  let held = false;
  const run = (): void => {
    host.invoke('settle', {}).then((result) => context.happened(`settlement ${result.ok ? 'ran' : 'failed'}`), context.broke);
  };
  const tick = (): void => {
    armed = false;
    if (!held) {
      if (!faults.hit('settlement switched off')) run();
      if (faults.hit('settlement twice at once')) run();
    }
    arm();
  };
  const arm = (): void => {
    if (armed || time.nowMillis() + EVERY_MILLIS > untilMillis) return;
    armed = true;
    time.after(EVERY_MILLIS, tick);
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
