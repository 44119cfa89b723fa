/**
 * `npm run mutants [-- name…]`: takes each guard away in a copy of the working tree and requires that the test named for it fails
 * on an assertion. Ends with `N killed, N survived`, and with 1 if any survived, did not apply, or did not type-check.
 * It does not show that the tests are complete: only that each guard with a patch is watched by the test it names.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, readMutants } from './patch-file.ts';
import { faultBefore, judge, type Verdict } from './verdict.ts';
import { type JestRun, Workbench } from './workbench.ts';

const { values, positionals } = parseArgs({
  options: { root: { type: 'string', default: join(import.meta.dirname, '../..') } },
  allowPositionals: true,
});
/** Two at a time: a type check and one test leave a core idle for half of it. */
const benches = [new Workbench(values.root), new Workbench(values.root)];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    removeAll();
    process.exit(1);
  });
}
try {
  process.exitCode = (await runAll(readMutants(join(values.root, 'test/mutants'), positionals))) ? 0 : 1;
} finally {
  removeAll();
}

function removeAll(): void {
  for (const bench of benches) bench.remove();
}

async function runAll(mutants: readonly Mutant[]): Promise<boolean> {
  const [first] = benches as [Workbench];
  const [typeError, before] = await Promise.all([first.typeError(), first.runTests(mutants)]);
  if (typeError !== undefined) throw new Error(`The tree does not type-check even without a patch: ${typeError}`);
  let killed = 0;
  const waiting = [...mutants];
  const work = async (bench: Workbench) => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const started = performance.now();
      const verdict = await tryOut(mutant, { bench, before });
      const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
      say(
        `${verdict.killed ? 'killed  ' : 'SURVIVED'} ${seconds} s  ${mutant.name.padEnd(32)} ${mutant.guard}${verdict.killed ? '' : `\n${' '.repeat(18)}${verdict.why}`}`,
      );
      if (verdict.killed) killed += 1;
    }
  };
  await Promise.all(benches.map(work));
  say(`${killed} killed, ${mutants.length - killed} survived`);
  return killed === mutants.length && killed > 0;
}

async function tryOut(mutant: Mutant, { bench, before }: { readonly bench: Workbench; readonly before: JestRun }): Promise<Verdict> {
  const fault = faultBefore(mutant, before);
  if (fault !== undefined) return { killed: false, why: fault };
  const misfit = bench.apply(mutant.patch);
  if (misfit !== undefined) return { killed: false, why: `the patch does not apply: ${misfit}` };
  try {
    const [typeError, after] = await Promise.all([bench.typeError(mutant.folders), bench.runTests([mutant])]);
    return typeError === undefined ? judge(mutant, after) : { killed: false, why: `it does not type-check: ${typeError}` };
  } finally {
    bench.takeBack(mutant.patch);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
