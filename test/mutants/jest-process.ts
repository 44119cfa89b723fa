/** Runs named tests in a process that stays, so that only the first of them has to wait until jest is loaded. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JestOrder } from './warm-jest.ts';

/** One test takes seconds; a mutant may make it hang. */
export const JEST_MILLIS = 180_000;

/** What a test file loads stays in the memory of its process: about 20 MB each. */
const RUNS_MAX = 25;

export class JestProcess {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #runs = 0;

  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** Resolves with what was printed when the report is written, or when it never will be. */
  async run(order: JestOrder): Promise<string> {
    if (this.#runs >= RUNS_MAX) this.end();
    this.#child ??= this.#start();
    this.#runs += 1;
    return await this.#answer(this.#child, order);
  }

  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
    this.#runs = 0;
  }

  #start(): ChildProcess {
    return fork(fileURLToPath(new URL('./warm-jest.ts', import.meta.url)), [], {
      cwd: this.#folder,
      env: this.#environment,
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
  }

  #answer(child: ChildProcess, order: JestOrder): Promise<string> {
    return new Promise((resolve) => {
      let output = '';
      const listen = (text: Buffer) => {
        output += text.toString('utf8');
      };
      const late = setTimeout(() => child.kill('SIGKILL'), JEST_MILLIS);
      const answered = () => {
        clearTimeout(late);
        child.removeAllListeners();
        for (const stream of [child.stdout, child.stderr]) stream?.off('data', listen);
        resolve(output);
      };
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', listen);
      child.once('message', answered);
      // It is ended by what it ran, or because that took too long: the next order finds another one.
      for (const event of ['error', 'close'] as const) {
        child.once(event, () => {
          if (this.#child === child) this.end();
          answered();
        });
      }
      child.send(order);
    });
  }
}
