/** Binds a condition to the placeholders of one request; what comes out says whether an item satisfies it. */
import { type Attributes, type AttributeValue, type TypeName, typeOf } from './attribute-value.ts';
import type { Comparator, Condition, ConditionFunction, Operand } from './condition-syntax.ts';
import { pathText, samePath, valueAt } from './document-path.ts';
import type { Placeholders } from './placeholders.ts';
import { type ServiceError, validation } from './service-error.ts';
import { compareValues, sameValue } from './value-order.ts';

/** Asked with undefined where there is no item. */
export type Predicate = (item: Attributes | undefined) => boolean;
type Read = (item: Attributes | undefined) => AttributeValue | undefined;

export type Binding = { readonly placeholders: Placeholders; readonly label: string };

export function bindCondition(condition: Condition, binding: Binding): Predicate {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const left = bindCondition(condition.left, binding);
      const right = bindCondition(condition.right, binding);
      return condition.kind === 'and' ? (item) => left(item) && right(item) : (item) => left(item) || right(item);
    }
    case 'not': {
      const negated = bindCondition(condition.condition, binding);
      return (item) => !negated(item);
    }
    case 'compare':
      return bindCompare(condition, binding);
    case 'between':
      return bindBetween(condition, binding);
    case 'in': {
      const operands = [condition.operand, ...condition.list];
      distinct(operands, 'IN', binding);
      const [read, ...list] = operands.map((operand) => bindOperand(operand, binding));
      return (item) => list.some((member) => holds('=', read?.(item), member(item)));
    }
    case 'function':
      return FUNCTIONS[condition.name](condition.operands, binding);
  }
}

function bindCompare({ comparator, left, right }: Condition & { kind: 'compare' }, binding: Binding): Predicate {
  distinct([left, right], comparator, binding);
  const [one, other] = [bindOperand(left, binding), bindOperand(right, binding)];
  if (comparator !== '=' && comparator !== '<>') for (const operand of [left, right]) requireType(operand, [comparator, ORDERED], binding);
  return (item) => holds(comparator, one(item), other(item));
}

function bindBetween({ operand, low, high }: Condition & { kind: 'between' }, binding: Binding): Predicate {
  distinct([operand, low, high], 'BETWEEN', binding);
  const [value, from, to] = [bindOperand(operand, binding), bindOperand(low, binding), bindOperand(high, binding)];
  for (const one of [operand, low, high]) requireType(one, ['BETWEEN', ORDERED], binding);
  if (low.kind === 'value' && high.kind === 'value') checkBounds(from(undefined) ?? {}, to(undefined) ?? {}, binding);
  return (item) => holds('>=', value(item), from(item)) && holds('<=', value(item), to(item));
}

const FUNCTIONS: { readonly [name in ConditionFunction]: (operands: readonly Operand[], binding: Binding) => Predicate } = {
  attribute_exists: (operands, binding) => {
    const read = bindPath(operands[0], 'attribute_exists', binding);
    return (item) => read(item) !== undefined;
  },
  attribute_not_exists: (operands, binding) => {
    const read = bindPath(operands[0], 'attribute_not_exists', binding);
    return (item) => read(item) === undefined;
  },
  attribute_type: (operands, binding) => {
    const read = bindPath(operands[0], 'attribute_type', binding);
    const wanted = literal(operands[1], binding);
    if (wanted?.S === undefined) throw wrongType('attribute_type', wanted === undefined ? 'path' : typeOf(wanted), binding);
    if (!TYPES.has(wanted.S))
      throw invalid(binding, `Invalid attribute type name found; type: ${wanted.S}, valid types: {${[...TYPES].join(',')}}`);
    return (item) => {
      const value = read(item);
      return value !== undefined && typeOf(value) === wanted.S;
    };
  },
  begins_with: (operands, binding) => {
    distinct(operands, 'begins_with', binding);
    const [whole, start] = operands.map((operand) => bindOperand(operand, binding));
    for (const operand of operands) requireType(operand, ['begins_with', TEXTUAL], binding);
    return (item) => beginsWith(whole?.(item), start?.(item));
  },
  contains: (operands, binding) => {
    distinct(operands, 'contains', binding);
    const [whole, part] = operands.map((operand) => bindOperand(operand, binding));
    return (item) => contains(whole?.(item), part?.(item));
  },
};

const ORDERED: ReadonlySet<TypeName> = new Set(['S', 'N', 'B']);
const SIZED: ReadonlySet<TypeName> = new Set(['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']);
const TEXTUAL: ReadonlySet<TypeName> = new Set(['S', 'B']);
const TYPES: ReadonlySet<string> = new Set(['N', 'BS', 'L', 'B', 'NULL', 'M', 'S', 'SS', 'NS', 'BOOL']);

