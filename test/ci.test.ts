import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'oncehook-ci-'));
  for (const folder of ['.ci', 'tools']) mkdirSync(join(project, folder));
  copyFileSync(join(import.meta.dirname, '../.ci/run'), join(project, '.ci/run'));
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

/** Stands in for a tool on the PATH; it also notes how it was called. */
function tool(name: string, script: string): void {
  writeFileSync(join(project, 'tools', name), `#!/usr/bin/env bash\necho "${name} $* CI=\${CI:-}" >>"${project}/calls"\n${script}\n`);
  chmodSync(join(project, 'tools', name), 0o755);
}

const HELD = 'echo "5 seeds in 1 s, 0 seeds with violations"';

/** `npm` whose verbs do as they are told. */
function npm({
  ci = 'true',
  test = 'echo "7 passed, 0 failed"',
  mutants = 'echo "3 killed, 0 survived"',
  sim = HELD,
  chaos = 'echo "9 applied once, 0 violations"',
}): void {
  const verbs = `ci) ${ci} ;; test) ${test} ;; "run mutants "*) ${mutants} ;; "run sim "*) ${sim} ;; "run chaos "*) ${chaos} ;;`;
  tool('npm', `case "$*" in ${verbs} esac`);
}

function run(): { readonly last: string | undefined; readonly code: number | null; readonly calls: readonly string[] } {
  const path = `${join(project, 'tools')}:${process.env['PATH']}`;
  const { stdout, status } = spawnSync('bash', ['.ci/run'], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, PATH: path, CI: 'true' },
    timeout: 30_000,
  });
  const calls = spawnSync('cat', [join(project, 'calls')], { encoding: 'utf8' })
    .stdout.trimEnd()
    .split('\n');
  return { last: stdout.trimEnd().split('\n').at(-1), code: status, calls };
}

describe('.ci/run', () => {
  beforeEach(() => {
    tool('java', 'echo "openjdk version \\"21.0.2\\" 2024-01-16" >&2');
    for (const name of ['pg_lsclusters', 'python3']) tool(name, 'true');
    tool('sudo', '"$@"');
  });

  it('adds tests and mutants up, counts the simulator at each level and chaos as one, and ends with 0', () => {
    npm({});

    expect(run()).toMatchObject({ last: '14 passed, 0 failed', code: 0 });
  });

  it('installs from the lock first, then runs everything with CI=1', () => {
    npm({});

    expect(run().calls.filter((call) => call.startsWith('npm'))).toEqual([
      'npm ci CI=1',
      'npm test CI=1',
      'npm run mutants -- --tested .oncehook/jest.json CI=1',
      'npm run sim -- --seeds 5000 --seed 1 --level ports CI=1',
      'npm run sim -- --seeds 300 --seed 1 --level sdk CI=1',
      'npm run sim -- --seeds 120 --seed 1 --level payments CI=1',
      'npm run chaos -- --seconds 60 CI=1',
    ]);
  });

  it.each([
    ['a test fails', { test: 'echo "6 passed, 1 failed"; exit 1' }, '13 passed, 1 failed'],
    ['a mutant survives', { mutants: 'echo "2 killed, 1 survived"; exit 1' }, '13 passed, 1 failed'],
    ['both', { test: 'echo "5 passed, 2 failed"; exit 1', mutants: 'echo "2 killed, 1 survived"; exit 1' }, '11 passed, 3 failed'],
    ['the tests end without a count', { test: 'echo "Segmentation fault"; exit 139' }, '7 passed, 1 failed'],
    ['the tests count nothing and end with 0', { test: 'true' }, '7 passed, 1 failed'],
    ['the tests end with 1 and count no failure', { test: 'echo "7 passed, 0 failed"; exit 1' }, '14 passed, 1 failed'],
    ['the mutants end without a count', { mutants: 'exit 1' }, '11 passed, 1 failed'],
    ['a seed finds a violation', { sim: 'echo "5 seeds in 1 s, 1 seeds with violations"; exit 1' }, '11 passed, 3 failed'],
    ['a seed finds one and the simulator ends with 0', { sim: 'echo "5 seeds in 1 s, 10 seeds with violations"' }, '11 passed, 3 failed'],
    ['the simulator counts none and ends with 1', { sim: `${HELD}; exit 1` }, '11 passed, 3 failed'],
    ['the simulator says nothing', { sim: 'true' }, '11 passed, 3 failed'],
    ['chaos finds a violation', { chaos: 'echo "9 applied once, 10 violations"; exit 1' }, '13 passed, 1 failed'],
    ['the install fails', { ci: 'exit 1' }, '0 passed, 1 failed'],
    ['no test and no mutant is run', { test: 'echo "0 passed, 0 failed"', mutants: 'echo "0 killed, 0 survived"' }, '4 passed, 2 failed'],
    ['it is stopped half-way', { mutants: 'kill -TERM $PPID; sleep 0.2' }, '7 passed, 1 failed'],
  ])('ends with 1 and what is known where %s', (_, verbs, last) => {
    npm(verbs);

    expect(run()).toMatchObject({ last, code: 1 });
  });

  it.each([
    ['is missing', 'exit 127'],
    ['is too old', 'echo "openjdk version \\"11.0.22\\" 2024-01-16" >&2'],
  ])('installs Java where it %s', (_, java) => {
    tool('java', java);
    tool('apt-get', `cat >"${project}/tools/java" <<'END'\n#!/usr/bin/env bash\necho 'openjdk version "17.0.1"' >&2\nEND`);
    npm({});

    const { code, calls } = run();

    expect(code).toBe(0);
    expect(calls.filter((call) => call.startsWith('apt-get')).map((call) => call.replace(/ CI=.*/, ''))).toEqual([
      'apt-get update -qq',
      'apt-get install -y -qq --no-install-recommends default-jre-headless',
    ]);
  });

  it.each([
    ['pg_lsclusters', 'postgresql'],
    ['python3', 'python3'],
  ])('installs, where there is no %s, the package %s', (command, name) => {
    tool(command, 'exit 127');
    tool('apt-get', 'true');
    npm({});

    const { code, calls } = run();

    expect(code).toBe(0);
    expect(calls.filter((call) => call.includes(' install ')).map((call) => call.replace(/ CI=.*/, ''))).toEqual([
      `apt-get install -y -qq --no-install-recommends ${name}`,
    ]);
  });

  it('leaves the machine alone where everything is there', () => {
    tool('apt-get', 'true');
    npm({});

    expect(run().calls.filter((call) => call.startsWith('apt-get'))).toEqual([]);
  });

  it('ends with 1 where Java cannot be installed', () => {
    tool('java', 'exit 127');
    tool('apt-get', 'exit 100');
    npm({});

    expect(run()).toMatchObject({ last: '0 passed, 1 failed', code: 1 });
  });
});
