/** Reads parameters in the types they must have. What the server does not know is refused by name instead of passed over. */
import { invalidRequest } from './api-error.ts';
import type { Form } from './form.ts';

export type Metadata = { readonly [name: string]: string };

/** Stripe API reference, "Metadata". */
const METADATA_ENTRIES_MAX = 50;
const METADATA_NAME_CHARACTERS_MAX = 40;
const METADATA_VALUE_CHARACTERS_MAX = 500;

/** Stripe knows more parameters than this server: one that changes nothing here would be a test that shows nothing. */
export function onlyKnown(form: Form, names: readonly string[]): void {
  for (const name of form.keys()) {
    if (names.includes(name)) continue;
    throw invalidRequest(`Received unknown parameter: ${name}. This local server knows ${names.join(', ')}.`, {
      code: 'parameter_unknown',
      param: name,
    });
  }
}

/** Undefined where it is left out. */
export function text(form: Form, name: string): string | undefined {
  const value = form.get(name);
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw invalidRequest(`Invalid string: ${name} is an object.`, { param: name });
  if (value !== '') return value;
  throw invalidRequest(`The parameter ${name} is empty, and it cannot be unset.`, { code: 'parameter_invalid_empty', param: name });
}

export function required<T>(name: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw invalidRequest(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name });
}

export function wholeNumber(form: Form, name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
  const written = text(form, name);
  if (written === undefined) return undefined;
  const refused = (message: string) => invalidRequest(message, { code: 'parameter_invalid_integer', param: name });
  if (!/^-?\d{1,15}$/.test(written)) throw refused(`Invalid integer: ${written}`);
  const value = Number(written);
  if (value < min) throw refused(`This value must be greater than or equal to ${min}.`);
  if (value > max) throw refused(`This value must be less than or equal to ${max} (it currently is '${value}').`);
  return value;
}

export function flag(form: Form, name: string): boolean | undefined {
  const written = choice(form, name, ['true', 'false']);
  return written === undefined ? undefined : written === 'true';
}

export function choice<T extends string>(form: Form, name: string, allowed: readonly T[]): T | undefined {
  const written = text(form, name);
  const value = allowed.find((one) => one === written);
  if (written === undefined || value !== undefined) return value;
  throw invalidRequest(`Invalid ${name}: must be one of ${allowed.join(', ')}; received ${JSON.stringify(written)}.`, { param: name });
}

/** A form inside the form; empty where it is left out. */
export function inner(form: Form, name: string): Form {
  const value = form.get(name) ?? new Map();
  if (typeof value === 'string') throw invalidRequest(`Invalid object: ${name} is ${JSON.stringify(value)}.`, { param: name });
  return value;
}

/** A list of texts; undefined where it is left out. */
export function texts(form: Form, name: string): readonly string[] | undefined {
  if (!form.has(name)) return undefined;
  return [...inner(form, name).values()].map((value) => {
    if (typeof value === 'string' && value !== '') return value;
    throw invalidRequest(`Invalid array: ${name} holds something other than texts.`, { param: name });
  });
}

/** An empty value takes a name away (Stripe API reference, "Metadata"). Undefined where the request has none. */
export function metadata(form: Form): ((held: Metadata) => Metadata) | undefined {
  if (!form.has('metadata')) return undefined;
  if (form.get('metadata') === '') return () => ({});
  const sent = [...inner(form, 'metadata')].map(([name, value]) => [name, metadataValue(name, value)] as const);
  const kept = (values: Metadata) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
  return (held) => {
    const merged = kept({ ...held, ...Object.fromEntries(sent) });
    const count = Object.keys(merged).length;
    if (count > METADATA_ENTRIES_MAX)
      throw invalidRequest(`Metadata can have up to ${METADATA_ENTRIES_MAX} keys, but it has ${count}.`, { param: 'metadata' });
    return merged;
  };
}

function metadataValue(name: string, value: string | Form): string {
  const param = `metadata[${name}]`;
  if (typeof value !== 'string')
    throw invalidRequest(`Metadata values must be strings, but for key ${name} you passed an object.`, { param });
  if (name.length > METADATA_NAME_CHARACTERS_MAX)
    throw invalidRequest(`Metadata keys can be up to ${METADATA_NAME_CHARACTERS_MAX} characters, but ${name} has ${name.length}.`, {
      param,
    });
  if (value.length > METADATA_VALUE_CHARACTERS_MAX)
    throw invalidRequest(`Metadata values can have up to ${METADATA_VALUE_CHARACTERS_MAX} characters, but ${name} has ${value.length}.`, {
      param,
    });
  return value;
}
