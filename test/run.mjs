/**
 * `npm test`: lint, then types, then the tests, stopping at the first of the three that fails. What follows `--` goes to jest.
 * The last line is always `N passed, N failed`; before it stands what did not run on this machine, and why.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const scratch = join(root, '.oncehook');
const jestReport = join(scratch, 'jest.json');
const notRunFile = join(scratch, 'not-run.jsonl');
/** Each test makes its temporary folders in here, so that all of them go at the end, also those of a test that failed. */
const temporary = mkdtempSync(join(tmpdir(), 'oncehook-tests-'));
const environment = {
  ...process.env,
  TMPDIR: temporary,
  // The CDK's own rules cost two seconds for each synth; `nag.test.ts` turns them on for the stack that is deployed.
  CDK_VALIDATION: process.env.CDK_VALIDATION ?? 'false',
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`,
};

mkdirSync(scratch, { recursive: true });
for (const file of [jestReport, notRunFile]) rmSync(file, { force: true });

process.on('exit', () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));
process.exitCode = (await checks()) ? 0 : 1;

async function checks() {
  for (const [name, script, ...options] of [
    ['lint', '@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
    ['types', 'typescript/bin/tsc', '-p', '.'],
  ]) {
    if (await passes(name, script, options)) continue;
    say(`${name}: failed; the tests were not started.`);
    return total(0, 1);
  }
  const options = ['--config', 'jest.config.mjs', '--maxWorkers=3', '--json', `--outputFile=${jestReport}`, ...process.argv.slice(2)];
  const passed = await passes('tests', 'jest/bin/jest.js', options);
  return summary(passed);
}

/** Each tool is run by this Node, whatever stands on the PATH. */
function passes(name, script, options) {
  const started = performance.now();
  return new Promise((resolve) => {
    const tool = spawn(process.execPath, [join(root, 'node_modules', script), ...options], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: environment,
    });
    tool.on('exit', (code) => {
      if (code === 0) say(`${name}: passed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
      resolve(code === 0);
    });
  });
}

function summary(jestPassed) {
  const report = readReport();
  if (report === undefined) {
    say('tests: jest ended without a report.');
    return total(0, 1);
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const standIns = tests.filter((test) => test.status === 'passed' && test.title.startsWith('did not run: ')).length;
  // A part of the tests may be asked for; otherwise a test is only left out with a reason (test/not-run.ts).
  const asked = process.argv.some((option) => option === '-t' || option.startsWith('--testNamePattern'));
  const silent = asked ? [] : tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  sayNotRun(silent);
  // A file that cannot even be loaded has no tests to count: it counts as one failure.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites + silent.length;
  const passed = report.numPassedTests - standIns;
  if (failed === 0 && !jestPassed) return total(passed, 1);
  if (failed === 0 && passed === 0) say('No test was run.');
  return total(passed, failed);
}

function sayNotRun(silent) {
  const groups = readNotRun();
  say(`not run: ${groups.length} groups of tests${groups.length === 0 ? '' : ', because'}`);
  for (const { title, reason } of groups) say(`  ${title}: ${reason}`);
  for (const test of silent) say(`  ${test.fullName}: left out without a reason, which is a failure`);
}

function readNotRun() {
  try {
    return readFileSync(notRunFile, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function readReport() {
  try {
    return JSON.parse(readFileSync(jestReport, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function total(passed, failed) {
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
