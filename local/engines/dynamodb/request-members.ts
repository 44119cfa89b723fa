/** Reads the members of requests. One that is not modelled is refused, so that nothing is silently left out. */
import type { JsonObject } from '../service-engine.ts';
import { UnmodelledError, validation } from './service-error.ts';

export function checkMembers(operation: string, input: JsonObject, known: ReadonlySet<string>): void {
  for (const member in input) {
    if (!known.has(member) && input[member] !== undefined) throw new UnmodelledError(`the member ${member} of ${operation}`);
  }
}

/** A text out of a list; the first is what an absent member means. */
export function choice<Option extends string>(input: JsonObject, member: string, options: readonly [Option, ...Option[]]): Option {
  const given = input[member] ?? options[0];
  if (options.includes(given as Option)) return given as Option;
  throw enumError(String(given), member, options);
}

export function requiredObject(input: JsonObject, member: string): JsonObject {
  const given = input[member];
  if (given === undefined || given === null) throw nullMember(member);
  if (typeof given !== 'object' || Array.isArray(given)) throw validation(`The member ${member} is not an object.`);
  return given as JsonObject;
}

export function optionalText(input: JsonObject, member: string): string | undefined {
  const given = input[member];
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'string') throw validation(`The member ${member} is not a string.`);
  return given;
}

export function requiredText(input: JsonObject, member: string): string {
  const given = optionalText(input, member);
  if (given === undefined) throw nullMember(member);
  return given;
}

export function flag(input: JsonObject, member: string): boolean | undefined {
  const given = input[member];
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'boolean') throw validation(`The member ${member} is not a boolean.`);
  return given;
}

/** A whole number from `least` on. */
export function optionalCount(input: JsonObject, member: string, least: number): number | undefined {
  const given = input[member];
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'number' && Number.isInteger(given) && given >= least) return given;
  throw validation(
    `1 validation error detected: Value '${String(given)}' at '${wireName(member)}' failed to satisfy constraint: Member must have value greater than or equal to ${least}`,
  );
}

export function nullMember(member: string) {
  return validation(
    `1 validation error detected: Value null at '${wireName(member)}' failed to satisfy constraint: Member must not be null`,
  );
}

function enumError(given: string, member: string, options: readonly string[]) {
  return validation(
    `1 validation error detected: Value '${given}' at '${wireName(member)}' failed to satisfy constraint: Member must satisfy enum value set: [${options.join(', ')}]`,
  );
}

function wireName(member: string): string {
  return member.charAt(0).toLowerCase() + member.slice(1);
}
