/** One worker thread with one function's bundle: at most one invocation at a time, and it can be ended in the middle of one. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FunctionPlan } from './function-plan.ts';
import type { FunctionError, InvocationRequest, WorkerMessage, WorkerSetup } from './function-protocol.ts';

export type InvocationResult = { readonly ok: true; readonly payload: unknown } | { readonly ok: false; readonly error: FunctionError };

export type InstanceOptions = {
  readonly plan: FunctionPlan;
  /** The whole environment of the function. */
  readonly environment: { readonly [name: string]: string };
  readonly logFile: string;
};

export class FunctionInstance {
  /** Settled once the bundle is loaded: undefined, or why it could not be. */
  readonly ready: Promise<FunctionError | undefined>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #settleReady: (error: FunctionError | undefined) => void = () => {};
  #current: { readonly request: InvocationRequest; readonly settle: (result: InvocationResult) => void } | undefined;
  #endedBecause: FunctionError | undefined;
  #ended = false;

  constructor({ plan, environment, logFile }: InstanceOptions) {
    this.ready = new Promise((resolve) => {
      this.#settleReady = resolve;
    });
    this.#worker = new Worker(new URL('./function-worker.ts', import.meta.url), {
      workerData: workerSetup(plan, logFile),
      env: environment,
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: plan.memoryMegabytes },
    });
    // Whatever still comes this way was written around the log; it must neither reach the terminal nor pile up.
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message));
    this.#worker.on('error', (error) => {
      this.#endedBecause ??= { errorType: 'Runtime.UnhandledError', errorMessage: error.message };
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#onExit();
        resolve();
      });
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  get busy(): boolean {
    return this.#current !== undefined;
  }

  /** When the invocation under way must be ended; undefined while idle. */
  get deadlineMillis(): number | undefined {
    return this.#current?.request.deadlineMillis;
  }

  get requestId(): string | undefined {
    return this.#current?.request.requestId;
  }

  /** Never rejects: a failure of the function is a result. */
  invoke(request: InvocationRequest): Promise<InvocationResult> {
    return new Promise((settle) => {
      this.#current = { request, settle };
      if (this.#ended) this.#onExit();
      else this.#worker.postMessage(request);
    });
  }

  /** Ends the thread; an invocation under way fails with this error once nothing of it can run any more. */
  async end(error: FunctionError): Promise<void> {
    this.#endedBecause ??= error;
    await this.#worker.terminate();
    await this.#exited;
  }

  #receive(message: WorkerMessage): void {
    if (message.kind === 'ready') this.#settleReady(undefined);
    else if (message.kind === 'init-failed') this.#settleReady(message.error);
    else if (message.requestId !== this.#current?.request.requestId) return;
    else if (message.kind === 'answer') this.#settle({ ok: true, payload: JSON.parse(message.payload) });
    else this.#settle({ ok: false, error: message.error });
  }

  #settle(result: InvocationResult): void {
    const current = this.#current;
    this.#current = undefined;
    current?.settle(result);
  }

  #onExit(): void {
    this.#ended = true;
    const error = this.#endedBecause ?? { errorType: 'Runtime.ExitError', errorMessage: 'The function ended its process.' };
    this.#settleReady(error);
    this.#settle({ ok: false, error });
  }
}

function workerSetup(plan: FunctionPlan, logFile: string): WorkerSetup {
  const [module = 'index', exportName = 'handler'] = plan.handler.split('.');
  return {
    file: join(plan.codeDirectory, `${module}.js`),
    exportName,
    logFile,
    context: {
      functionName: plan.name,
      functionVersion: '$LATEST',
      memoryLimitInMB: String(plan.memoryMegabytes),
      invokedFunctionArn: plan.arn,
    },
  };
}
