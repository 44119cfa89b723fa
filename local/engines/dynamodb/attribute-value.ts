/** Values as they stand on the wire, and the check and one spelling of each that comes in. */
import { normalNumber } from './exact-decimal.ts';
import { invalidParameter, validation } from './service-error.ts';

export type Attributes = { readonly [name: string]: AttributeValue };

/** Exactly one member is there. Binary values are base64 text. */
export type AttributeValue = {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: true;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly AttributeValue[];
  readonly M?: Attributes;
};

export type TypeName = keyof AttributeValue;

/** Of the 32 levels that an item may have (developer guide, "Quotas") the item itself is the first. */
const DEPTH_MAX = 31;

/** Takes what a request brings, checks it and spells numbers and binaries in one way. The result shares nothing with the request. */
export function readAttributes(raw: unknown): Attributes {
  return readMap(raw, 0);
}

export function readValue(raw: unknown, depth = 0): AttributeValue {
  const type = onlyMember(raw);
  const value = (raw as { readonly [type: string]: unknown })[type];
  switch (type) {
    case 'S':
      return { S: text(value) };
    case 'N':
      return { N: normalNumber(text(value)) };
    case 'B':
      return { B: normalBase64(text(value)) };
    case 'BOOL':
      if (typeof value !== 'boolean') throw wrongForm('BOOL');
      return { BOOL: value };
    case 'NULL':
      if (value !== true) throw invalidParameter('Null attribute value types must have the value of true');
      return { NULL: true };
    case 'SS':
      return { SS: readSet(value, { name: 'string set', normal: (member) => member }) };
    case 'NS':
      return { NS: readSet(value, { name: 'number set', normal: normalNumber }) };
    case 'BS':
      return { BS: readSet(value, { name: 'binary set', normal: normalBase64 }) };
    case 'L':
      return { L: list(value).map((member) => readValue(member, deeper(depth))) };
    case 'M':
      return { M: readMap(value, deeper(depth)) };
    default:
      throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
}

export function typeOf(value: AttributeValue): TypeName {
  for (const type in value) return type as TypeName;
  throw new TypeError('A value without a type got into a table: values are made by readValue.');
}

/** The text or the number of a key as one string; a key is of type S, N or B. */
export function scalarText(value: AttributeValue): string {
  return value.S ?? value.N ?? value.B ?? '';
}

function readMap(raw: unknown, depth: number): Attributes {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw wrongForm('map of attributes');
  const read: { [name: string]: AttributeValue } = {};
  for (const name of Object.keys(raw)) {
    if (name === '') throw validation('Empty attribute name');
    const value = readValue((raw as { readonly [name: string]: unknown })[name], depth);
    if (name === '__proto__') Object.defineProperty(read, name, { value, enumerable: true });
    else read[name] = value;
  }
  return read;
}

function onlyMember(raw: unknown): string {
  if (typeof raw !== 'object' || raw === null) throw wrongForm('AttributeValue');
  let found = '';
  for (const name in raw) {
    if ((raw as { readonly [name: string]: unknown })[name] === undefined) continue;
    if (found !== '')
      throw validation('Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes');
    found = name;
  }
  return found;
}

type SetForm = { readonly name: string; readonly normal: (member: string) => string };

function readSet(raw: unknown, { name, normal }: SetForm): string[] {
  const members = list(raw).map((member) => normal(text(member)));
  if (members.length === 0) throw invalidParameter(`An ${name}  may not be empty`);
  if (new Set(members).size !== members.length) throw invalidParameter(`Input collection [${members.join(', ')}] contains duplicates.`);
  return members;
}

/** The last group may hold bits that belong to no byte; two spellings of the same bytes would be two values. */
function normalBase64(given: string): string {
  if (given.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(given)) throw wrongForm('B');
  if (!given.endsWith('=')) return given;
  return given.slice(0, -4) + Buffer.from(given.slice(-4), 'base64').toString('base64');
}

function deeper(depth: number): number {
  if (depth + 1 > DEPTH_MAX)
    throw validation('Nesting Levels have exceeded supported limits: Attributes in the item have nested levels above supported limit');
  return depth + 1;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw wrongForm('string');
  return value;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongForm('list');
  return value;
}

function wrongForm(expected: string) {
  return validation(`The request does not have the form of the API: a value that should be a ${expected} is something else.`);
}
