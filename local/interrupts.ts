/** Ctrl-C and the signals that mean the same: the first one asks for an orderly end, a second one does not wait for it. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { printError } from '../ops/terminal.ts';

export type Interrupts = {
  /** Aborted by the first one. */
  readonly signal: AbortSignal;
  /** Resolves with the first one. */
  readonly interrupted: Promise<void>;
  /** Gives the signals back their own meaning. */
  release(): void;
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes Ctrl-C on although the terminal has sent it to every process, so a second one this soon is the same one. */
const SAME_MILLIS = 1_000;
/** What a shell reports for a process that Ctrl-C ended. */
const IMPATIENT_EXIT_CODE = 130;

export function watchInterrupts(): Interrupts {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  let firstAtMillis = Number.POSITIVE_INFINITY;
  const listener = () => {
    const nowMillis = systemClock.nowMillis();
    // Child processes are ended by their own watch on `exit`.
    if (nowMillis - firstAtMillis > SAME_MILLIS) process.exit(IMPATIENT_EXIT_CODE);
    if (!signal.aborted) printError('stopping');
    firstAtMillis = Math.min(firstAtMillis, nowMillis);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, listener);
  return {
    signal,
    interrupted,
    release: () => {
      for (const name of SIGNALS) process.off(name, listener);
    },
  };
}
