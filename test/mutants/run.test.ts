import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const repository = join(import.meta.dirname, '../..');

/** A product of one guard and its tests. */
const files = {
  'jest.config.mjs':
    "export default { testEnvironment: 'node', extensionsToTreatAsEsm: ['.ts'], transform: { '[.]ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }] } };\n",
  'lib/discount.ts':
    '/** Never more than half. */\nexport function discount(percent: number): number {\n  return Math.min(percent, 50);\n}\n',
  'test/discount.test.ts': [
    "import { expect, it } from '@jest/globals';",
    "import { discount } from '../lib/discount.ts';",
    "import fc from 'fast-check';",
    "it('gives at most half', () => { expect(discount(80)).toBe(50); });",
    "it('gives what was asked', () => { expect(discount(20)).toBe(20); });",
    "it('is never more than half', () => { fc.assert(fc.property(fc.nat(100), (percent) => { expect(discount(percent)).toBeLessThan(51); })); });",
    "it('gives what was asked twice', () => { expect(discount(20)).toBe(20); });",
    '',
  ].join('\n'),
  // A simulator of one invariant: a seed asks for as many percent.
  'test/sim/run-seeds.ts': [
    "import { discount } from '../../lib/discount.ts';",
    'type Violation = { invariant: string; what: string };',
    'type Outcome = { seed: number; violations: Violation[] };',
    'type Options = { from: number; count: number; level: string; until: (outcome: Outcome) => boolean };',
    'export async function runSeeds({ from, count, until }: Options): Promise<{ failures: Outcome[] }> {',
    '  const failures: Outcome[] = [];',
    '  for (let seed = from; seed < from + count; seed += 1) {',
    '    const percent = seed % 100;',
    "    const violations = discount(percent) > 50 ? [{ invariant: 'at most half', what: `${percent}` }] : [];",
    "    if (percent === 13) violations.push({ invariant: 'simulator', what: 'broke' });",
    '    if (violations.length > 0) failures.push({ seed, violations });',
    '    if (until({ seed, violations })) break;',
    '  }',
    '  return { failures };',
    '}',
    '',
  ].join('\n'),
};

const patch = (line: string, title = 'gives at most half') =>
  `# guard: the upper bound\n# test: test/discount.test.ts -t "${title}"\n--- a/lib/discount.ts\n+++ b/lib/discount.ts\n@@ -1,4 +1,4 @@\n /** Never more than half. */\n export function discount(percent: number): number {\n-  return Math.min(percent, 50);\n+  ${line}\n }\n`;

const seeded = (line: string, seed: number) => patch(line).replace(/^# test: .+$/m, `# seed: ${seed} ports`);

/** What each patch changes, and what the runner has to say of it. */
const mutants = [
  { name: 'bound', text: patch('return percent;'), says: /^killed +[\d.]+ s {2}bound +the upper bound$/m },
  {
    name: 'property',
    text: patch('return percent;', 'never more than half'),
    says: /^killed +[\d.]+ s {2}property +the upper bound$/m,
  },
  {
    name: 'comment-only',
    text: patch('return Math.min(percent, 50); // fine'),
    says: /^SURVIVED .* comment-only .*\n +its test still passes$/m,
  },
  { name: 'other-test', text: patch('return percent;', 'asked$'), says: /^SURVIVED .* other-test .*\n +its test still passes$/m },
  {
    name: 'crash',
    text: patch("throw new TypeError('no expectation failed');"),
    says: /^SURVIVED .* crash .*\n +its test failed, but not on an assertion: TypeError: no expect/m,
  },
  {
    name: 'end-of-process',
    text: patch('return process.exit(3);'),
    says: /^SURVIVED .* end-of-process .*\n +its test did not run: jest gave no report/m,
  },
  { name: 'syntax', text: patch('return (;'), says: /^SURVIVED .* syntax .*\n +it does not type-check: lib\/discount\.ts/m },
  {
    name: 'type-error',
    text: patch("return 'eighty';"),
    says: /^SURVIVED .* type-error .*\n +it does not type-check: lib\/discount\.ts\(3,3\)/m,
  },
  {
    name: 'misfit',
    text: patch('return percent;').replaceAll('Math.min(percent, 50)', 'Math.max(1, percent)'),
    says: /^SURVIVED .* misfit .*\n +the patch does not apply: error: patch failed/m,
  },
  { name: 'no-such-test', text: patch('return percent;', 'is free'), says: /^SURVIVED .* no-such-test .*\n +no test ran that "is free"/m },
  {
    name: 'two-tests',
    text: patch('return percent;', 'what was asked'),
    says: /^SURVIVED .* two-tests .*\n +"what was asked" names 2 tests/m,
  },
  { name: 'seed', text: seeded('return percent;', 80), says: /^killed +[\d.]+ s {2}seed +the upper bound$/m },
  {
    name: 'seed-of-nothing',
    text: seeded('return percent;', 20),
    says: /^SURVIVED .* seed-of-nothing .*\n +no invariant fails in its seed$/m,
  },
  {
    name: 'seed-that-breaks',
    text: seeded('return percent;', 13),
    says: /^SURVIVED .* seed-that-breaks .*\n +no invariant fails in its seed$/m,
  },
];

let project: string;
/** The runner's own place for temporary files, so that nothing else on the machine is counted. */
let temporary: string;

const runner = (...names: string[]) =>
  spawnSync(process.execPath, [join(repository, 'test/mutants/run.ts'), '--root', project, ...names], {
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, TMPDIR: temporary },
  });

