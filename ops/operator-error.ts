/** An error for the person at the terminal: one clear sentence or two, and the exit code that goes with it. */

export type ExitCode = 0 | 1 | 2;

export class OperatorError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, options: { readonly cause?: unknown; readonly exitCode?: ExitCode } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'OperatorError';
    this.code = code;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** What was typed cannot be meant: exit code 2. */
export function wrongUse(code: string, message: string): OperatorError {
  return new OperatorError(code, message, { exitCode: 2 });
}
