/** `oncehook start`: the local stack with its demo, until the process is told to stop. */
import { join } from 'node:path';
import { systemRandom } from '../lambdas/aws/system-random.ts';
import type { StartOptions } from '../ops/commands/verb.ts';
import { type Connection, connect } from '../ops/connection.ts';
import { OperatorError } from '../ops/operator-error.ts';
import { print } from '../ops/terminal.ts';
import { localEnvironment } from './environment.ts';
import { watchInterrupts } from './interrupts.ts';
import { LocalError } from './local-error.ts';
import { nextSteps } from './next-steps.ts';
import { createProviderStandIns, type ProviderStandIns, type StandIn } from './provider-stand-ins.ts';
import type { LocalStack } from './start-local.ts';

/** Resolves with the exit code once everything is stopped: 1 only where the demo's books did not agree. */
export async function run(options: StartOptions): Promise<number> {
  const interrupts = watchInterrupts();
  const { signal } = interrupts;
  const standIns = createProviderStandIns(localEnvironment());
  let stack: LocalStack | undefined;
  try {
    stack = await start(options, standIns);
    signal.throwIfAborted();
    if (stack.notice !== undefined) print(stack.notice);
    const [ready, afterSynth] = [stack.readySeconds.toFixed(1), stack.afterSynthSeconds.toFixed(1)];
    print(`ready: ${stack.url} (engine ${stack.engine}, ${ready} s, ${afterSynth} s after the synth)`);
    const connection = await connect({ url: stack.url, directory: process.cwd() });
    const interrupted = interrupts.interrupted.then(() => true);
    const demo = () => demoAgrees(connection, standIns.stripe(), { given: options.seed, signal });
    const equal = options.demo ? await Promise.race([demo(), interrupted]) : true;
    signal.throwIfAborted();
    for (const line of await nextSteps(connection, LOGS, localEnvironment())) print(line);
    await interrupts.interrupted;
    return equal ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return 0;
    throw error;
  } finally {
    await stack?.stop();
    await standIns.stop();
    interrupts.release();
  }
}

async function start({ port, engine }: StartOptions, standIns: ProviderStandIns): Promise<LocalStack> {
  const { startLocal } = await import('./start-local.ts');
  try {
    return await startLocal({
      port,
      engine,
      announceIn: process.cwd(),
      logDirectory: join(process.cwd(), LOGS),
      providerUrls: standIns.start,
    });
  } catch (error) {
    if (error instanceof LocalError) throw new OperatorError(error.code, error.message, { cause: error });
    throw error;
  }
}

type Playing = { readonly given: number | undefined; readonly signal: AbortSignal };

async function demoAgrees(connection: Connection, standIn: StandIn | undefined, { given, signal }: Playing): Promise<boolean> {
  const { playActs } = await import('./demo-acts.ts');
  const seed = given ?? Math.floor(systemRandom.fraction() * SEEDS);
  try {
    return (await playActs(connection, standIn, { seed, signal })).equal;
  } catch (error) {
    // What the demo meets while the stack is being stopped says nothing.
    if (signal.aborted) return true;
    throw error;
  }
}

/** As many as `--seed` takes. */
const SEEDS = 1_000_000_000;

const LOGS = join('.oncehook', 'logs');
