/** Every error of ours: a string code, the cause kept, and one of two fates: rejected (never retried) or retryable. */

export type ErrorOptions = { readonly cause?: unknown };

/**
 * Something failed and trying again may help. Anything that is not a `RejectedError` counts as this, known or not.
 * The message says what was received, what is allowed, the likely cause and the next step; it never holds a secret or a body.
 */
export class RetryableError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'RetryableError';
    this.code = code;
  }
}

/**
 * The event can never be applied, whatever is tried: a consumer throws it, the marker is committed with the outcome
 * `rejected` and this code, and the message is done. It is not for outages or for code that is not deployed yet.
 */
export class RejectedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'RejectedError';
    this.code = code;
  }
}

/** Compared by name as well, because two copies of this module can end up in one bundle. */
export function isRejected(error: unknown): error is RejectedError {
  return error instanceof RejectedError || (error instanceof Error && error.name === 'RejectedError' && 'code' in error);
}

/** The string code of an error of ours or of the AWS SDK, for logs and metrics; `UNKNOWN` where it has none. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === '' || error.name === 'Error' ? 'UNKNOWN' : error.name;
}
