/** A child process ends with the process that started it, however that one ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const module = pathToFileURL(join(import.meta.dirname, '..', '..', 'local', 'engines', 'reap-on-exit.ts')).href;

/** Starts a process that watches over a child which would live for a minute, and prints that child's id. */
async function start(then: string): Promise<{ parent: ReturnType<typeof spawn>; childPid: number }> {
  const code = `
    import { spawn } from 'node:child_process';
    import { reapOnExit } from '${module}';
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    const release = reapOnExit(child);
    process.stdout.write(child.pid + '\\n');
    setTimeout(() => { ${then} }, 100);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [chunk] = await once(parent.stdout as NodeJS.ReadableStream, 'data');
  return { parent, childPid: Number(String(chunk)) };
}

/** A zombie is gone, too: it only waits for its new parent to note it. */
async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (!isAlive(pid)) return true;
    await wait(20);
  }
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/stat`) || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

describe('a watched child', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is gone after %s, which keeps its meaning for the parent', async (signal) => {
    const { parent, childPid } = await start('');
    parent.kill(signal);
    expect(await once(parent, 'exit')).toEqual([null, signal]);
    expect(await isGone(childPid)).toBe(true);
  });

  it.each([
    ['an exit', 'process.exit(0)', 0],
    ['an uncaught exception', "throw new Error('crash')", 1],
    ['an unhandled rejection', "Promise.reject(new Error('crash'))", 1],
  ])('is gone after %s', async (_what, then, code) => {
    const { parent, childPid } = await start(then);
    expect(await once(parent, 'exit')).toEqual([code, null]);
    expect(await isGone(childPid)).toBe(true);
  });

  it('leaves a signal to those who listen to it, too', async () => {
    const { parent, childPid } = await start(
      "process.on('SIGTERM', () => setTimeout(() => process.exit(7), 50)); process.kill(process.pid, 'SIGTERM')",
    );
    expect(await once(parent, 'exit')).toEqual([7, null]);
    expect(await isGone(childPid)).toBe(true);
  });

  it('is let go when the watch is taken off', async () => {
    const { parent, childPid } = await start('release(); process.exit(0)');
    await once(parent, 'exit');
    await wait(100);
    expect(isAlive(childPid)).toBe(true);
    process.kill(childPid);
  });
});
