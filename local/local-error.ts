/** An error of the local stand-in: what was found, what is allowed, the likely cause and the next step. */

export class LocalError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'LocalError';
    this.code = code;
  }
}
