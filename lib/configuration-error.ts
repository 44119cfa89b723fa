/** What synth refuses: the configuration is wrong, and the message says where, what was received, what is allowed and what to do. */
export class ConfigurationError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ConfigurationError';
    this.code = code;
  }
}
