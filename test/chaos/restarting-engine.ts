/**
 * DynamoDB Local with its data in a file, so that it can be killed and started again on the same port: what it had committed is there
 * afterwards, requests under way end without an answer, and shard iterators are gone.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import { type DynamoDbLocal, freePort, startDynamoDbLocal } from '../../local/engines/dynamodb-local.ts';

export type RestartingEngine = {
  readonly url: string;
  /** Kills it as a crash would and resolves once it serves again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** `java` is a command of release 17 or newer. */
export async function startRestartingEngine(java: string): Promise<RestartingEngine> {
  // In memory where the machine offers it: what survives here is the process's end, not the machine's.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'oncehook-chaos-'));
  const kept = { folder, port: await freePort() };
  let running: DynamoDbLocal | undefined;
  const start = async () => {
    running = await startDynamoDbLocal(java, systemClock, kept);
    return running.url;
  };
  const stop = async () => {
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = await start();
    return {
      url,
      stop,
      restart: async () => {
        await running?.stop();
        // On a busy machine it may take longer to start than anybody would wait; what it had committed is there all the same.
        await start().catch(start);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
