/**
 * Synthesizes the stack in a process of its own: bundling blocks the thread it runs in for seconds, prints on the terminal, and the CDK
 * would take 150 MB of memory for as long as the stack runs.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { reapOnExit } from './engines/reap-on-exit.ts';
import { localEnvironment } from './environment.ts';
import { LocalError } from './local-error.ts';

type Answer = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly message: string };

export type SynthesisOptions = {
  /** Stands over the context in `cdk.json`. */
  readonly context?: { readonly [name: string]: unknown };
  /** @default - lambdas/consumers */
  readonly consumersFolder?: string;
};

/**
 * Writes the cloud assembly, bundles included. Throws `SYNTH_FAILED` with what the configuration or a bundle is said to lack.
 */
export async function synthesizeApart(outdir: string, options: SynthesisOptions = {}): Promise<void> {
  const child = fork(fileURLToPath(new URL('./synthesize-process.ts', import.meta.url)), [outdir, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    // The rules of CloudFormation are for those who deploy: `cdk synth` and `cdk deploy` ask them, and they cost more than a second.
    env: { ...localEnvironment(), CDK_VALIDATION: 'false' },
  });
  const release = reapOnExit(child);
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk));
  let answer: Answer | undefined;
  child.on('message', (message) => {
    answer = message as Answer;
  });
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  release();
  if (answer?.kind === 'done') return;
  const why = answer?.message ?? `the process ended with code ${code}`;
  const said = Buffer.concat(output).toString('utf8').trim().split('\n').slice(-OUTPUT_LINES).join('\n');
  throw new LocalError(
    'SYNTH_FAILED',
    said === '' ? `The stack cannot be synthesized: ${why}` : `The stack cannot be synthesized: ${why}\n${said}`,
  );
}

/** Enough for an error of esbuild with its code frame. */
const OUTPUT_LINES = 30;
