/** `oncehook start`: the local stack with its demo, until the process is told to stop. */
import { join } from 'node:path';
import { systemRandom } from '../lambdas/aws/system-random.ts';
import type { StartOptions } from '../ops/commands/verb.ts';
import { connect } from '../ops/connection.ts';
import { OperatorError } from '../ops/operator-error.ts';
import { print } from '../ops/terminal.ts';
import { watchInterrupts } from './interrupts.ts';
import { LocalError } from './local-error.ts';
import { secretVariable } from './local-secrets.ts';
import type { LocalStack } from './start-local.ts';

/** Resolves with the exit code once everything is stopped: 1 only where the demo's books did not agree. */
export async function run(options: StartOptions): Promise<number> {
  const interrupts = watchInterrupts();
  const { signal } = interrupts;
  let stack: LocalStack | undefined;
  try {
    stack = await start(options.port);
    signal.throwIfAborted();
    print(`ready: ${stack.url} (engine ${options.engine}, ${stack.readySeconds.toFixed(1)} s)`);
    const equal = options.demo
      ? await Promise.race([playDemo(stack, options.seed, signal), interrupts.interrupted.then(() => true)])
      : true;
    signal.throwIfAborted();
    for (const line of nextSteps(stack)) print(line);
    await interrupts.interrupted;
    return equal ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return 0;
    throw error;
  } finally {
    await stack?.stop();
    interrupts.release();
  }
}

async function start(port: number): Promise<LocalStack> {
  const { startLocal } = await import('./start-local.ts');
  try {
    return await startLocal({ port, announceIn: process.cwd(), logDirectory: join(process.cwd(), LOGS) });
  } catch (error) {
    if (error instanceof LocalError) throw new OperatorError(error.code, error.message, { cause: error });
    throw error;
  }
}

async function playDemo(stack: LocalStack, given: number | undefined, signal: AbortSignal): Promise<boolean> {
  const demo = await import('./demo.ts');
  const seed = given ?? Math.floor(systemRandom.fraction() * SEEDS);
  const connection = await connect({ url: stack.url, directory: process.cwd() });
  try {
    return (await demo.playDemo(connection, { seed, signal })).equal;
  } catch (error) {
    // What the demo meets while the stack is being stopped says nothing.
    if (signal.aborted) return true;
    throw error;
  }
}

/** As many as `--seed` takes. */
const SEEDS = 1_000_000_000;

const LOGS = join('.oncehook', 'logs');

function nextSteps({ outputs }: LocalStack): string[] {
  const sources = Object.keys(outputs).filter((name) => /^Source[A-Z0-9]/.test(name));
  const perSource = sources.flatMap((name) => {
    const { source, url: webhookUrl } = JSON.parse(outputs[name] ?? '') as { source: string; url: string };
    return [`  ${webhookUrl}  signed with ${secretVariable(source)} where it is set, otherwise with a secret made for this run`];
  });
  return [
    'Serving until Ctrl-C:',
    ...perSource,
    '  npx oncehook send stripe payment_intent.succeeded --times 3',
    '  npx oncehook status',
    '  npx oncehook events',
    `  logs in ${LOGS}`,
  ];
}
