/**
 * `npm run mutants [-- name…] [--full] [--tested report.json]`: takes each guard away in a copy of the working tree and requires that the test named for it fails
 * on an assertion, or an invariant of the simulator in the seed named for it. With `--full` no seed is believed: each is searched anew.
 * With `--reseed`, for after a change of the simulator, in which every seed takes another course, it tries only the mutants with a seed, and
 * names another one in each patch whose own finds nothing any more. With `--tested`, a report of jest about this very tree, the named tests are
 * not run once more before the patches, to see that they pass.
 * Ends with `N killed, N survived`, and with 1 if any survived or did not apply. Where names are given it is also asked whether the patch
 * type-checks and whether its seed holds without it; that was asked of all others when they were added, and a second for each is minutes for
 * all. It does not show that the tests are complete: only that each guard with a patch is watched by what it names.
 */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, nameSeed, readMutants, type Seed } from './patch-file.ts';
import { faultBefore, judge, judgeSeeds, type Verdict } from './verdict.ts';
import { type JestRun, readReport, Workbench } from './workbench.ts';

/** A bug that this many seeds do not find is taken for one that the simulator cannot see. */
const FULL_SEEDS = 2_000;

const NO_TESTS: JestRun = { tests: [], trouble: undefined };

const { values, positionals } = parseArgs({
  options: {
    root: { type: 'string', default: join(import.meta.dirname, '../..') },
    full: { type: 'boolean', default: false },
    reseed: { type: 'boolean', default: false },
    tested: { type: 'string' },
  },
  allowPositionals: true,
});
const isThorough = positionals.length > 0;
/** Two at a time: a type check and one test leave a core idle for half of it. */
const benches = [new Workbench(values.root), new Workbench(values.root)];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    removeAll();
    process.exit(1);
  });
}
try {
  const mutants = readMutants(join(values.root, 'test/mutants'), positionals);
  const wanted = values.reseed ? mutants.filter(({ killer }) => killer.kind === 'seed') : mutants;
  process.exitCode = (await runAll(wanted)) ? 0 : 1;
} finally {
  removeAll();
}

function removeAll(): void {
  for (const bench of benches) bench.remove();
}

async function runAll(mutants: readonly Mutant[]): Promise<boolean> {
  const [first] = benches as [Workbench];
  const tests = mutants.map(({ killer }) => killer).filter((killer) => killer.kind === 'test');
  const passed = () => (values.tested === undefined ? first.runTests(tests) : readReport(values.tested, 'the report named with --tested'));
  const [typeError, before] = await Promise.all([first.typeError(), tests.length === 0 ? NO_TESTS : passed()]);
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

type Around = { readonly bench: Workbench; readonly before: JestRun };

async function tryOut(mutant: Mutant, { bench, before }: Around): Promise<Verdict> {
  const { killer } = mutant;
  const fault = killer.kind === 'test' ? faultBefore(killer, before) : await faultOfSeed(killer, bench);
  if (fault !== undefined) return { killed: false, why: fault };
  const misfit = bench.apply(mutant.patch);
  if (misfit !== undefined) return { killed: false, why: `the patch does not apply: ${misfit}` };
  try {
    const [typeError, verdict] = await Promise.all([isThorough ? bench.typeError(mutant.folders) : undefined, verdictOf(mutant, bench)]);
    return typeError === undefined ? verdict : { killed: false, why: `it does not type-check: ${typeError}` };
  } finally {
    bench.takeBack(mutant.patch);
  }
}

/** Before the patch nothing may be wrong in the seed. */
async function faultOfSeed(seed: Seed, bench: Workbench): Promise<string | undefined> {
  if (values.full || !isThorough) return undefined;
  const { violation, trouble } = await bench.playSeeds(seed, 1);
  return violation === undefined ? trouble : `its seed fails without the patch: ${violation.invariant}, ${violation.what}`;
}

async function verdictOf({ killer, patch }: Mutant, bench: Workbench): Promise<Verdict> {
  if (killer.kind === 'test') return judge(killer, await bench.runTests([killer]));
  const own = values.full ? undefined : judgeSeeds(1, await bench.playSeeds(killer, 1));
  if (own?.killed === true || (own !== undefined && !values.reseed)) return own;
  const run = await bench.playSeeds({ ...killer, seed: values.reseed ? 1 : randomInt(2 ** 40) }, FULL_SEEDS);
  if (run.seed !== undefined) {
    say(`found in seed ${run.seed}: ${run.violation?.invariant}`);
    if (values.reseed) nameSeed(patch, run.seed);
  }
  return judgeSeeds(FULL_SEEDS, run);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
