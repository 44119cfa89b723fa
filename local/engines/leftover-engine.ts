/**
 * An engine whose stack was killed too hard to end it: SIGKILL leaves no time for anything. The next start ends it, by a note in a file
 * of who started which process; an engine whose stack still runs is never touched.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Stoppable } from '../teardown.ts';

type Note = { readonly engine: number; readonly owner: number };

const noteFile = (directory: string) => join(directory, '.oncehook', 'engine.json');

/** Notes that this process started that engine, until it is stopped. */
export function noteEngine(directory: string, engine: number): Stoppable {
  const file = noteFile(directory);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ engine, owner: process.pid } satisfies Note));
  return { stop: () => rmSync(file, { force: true }) };
}

/** Returns whether there was one to end. */
export function endLeftoverEngine(directory: string): boolean {
  const note = readNote(noteFile(directory));
  if (note === undefined || isAlive(note.owner) || !isEngine(note.engine)) return false;
  process.kill(note.engine, 'SIGKILL');
  return true;
}

function readNote(file: string): Note | undefined {
  try {
    const { engine, owner } = JSON.parse(readFileSync(file, 'utf8')) as Note;
    return Number.isSafeInteger(engine) && Number.isSafeInteger(owner) && engine > 1 ? { engine, owner } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is alive, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The number may belong to another program by now. Where the system has no `ps`, nothing is ended. */
function isEngine(pid: number): boolean {
  try {
    const args = execFileSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return args.includes('DynamoDBLocal.jar');
  } catch {
    return false;
  }
}
