/** The clock of what a person may interrupt: it waits no longer once the signal is given, and throws the signal's reason. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import type { Clock } from '../lambdas/core/ports.ts';

export function interruptibleClock(signal: AbortSignal | undefined): Clock {
  if (signal === undefined) return systemClock;
  const sleep = async (millis: number) => {
    await systemClock.sleep(millis, signal);
    signal.throwIfAborted();
  };
  return { ...systemClock, sleep };
}
