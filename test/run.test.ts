import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

type Test = { readonly title: string; readonly status: string };

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'oncehook-run-'));
  mkdirSync(join(project, 'test'));
  copyFileSync(join(import.meta.dirname, 'run.mjs'), join(project, 'test/run.mjs'));
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

/** Stands in for a tool: it notes how it was called, does what it is told, and ends with a code. */
function tool(path: string, code: number, script = ''): void {
  const file = join(project, 'node_modules', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `const fs = require('node:fs');\nfs.appendFileSync('calls', ${JSON.stringify(`${path} `)} + process.argv.slice(2).join(' ') + '\\n');\n${script}\nprocess.exit(${code});\n`,
  );
}

function tools({ lint = 0, types = 0, jest = 0, tests = [{ title: 'works', status: 'passed' }] as Test[], broken = 0, notRun = '' }): void {
  tool('@biomejs/biome/bin/biome', lint);
  tool('typescript/bin/tsc', types);
  const count = (status: string) => tests.filter((test) => test.status === status).length;
  const report = {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numRuntimeErrorTestSuites: broken,
    testResults: [{ assertionResults: tests.map((test) => ({ ...test, fullName: test.title })) }],
  };
  const lines = notRun === '' ? '' : `fs.writeFileSync('.oncehook/not-run.jsonl', ${JSON.stringify(notRun)});`;
  tool('jest/bin/jest.js', jest, `fs.writeFileSync('.oncehook/jest.json', ${JSON.stringify(JSON.stringify(report))});${lines}`);
}

function run(...options: string[]): {
  readonly lines: readonly string[];
  readonly last: string | undefined;
  readonly code: number | null;
  readonly calls: readonly string[];
} {
  const { stdout, status } = spawnSync(process.execPath, ['test/run.mjs', ...options], { cwd: project, encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  return { lines, last: lines.at(-1), code: status, calls: readFileSync(join(project, 'calls'), 'utf8').trimEnd().split('\n') };
}

describe('npm test', () => {
  it('runs lint, types and tests, and ends with what passed', () => {
    tools({});

    const { last, code, calls } = run();

    expect({ last, code }).toEqual({ last: '1 passed, 0 failed', code: 0 });
    expect(calls.map((call) => call.split('/')[0])).toEqual(['@biomejs', 'typescript', 'jest']);
  });

  it('hands on what follows to jest', () => {
    tools({});

    expect(run('test/core', '-t', 'decides').calls.at(-1)).toMatch(/ --maxWorkers=3 .*test\/core -t decides$/);
  });

  it.each([
    ['lint', { lint: 1 }, 1],
    ['types', { types: 2 }, 2],
  ])('starts no tests where %s fails', (name, codes, ran) => {
    tools(codes);

    const { lines, last, code, calls } = run();

    expect({ last, code }).toEqual({ last: '0 passed, 1 failed', code: 1 });
    expect(lines).toContain(`${name}: failed; the tests were not started.`);
    expect(calls).toHaveLength(ran);
  });

  it.each([
    [
      'a test fails',
      {
        jest: 1,
        tests: [
          { title: 'a', status: 'passed' },
          { title: 'b', status: 'failed' },
        ],
      },
      '1 passed, 1 failed',
    ],
    ['a file cannot be loaded', { jest: 1, broken: 1 }, '1 passed, 1 failed'],
    ['jest fails although no test did', { jest: 1 }, '1 passed, 1 failed'],
    [
      'a test is left out without a reason',
      {
        tests: [
          { title: 'a', status: 'passed' },
          { title: 'b', status: 'pending' },
        ],
      },
      '1 passed, 1 failed',
    ],
    [
      'a test is only planned',
      {
        tests: [
          { title: 'a', status: 'passed' },
          { title: 'b', status: 'todo' },
        ],
      },
      '1 passed, 1 failed',
    ],
    ['nothing was run', { tests: [] }, '0 passed, 0 failed'],
  ])('ends with 1 where %s', (_, outcome, last) => {
    tools(outcome);

    expect(run()).toMatchObject({ last, code: 1 });
  });

  it('does not count what was filtered out on request', () => {
    tools({
      tests: [
        { title: 'a', status: 'passed' },
        { title: 'b', status: 'pending' },
      ],
    });

    expect(run('-t', 'a')).toMatchObject({ last: '1 passed, 0 failed', code: 0 });
  });

  it('ends with 1 where jest leaves no report, and never reads the one of an earlier run', () => {
    tools({});
    run();
    tool('jest/bin/jest.js', 0);

    expect(run()).toMatchObject({ last: '0 passed, 1 failed', code: 1 });
  });

  it('says what did not run and why, and does not count its stand-in as passed', () => {
    tools({
      tests: [
        { title: 'a', status: 'passed' },
        { title: 'did not run: no Java 17.', status: 'passed' },
      ],
      notRun: '{"title":"The pipeline on real engines","reason":"no Java 17."}\n',
    });

    const { lines, last, code } = run();

    expect(lines).toContain('not run: 1 groups of tests, because');
    expect(lines).toContain('  The pipeline on real engines: no Java 17.');
    expect({ last, code }).toEqual({ last: '1 passed, 0 failed', code: 0 });
    tools({});
    expect(run().lines).toContain('not run: 0 groups of tests');
  });
});