function bindOperand(operand: Operand, binding: Binding): Read {
  if (operand.kind === 'path') {
    const path = binding.placeholders.path(operand.path, binding.label);
    return (item) => valueAt(item, path);
  }
  if (operand.kind === 'size') {
    requireType(operand.of, ['size', SIZED], binding);
    const read = bindOperand(operand.of, binding);
    return (item) => sizeOf(read(item));
  }
  const value = binding.placeholders.value(operand.placeholder, binding.label);
  return () => value;
}

function bindPath(operand: Operand | undefined, name: string, binding: Binding): Read {
  if (operand?.kind !== 'path') throw invalid(binding, `Operator or function requires a document path; operator or function: ${name}`);
  return bindOperand(operand, binding);
}

/** A comparison with what is not there is false, but for `<>`, which holds for all that is not equal. */
function holds(comparator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (comparator === '=') return left !== undefined && right !== undefined && sameValue(left, right);
  if (comparator === '<>') return left === undefined || right === undefined || !sameValue(left, right);
  const order = left === undefined || right === undefined ? undefined : compareValues(left, right);
  if (order === undefined) return false;
  if (comparator === '<') return order < 0;
  if (comparator === '<=') return order <= 0;
  return comparator === '>' ? order > 0 : order >= 0;
}

function beginsWith(whole: AttributeValue | undefined, start: AttributeValue | undefined): boolean {
  if (whole?.S !== undefined && start?.S !== undefined) return whole.S.startsWith(start.S);
  if (whole?.B === undefined || start?.B === undefined) return false;
  const bytes = Buffer.from(start.B, 'base64');
  return Buffer.from(whole.B, 'base64').subarray(0, bytes.length).equals(bytes);
}

function contains(whole: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (whole === undefined || part === undefined) return false;
  if (whole.L !== undefined) return whole.L.some((member) => sameValue(member, part));
  if (part.S !== undefined) return (whole.S?.includes(part.S) ?? false) || (whole.SS?.includes(part.S) ?? false);
  if (part.N !== undefined) return whole.NS?.includes(part.N) ?? false;
  if (part.B === undefined) return false;
  return (whole.BS?.includes(part.B) ?? false) || (whole.B !== undefined && Buffer.from(whole.B, 'base64').includes(part.B, 0, 'base64'));
}

function sizeOf(value: AttributeValue | undefined): AttributeValue | undefined {
  const length =
    value?.S !== undefined
      ? value.S.length
      : value?.B !== undefined
        ? Buffer.from(value.B, 'base64').length
        : (value?.SS ?? value?.NS ?? value?.BS ?? value?.L ?? (value?.M === undefined ? undefined : Object.keys(value.M)))?.length;
  return length === undefined ? undefined : { N: String(length) };
}

function literal(operand: Operand | undefined, { placeholders, label }: Binding): AttributeValue | undefined {
  return operand?.kind === 'value' ? placeholders.value(operand.placeholder, label) : undefined;
}

function requireType(operand: Operand, [name, allowed]: readonly [string, ReadonlySet<TypeName>], binding: Binding): void {
  const value = literal(operand, binding);
  const type = operand.kind === 'size' ? 'N' : value === undefined ? undefined : typeOf(value);
  if (type !== undefined && !allowed.has(type)) throw wrongType(name, type, binding);
}

function checkBounds(low: AttributeValue, high: AttributeValue, binding: Binding): void {
  const bounds = `lower bound operand: ${valueText(low)}, upper bound operand: ${valueText(high)}`;
  const order = compareValues(low, high);
  if (order === undefined) throw invalid(binding, `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`);
  if (order > 0) throw invalid(binding, `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`);
}

function distinct(operands: readonly Operand[], operator: string, { placeholders, label }: Binding): void {
  const [first, ...others] = operands;
  if (first?.kind !== 'path') return;
  const path = placeholders.path(first.path, label);
  if (others.some((other) => other.kind === 'path' && samePath(path, placeholders.path(other.path, label))))
    throw validation(
      `Invalid ${label}: The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${pathText(path)}`,
    );
}

function valueText(value: AttributeValue): string {
  const type = typeOf(value);
  return `AttributeValue: {${type}:${String(value[type])}}`;
}

function wrongType(name: string, type: string, binding: Binding): ServiceError {
  return invalid(binding, `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`);
}

function invalid({ label }: Binding, message: string): ServiceError {
  return validation(`Invalid ${label}: ${message}`);
}
