/** A copy of the working tree in which patches are tried: type check, named tests, and back again. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JEST_MILLIS, JestProcess } from './jest-process.ts';
import type { NamedTest, Seed } from './patch-file.ts';
import type { JestOrder } from './warm-jest.ts';

/** A test as jest reports it. */
export type TestResult = {
  /** The whole path of its file. */
  readonly file: string;
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
};

export type JestRun = {
  readonly tests: readonly TestResult[];
  /** Why a file could not be loaded or jest did not come to an end. */
  readonly trouble: string | undefined;
};

/** What the first seed that an invariant failed for was, if there was one. */
export type SeedRun = {
  readonly seed?: number;
  readonly violation?: { readonly invariant: string; readonly what: string };
  /** Why the simulator did not come to an end. */
  readonly trouble?: string;
};

export class Workbench {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #jest: JestProcess;

  constructor(root: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'oncehook-mutants-'));
    // Git variables of a hook or another repository would lead git out of the copy.
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') && !name.startsWith('JEST_'));
    this.#environment = {
      ...Object.fromEntries(own),
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      // Hundreds of processes load the same modules.
      NODE_COMPILE_CACHE: join(this.folder, '.oncehook/compiled'),
    };
    this.#jest = new JestProcess(this.folder, this.#environment);
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
    const isFile = (path: string) => path !== '' && lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true;
    for (const path of listed.split('\0').filter(isFile)) cpSync(join(root, path), join(this.folder, path));
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
    this.#git('init', '--quiet');
  }

  /** Answers with what git says where the patch does not fit. */
  apply(patch: string): string | undefined {
    try {
      this.#git('apply', '--whitespace=nowarn', patch);
      return undefined;
    } catch (error) {
      return firstLine(String((error as { stderr?: unknown }).stderr ?? error));
    }
  }

  takeBack(patch: string): void {
    this.#git('apply', '--reverse', '--whitespace=nowarn', patch);
  }

  /** Answers with the first error of the type checker, in the whole tree or in these folders and what they import. */
  async typeError(folders: readonly string[] = []): Promise<string | undefined> {
    const config = folders.length === 0 ? 'tsconfig.json' : 'tsconfig.mutant.json';
    if (folders.length > 0) writeFileSync(join(this.folder, config), JSON.stringify({ extends: './tsconfig.json', include: folders }));
    const { code, output } = await this.#run('node_modules/typescript/bin/tsc', ['-p', config, '--pretty', 'false']);
    return code === 0 ? undefined : firstLine(output);
  }

  /** Plays seeds of the simulator until one finds something. */
  async playSeeds({ seed, level }: Pick<Seed, 'seed' | 'level'>, count: number): Promise<SeedRun> {
    const { code, output } = await this.#run('test/mutants/play-seeds.ts', [String(seed), String(count), level]);
    const last = output.trimEnd().split('\n').at(-1) ?? '';
    try {
      return (JSON.parse(last) as SeedRun | null) ?? {};
    } catch {
      return { trouble: `the simulator ended with ${code}: ${firstLine(output)}` };
    }
  }

  /** Runs the named tests, and nothing else. */
  async runTests(mutants: readonly NamedTest[]): Promise<JestRun> {
    const report = join(this.folder, '.oncehook-mutants.json');
    rmSync(report, { force: true });
    const files = [...new Set(mutants.map(({ testFile }) => testFile))].map((file) => `/${file.replaceAll(/[.+]/g, '\\$&')}$`);
    const titles = mutants.map(({ title }) => `(?:${title})`).join('|');
    // The engines are started by a global setup, which only a fresh process loads as it is in the copy.
    const isPlain = mutants.length === 1 && !/^test\/(?:engines|conformance)\//.test(mutants[0]?.testFile ?? '');
    const output = isPlain ? await this.#jest.run({ files, titles, report }) : await this.#runCold({ files, titles, report });
    return readReport(report, output);
  }

  async #runCold({ files, titles, report }: JestOrder): Promise<string> {
    const options = ['--config', 'jest.config.mjs', '--ci', '--maxWorkers=2', '--json', `--outputFile=${report}`];
    const { output } = await this.#run('node_modules/jest/bin/jest.js', [...options, `--testNamePattern=${titles}`, ...files]);
    return output;
  }

  remove(): void {
    this.#jest.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #git(...commandLine: string[]): void {
    execFileSync('git', commandLine, { cwd: this.folder, env: this.#environment, stdio: 'pipe' });
  }

  #run(script: string, options: readonly string[]): Promise<{ code: number | null; output: string }> {
    return new Promise((resolve) => {
      const tool = spawn(process.execPath, [script, ...options], {
        cwd: this.folder,
        env: this.#environment,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: JEST_MILLIS,
      });
      let output = '';
      for (const stream of [tool.stdout, tool.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
      tool.on('close', (code) => resolve({ code, output }));
    });
  }
}

type Report = {
  readonly testResults: readonly {
    readonly message: string;
    readonly name: string;
    readonly assertionResults: readonly Omit<TestResult, 'file'>[];
  }[];
  readonly numRuntimeErrorTestSuites: number;
};

/** `output` is what jest printed, for the case that it left no report. */
export function readReport(path: string, output: string): JestRun {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return { tests: [], trouble: `jest gave no report: ${firstLine(output)}` };
  }
  const broken =
    report.numRuntimeErrorTestSuites === 0 ? undefined : report.testResults.find(({ assertionResults }) => assertionResults.length === 0);
  const tests = report.testResults.flatMap(({ name, assertionResults }) => assertionResults.map((test) => ({ ...test, file: name })));
  const ran = tests.filter(({ status }) => status !== 'pending');
  return { tests: ran, trouble: broken === undefined ? undefined : `the test file could not be loaded: ${firstLine(broken.message)}` };
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '' && !line.startsWith('●')) ?? ''
  );
}
