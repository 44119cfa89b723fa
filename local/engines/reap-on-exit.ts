/** Ends a child process with this one: whether it returns, throws, is interrupted or terminated. Only SIGKILL leaves it behind. */
import type { ChildProcess } from 'node:child_process';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Returns what takes the watch off again, for a child that has ended. */
export function reapOnExit(child: ChildProcess): () => void {
  const kill = () => void child.kill('SIGKILL');
  const onSignal = (signal: NodeJS.Signals) => {
    kill();
    // Where nobody else listens, the signal keeps its meaning: this process ends by it.
    if (process.listenerCount(signal) > 1) return;
    process.off(signal, onSignal);
    process.kill(process.pid, signal);
  };
  // An uncaught exception ends in `exit` as well, unless somebody keeps the process alive, and then the child is still needed.
  process.on('exit', kill);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    process.off('exit', kill);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