const patchOf = (name: string) => readFileSync(join(project, 'test/mutants', `${name}.patch`), 'utf8');

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'oncehook-mutants-test-'));
  temporary = mkdtempSync(join(tmpdir(), 'oncehook-mutants-test-'));
  const patches = mutants.map(({ name, text }) => [`test/mutants/${name}.patch`, text] as const);
  for (const [path, text] of [...Object.entries(files), ...patches, ['.gitignore', 'node_modules'] as const]) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  for (const name of ['package.json', 'tsconfig.json', 'test/mutants/play-seeds.ts'])
    copyFileSync(join(repository, name), join(project, name));
  symlinkSync(join(repository, 'node_modules'), join(project, 'node_modules'));
  execFileSync('git', ['init', '--quiet'], { cwd: project });
});

afterAll(() => {
  for (const folder of [project, temporary]) rmSync(folder, { recursive: true, force: true });
});

describe('The mutants runner', () => {
  it('kills what its test catches on an assertion, and reports everything else as a survivor', () => {
    const { stdout, status } = runner(...mutants.map(({ name }) => name));

    for (const { says } of mutants) expect(stdout).toMatch(says);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('3 killed, 11 survived');
    expect(status).toBe(1);
  }, 120_000);

  it('asks for types where names are given, and takes a patch without them for what it does', () => {
    const { stdout } = runner();

    expect(stdout).toMatch(/^killed +[\d.]+ s {2}type-error /m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('4 killed, 10 survived');
  }, 120_000);

  it('runs the named ones alone, ends with 0 where all are killed, and leaves nothing behind', () => {
    const { stdout, status } = runner('bound');

    expect({ last: stdout.trimEnd().split('\n').at(-1), status }).toEqual({ last: '1 killed, 0 survived', status: 0 });
    expect(readdirSync(temporary).filter((name) => name.startsWith('oncehook-'))).toEqual([]);
  }, 60_000);

  it('believes no seed with --full, but searches for one that finds it', () => {
    const { stdout, stderr, status } = runner('seed-of-nothing', '--full');

    expect(stderr).toBe('');
    expect(stdout).toMatch(/^found in seed \d+: at most half$/m);
    expect({ last: stdout.trimEnd().split('\n').at(-1), status }).toEqual({ last: '1 killed, 0 survived', status: 0 });
  }, 60_000);

  it('names another seed with --reseed where the old one finds nothing, and leaves every other patch alone', () => {
    const before = new Map(mutants.map(({ name }) => [name, patchOf(name)]));
    const { stdout, stderr } = runner('--reseed');

    expect(stderr).toBe('');
    const moved = mutants.filter(({ name }) => patchOf(name) !== before.get(name)).map(({ name }) => name);
    expect(moved).toEqual(['seed-of-nothing', 'seed-that-breaks']);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('3 killed, 0 survived');
    expect(runner('seed-of-nothing').status).toBe(0);
  }, 60_000);

  it('refuses a name that no patch has', () => {
    const { stderr, status } = runner('bund');

    expect(stderr).toContain('There is no mutant bund; there are: bound, comment-only');
    expect(status).toBe(1);
  });
});
