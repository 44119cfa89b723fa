/** The one place of `local/` that reads the process environment. */

export type Environment = { readonly [name: string]: string | undefined };

export function localEnvironment(): Environment {
  return process.env;
}
