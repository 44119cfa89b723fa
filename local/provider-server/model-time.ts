/** The time of the model: it only reads a clock, and does what has become due when it is asked, each thing at its own time. */
import { DueTimes } from '../engines/sqs/due-times.ts';

export type ModelTime = {
  /** Milliseconds since the Unix epoch; never earlier than it has been, so that what is newer is never dated before what is older. */
  nowMillis(): number;
  nowSeconds(): number;
  after(millis: number, run: () => void): void;
  /** Does what is due by now, in the order in which it became due. */
  catchUp(): void;
  /** When something becomes due next; undefined where nothing waits. */
  nextAtMillis(): number | undefined;
};

type Task = { readonly dueAtMillis: number; readonly order: number; readonly run: () => void };

export function createModelTime(clock: { nowMillis(): number }): ModelTime {
  const tasks = new DueTimes<Task>();
  let order = 0;
  let latestMillis = Number.NEGATIVE_INFINITY;
  let taskAtMillis: number | undefined;
  const nowMillis = () => {
    latestMillis = Math.max(latestMillis, taskAtMillis ?? clock.nowMillis());
    return latestMillis;
  };
  return {
    nowMillis,
    nowSeconds: () => Math.floor(nowMillis() / 1000),
    after: (millis, run) => {
      order += 1;
      tasks.add({ dueAtMillis: nowMillis() + millis, order, run });
    },
    catchUp: () => {
      const untilMillis = clock.nowMillis();
      for (let task = tasks.takeDue(untilMillis); task !== undefined; task = tasks.takeDue(untilMillis)) {
        taskAtMillis = task.dueAtMillis;
        task.run();
        taskAtMillis = undefined;
      }
    },
    nextAtMillis: () => tasks.nextAtMillis(),
  };
}
