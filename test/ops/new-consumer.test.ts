/** `oncehook new consumer`: what it writes is formatted, type-checks and passes its own test, in a copy of the project. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand } from './run-command.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const COPIED = ['lambdas', 'test', 'package.json', 'biome.json', 'jest.config.mjs'];
const LONGEST = 'a-name-that-is-as-long-as-a-name-may-get';

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'oncehook-new-'));
});

afterEach(() => rmSync(project, { recursive: true }));

/** The parts of the project that a consumer and its test use, and nothing that would run besides. */
function copyProject(): void {
  for (const path of COPIED) {
    cpSync(join(ROOT, path), join(project, path), { recursive: true, filter: (source) => !source.endsWith('.test.ts') });
  }
  // Only what was written is checked, with what it imports.
  const config = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'));
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ ...config, include: ['lambdas/consumers', 'test/consumers'] }));
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
}

/** Enough of a project for what is refused before anything is written. */
function outlineProject(): void {
  for (const folder of ['lambdas/consumers', 'lambdas/core', 'lambdas/providers']) mkdirSync(join(project, folder), { recursive: true });
  writeFileSync(join(project, 'lambdas/core/contracts.ts'), '');
  writeFileSync(join(project, 'lambdas/providers/stripe.ts'), '');
}

const newConsumer = (...argv: string[]) => runCommand(['new', 'consumer', ...argv], { directory: project });

/** Runs a tool of the project in the copy, under the Node that runs this test. */
async function runTool(tool: string, argv: readonly string[]): Promise<string> {
  const { NODE_OPTIONS: _, ...environment } = process.env;
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [...nodeFlags(tool), join(ROOT, 'node_modules', tool), ...argv],
      {
        cwd: project,
        env: environment,
      },
    );
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${tool} ${argv.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

const nodeFlags = (tool: string) => (tool.startsWith('jest') ? ['--experimental-vm-modules'] : []);

describe('oncehook new consumer', () => {
  it('writes consumers whose types, format and tests are right at once', async () => {
    copyProject();
    expect((await newConsumer('loyalty')).out).toContain('wrote lambdas/consumers/loyalty.ts\nwrote test/consumers/loyalty.test.ts\n');
    await newConsumer(LONGEST, '--type', `standardwebhooks:${'payment.succeeded.and.more'.repeat(3).slice(0, 64)}`);
    await newConsumer('chained', '--type', 'oncehook:ledger.entry-posted');
    await newConsumer('every', '--type', 'stripe:*');

    await runTool('typescript/bin/tsc', ['-p', '.']);
    await runTool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', 'lambdas/consumers', 'test/consumers']);
    const ran = await runTool('jest/bin/jest.js', ['--selectProjects', 'unit', '--runInBand', 'test/consumers']);
    expect(ran).toMatch(/^Test Suites: 4 passed, 4 total$/m);
    expect(ran).toMatch(/^PASS .*loyalty\.test\.ts$/m);
  }, 120_000);

  it('subscribes to payments of Stripe, or to what it is told', async () => {
    outlineProject();
    await newConsumer('loyalty');
    await newConsumer('refunds', '--type', 'stripe:charge.refunded');
    const text = (name: string) => readFileSync(join(project, `lambdas/consumers/${name}.ts`), 'utf8');
    expect(text('loyalty')).toContain("subscribes: { stripe: ['payment_intent.succeeded'] }");
    expect(text('refunds')).toContain("subscribes: { stripe: ['charge.refunded'] }");
  });

  it.each([
    ['lambdas/consumers/loyalty.ts', 'test/consumers/loyalty.test.ts'],
    ['test/consumers/loyalty.test.ts', 'lambdas/consumers/loyalty.ts'],
  ])('overwrites nothing where %s is there, and writes nothing else either', async (there, other) => {
    outlineProject();
    mkdirSync(join(project, 'test/consumers'), { recursive: true });
    writeFileSync(join(project, there), 'mine');
    const { code, err } = await newConsumer('loyalty');
    expect(code).toBe(1);
    expect(err).toContain(`${there} is there already and is not overwritten`);
    expect(readFileSync(join(project, there), 'utf8')).toBe('mine');
    expect(existsSync(join(project, other))).toBe(false);
  });

  it.each(['Loyalty', '1st', 'loyal_ty', 'loyalty-', 'a--b', '../escape', `${LONGEST}s`, ''])('refuses the name %j', async (name) => {
    outlineProject();
    const { code, err } = await newConsumer(name);
    expect(code).toBe(2);
    expect(err).toContain(`received ${JSON.stringify(name)}`);
    expect(err).toContain('for example loyalty-points');
  });

  it.each(['quarantine', 'utils', 'index'])('refuses the name %s, which has a meaning or none', async (name) => {
    outlineProject();
    expect(await newConsumer(name)).toMatchObject({ code: 2, err: expect.stringContaining(`The name "${name}" is not allowed`) });
  });

  it.each([
    ['charge.refunded', 'for example stripe:charge.refunded'],
    ['stripe:', 'for example stripe:charge.refunded'],
    ["stripe:a'b", 'for example stripe:charge.refunded'],
    ['moon:landed', 'there are: stripe, oncehook'],
  ])('refuses --type %s', async (type, expected) => {
    outlineProject();
    const { code, err } = await newConsumer('loyalty', '--type', type);
    expect(code).toBe(2);
    expect(err).toContain(expected);
    expect(existsSync(join(project, 'lambdas/consumers/loyalty.ts'))).toBe(false);
  });

  it('says that it belongs into the directory of a project', async () => {
    const { code, err } = await newConsumer('loyalty');
    expect(code).toBe(1);
    expect(err).toContain(`There is no folder lambdas/consumers in ${project}`);
  });
});
