/** What a function's worker thread and the pool say to each other. */

/** Handed to the worker when it is started. */
export type WorkerSetup = {
  /** The bundle, and the name of the function it exports. */
  readonly file: string;
  readonly exportName: string;
  readonly logFile: string;
  /** What every invocation's context says of the function. */
  readonly context: {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly memoryLimitInMB: string;
    readonly invokedFunctionArn: string;
  };
};

export type InvocationRequest = {
  readonly requestId: string;
  /** JSON text, as Lambda hands it over. */
  readonly event: string;
  readonly deadlineMillis: number;
};

export type FunctionError = { readonly errorType: string; readonly errorMessage: string };

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly error: FunctionError }
  | { readonly kind: 'answer'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'failed'; readonly requestId: string; readonly error: FunctionError };
