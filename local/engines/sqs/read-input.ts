/** Reads the members of a request; what the engine does not know is refused instead of passed over. */
import type { JsonObject } from '../service-engine.ts';
import { invalidValue, missingParameter, notModelled } from './sqs-error.ts';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws for a member that the engine does not model, naming it. `null` counts as left out, as in the JSON protocols. */
export function onlyMembers(where: string, input: JsonObject, known: readonly string[]): void {
  for (const [name, value] of Object.entries(input)) {
    if (!known.includes(name) && value !== undefined && value !== null) throw notModelled(`${name} of ${where}`);
  }
}

export function text(input: JsonObject, name: string): string {
  const value = input[name];
  if (value === undefined || value === null || value === '') throw missingParameter(name);
  if (typeof value !== 'string') throw invalidValue(name, value, 'Must be a string');
  return value;
}

export type Range = { readonly min: number; readonly max: number };

/** Undefined where it is left out. */
export function wholeNumber(input: JsonObject, name: string, { min, max }: Range): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidValue(name, value, `Must be between ${min} and ${max}, if provided`);
}

/** A list of strings; empty where it is left out. */
export function texts(input: JsonObject, name: string): readonly string[] {
  const value = input[name] ?? [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw invalidValue(name, value, 'Must be a list of strings');
}
