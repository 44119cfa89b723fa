/** A function's settings from its environment; a missing one stops the function at its start, where the alarm sees it. */
import type { Mode } from '../core/provider.ts';

export type Environment = {
  text(name: string): string;
  /** Undefined where it is not set. */
  optional(name: string): string | undefined;
  /** `live` or `test`, undefined where it is not set. */
  mode(name: string): Mode | undefined;
  /** A JSON object of texts. */
  map(name: string): { readonly [key: string]: string };
  /** A whole number of seconds, undefined where it is not set. */
  seconds(name: string): number | undefined;
};

/** Throws `MISSING_SETTING` or `BAD_SETTING` with the variable's name; synth sets them all, so a human changed the function. */
export function readEnvironment(variables: { readonly [name: string]: string | undefined }): Environment {
  const text = (name: string): string => {
    const value = variables[name];
    if (value === undefined || value === '')
      throw settingError('MISSING_SETTING', `The environment variable ${name} is missing; deploy the stack again.`);
    return value;
  };
  const optional = (name: string): string | undefined => (variables[name] === '' ? undefined : variables[name]);
  return {
    text,
    optional,
    mode: (name) => {
      const value = optional(name);
      if (value === undefined || value === 'live' || value === 'test') return value;
      throw settingError('BAD_SETTING', `The environment variable ${name} is ${JSON.stringify(value)}; allowed are live and test.`);
    },
    map: (name) => {
      const value: unknown = JSON.parse(text(name));
      if (typeof value !== 'object' || value === null || !Object.values(value).every((entry) => typeof entry === 'string')) {
        throw settingError('BAD_SETTING', `The environment variable ${name} is no JSON object of texts; deploy the stack again.`);
      }
      return value as { readonly [key: string]: string };
    },
    seconds: (name) => {
      const value = variables[name];
      if (value === undefined || value === '') return undefined;
      if (!/^\d{1,6}$/.test(value))
        throw settingError('BAD_SETTING', `The environment variable ${name} is ${JSON.stringify(value)}; allowed are whole seconds.`);
      return Number(value);
    },
  };
}

function settingError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
