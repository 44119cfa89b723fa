/** One running copy of a function: what lives as long as it does, and how it can be stopped in the middle of anything. */
import type { SimContext } from './sim-context.ts';

export type FunctionInstance = {
  readonly name: string;
  /** How wrong its clock is. */
  readonly skewMillis: number;
  alive: boolean;
  busy: boolean;
  /** Until then nothing in it moves: the machine under it stands still. */
  stalledUntilMillis: number;
  /** Calls and sleeps of it that are not over. */
  pending: number;
  /** Those of them that change something. */
  pendingWrites: number;
  /** Ends the current invocation from outside. */
  end: (error: string) => void;
};

/**
 * Whether it may still be at work when it has answered: a consumer that hung is left alone at its deadline, and what it reads then
 * is read for nobody.
 */
export function mayRead(instance: FunctionInstance): boolean {
  return instance.name.startsWith('consume-');
}

/** Lets something happen inside an instance: later where it stalls, never where it is dead. */
export function inside(context: SimContext, instance: FunctionInstance, happen: () => void): void {
  if (!instance.alive) return;
  if (instance.stalledUntilMillis <= context.time.nowMillis()) happen();
  else context.time.at(instance.stalledUntilMillis, () => inside(context, instance, happen));
}

/** Ends it with everything in it, as the end of its process does: what it has sent is on its way, and nothing else of it ever happens. */
export function kill(context: SimContext, instance: FunctionInstance, error: string): void {
  if (!instance.alive) return;
  context.trace.note(instance.name, `killed: ${error}`);
  instance.alive = false;
  instance.end(error);
}
