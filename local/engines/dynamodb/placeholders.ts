/** A request's `ExpressionAttributeNames` and `ExpressionAttributeValues`: each must be used, and each that is used must be there. */
import type { JsonObject } from '../service-engine.ts';
import { type AttributeValue, readValue } from './attribute-value.ts';
import type { Path, WrittenPath } from './document-path.ts';
import { ServiceError, validation } from './service-error.ts';

export type Placeholders = {
  /** The path with real names. */
  path(written: WrittenPath, label: string): Path;
  value(placeholder: string, label: string): AttributeValue;
  /** Called once all expressions are bound: throws where a placeholder was for nothing. */
  finish(): void;
};

/** `expressions` are the members of the request that may use placeholders. */
export function readPlaceholders(input: JsonObject, expressions: readonly string[]): Placeholders {
  const names = readNames(input, expressions);
  const values = readValues(input, expressions);
  const unusedNames = new Set(names.keys());
  const unusedValues = new Set(values.keys());
  return {
    path: (written, label) =>
      written.map((part) => {
        if (typeof part === 'number' || !part.startsWith('#')) return part;
        const name = names.get(part);
        if (name === undefined)
          throw validation(
            `Invalid ${label}: An expression attribute name used in the document path is not defined; attribute name: ${part}`,
          );
        unusedNames.delete(part);
        return name;
      }),
    value: (placeholder, label) => {
      const value = values.get(placeholder);
      if (value === undefined)
        throw validation(
          `Invalid ${label}: An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
        );
      unusedValues.delete(placeholder);
      return value;
    },
    finish: () => {
      if (unusedNames.size > 0) throw unused('ExpressionAttributeNames', unusedNames);
      if (unusedValues.size > 0) throw unused('ExpressionAttributeValues', unusedValues);
    },
  };
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

function readNames(input: JsonObject, expressions: readonly string[]): ReadonlyMap<string, string> {
  const given = entries(input, 'ExpressionAttributeNames');
  if (given === undefined) return NONE;
  if (expressions.every((member) => input[member] === undefined))
    throw validation('ExpressionAttributeNames can only be specified when using expressions');
  return new Map(
    given.map(([placeholder, name]) => {
      if (!/^#[A-Za-z0-9_]+$/.test(placeholder))
        throw validation(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${placeholder}"`);
      if (typeof name !== 'string' || name === '')
        throw validation(`ExpressionAttributeNames contains invalid value: Empty attribute name for key ${placeholder}`);
      return [placeholder, name];
    }),
  );
}

function readValues(input: JsonObject, expressions: readonly string[]): ReadonlyMap<string, AttributeValue> {
  const given = entries(input, 'ExpressionAttributeValues');
  if (given === undefined) return NONE;
  const users = expressions.filter((member) => member !== 'ProjectionExpression');
  if (users.every((member) => input[member] === undefined))
    throw validation(`ExpressionAttributeValues can only be specified when using expressions: ${users.join(' and ')} is null`);
  return new Map(
    given.map(([placeholder, raw]) => {
      if (!/^:[A-Za-z0-9_]+$/.test(placeholder))
        throw validation(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${placeholder}"`);
      return [placeholder, readNamedValue(placeholder, raw)];
    }),
  );
}

function readNamedValue(placeholder: string, raw: unknown): AttributeValue {
  try {
    return readValue(raw);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw validation(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${placeholder}`);
  }
}

function entries(input: JsonObject, member: string): readonly [string, unknown][] | undefined {
  const given = input[member];
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'object') throw validation(`${member} must be a map.`);
  const found = Object.entries(given);
  if (found.length === 0) throw validation(`${member} must not be empty`);
  return found;
}

function unused(member: string, placeholders: ReadonlySet<string>): ServiceError {
  return validation(`Value provided in ${member} unused in expressions: keys: {${[...placeholders].join(', ')}}`);
}
