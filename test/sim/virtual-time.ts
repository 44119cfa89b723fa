/** The only clock of a simulation: a heap of wakes. Time jumps from one to the next, and in between everybody runs until they wait again. */
import type { Clock } from '../../lambdas/core/ports.ts';

/** Calling it takes the wake back. */
export type CancelWake = () => void;

export type VirtualTime = Clock & {
  at(millis: number, run: () => void): CancelWake;
  after(millis: number, run: () => void): CancelWake;
  /** Runs wake after wake, none later than `untilMillis`; then, or when there is none left, the clock stands where the last one was. */
  run(untilMillis: number): Promise<void>;
  /** Wakes so far: what a seed costs, and a fingerprint of its course. */
  wakes(): number;
  /** Wakes that are not over. */
  waiting(): number;
};

type Wake = { readonly atMillis: number; readonly order: number; run: (() => void) | undefined };

/** A run that goes on for more wakes than this has a loop in it. */
const WAKES_MAX = 2_000_000;

export function createVirtualTime(startMillis: number, everybodyWaits: EverybodyWaits): VirtualTime {
  let nowMillis = startMillis;
  let order = 0;
  let done = 0;
  const heap: Wake[] = [];
  const at = (millis: number, run: () => void): CancelWake => {
    order += 1;
    const wake: Wake = { atMillis: Math.max(millis, nowMillis), order, run };
    push(heap, wake);
    return () => {
      wake.run = undefined;
    };
  };
  const after = (millis: number, run: () => void) => at(nowMillis + millis, run);
  return {
    nowMillis: () => nowMillis,
    at,
    after,
    sleep: (millis, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const cancel = after(millis, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          resolve();
        });
      }),
    run: async (untilMillis) => {
      for (let wake = heap[0]; wake !== undefined && wake.atMillis <= untilMillis; wake = heap[0]) {
        pop(heap);
        if (wake.run === undefined) continue;
        nowMillis = wake.atMillis;
        done += 1;
        if (done > WAKES_MAX) throw new Error(`More than ${WAKES_MAX} wakes: the simulation does not come to rest.`);
        wake.run();
        await everybodyWaits();
      }
    },
    wakes: () => done,
    waiting: () => heap.filter(({ run }) => run !== undefined).length,
  };
}

/** Resolves when every promise that can go on has gone on. */
export type EverybodyWaits = () => Promise<void>;

/** Enough where everybody waits for promises only: a tick comes after the last of them, and costs a tenth of a turn. */
export const afterPromises: EverybodyWaits = () =>
  new Promise((resolve) => {
    process.nextTick(resolve);
  });

/** For code that may use ticks itself, such as the SDK. */
export const afterTurn: EverybodyWaits = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

function isBefore(left: Wake, right: Wake): boolean {
  return left.atMillis < right.atMillis || (left.atMillis === right.atMillis && left.order < right.order);
}

function push(heap: Wake[], wake: Wake): void {
  let place = heap.length;
  heap.push(wake);
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent] as Wake;
    if (isBefore(above, wake)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = wake;
}

function pop(heap: Wake[]): void {
  const last = heap.pop() as Wake;
  if (heap.length === 0) return;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Wake, heap[child] as Wake)) child += 1;
    if (isBefore(last, heap[child] as Wake)) break;
    heap[place] = heap[child] as Wake;
    place = child;
  }
  heap[place] = last;
}
