/** The key condition of a Query: one partition, and optionally a range of sort keys. */
import { type Attributes, type AttributeValue, scalarText } from './attribute-value.ts';
import { type Binding, bindCondition, type Predicate } from './condition.ts';
import type { Comparator, Condition, Operand } from './condition-syntax.ts';
import { checkKeyValue, type KeyAttribute, type KeySchema } from './key-schema.ts';
import { validation } from './service-error.ts';

export type KeyCondition = { readonly partitionText: string; readonly inRange: Predicate };

export function bindKeyCondition(condition: Condition, schema: KeySchema, binding: Binding): KeyCondition {
  const parts = partsOf(condition, binding).map(pathFirst);
  const named = parts.map((part) => ({ part, name: keyName(part, binding) }));
  const partition = named.find(({ name }) => name === schema.partition.name)?.part;
  if (partition === undefined) throw validation(`Query condition missed key schema element: ${schema.partition.name}`);
  if (partition.kind !== 'compare' || partition.comparator !== '=') throw validation('Query key condition not supported');
  const sort = named.find(({ part }) => part !== partition);
  if (sort !== undefined && sort.name !== schema.sort?.name)
    throw validation(
      schema.sort === undefined ? 'Query key condition not supported' : `Query condition missed key schema element: ${schema.sort.name}`,
    );
  const value = literalOf(partition.right, binding);
  checkOperand(schema.partition, value, true);
  if (sort !== undefined && schema.sort !== undefined)
    for (const operand of operandsOf(sort.part)) checkOperand(schema.sort, literalOf(operand, binding), false);
  return { partitionText: scalarText(value), inRange: sort === undefined ? () => true : bindCondition(sort.part, binding) };
}

function partsOf(condition: Condition, { label }: Binding): readonly Condition[] {
  if (condition.kind !== 'and') return [condition];
  if (condition.left.kind === 'and' || condition.right.kind === 'and')
    throw validation(`${label}s must only contain one condition per key`);
  return [condition.left, condition.right];
}

/** `:v < key` says the same as `key > :v`. */
function pathFirst(part: Condition): Condition {
  if (part.kind !== 'compare' || part.left.kind === 'path' || part.right.kind !== 'path') return part;
  return { ...part, comparator: MIRRORED[part.comparator], left: part.right, right: part.left };
}

const MIRRORED: { readonly [comparator in Comparator]: Comparator } = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** The sort keys of a partition that a condition lets through stand next to each other. */
export function withinRange<Row extends { readonly item: Attributes }>(rows: readonly Row[], { inRange }: KeyCondition): readonly Row[] {
  const from = rows.findIndex(({ item }) => inRange(item));
  if (from === -1) return [];
  const to = rows.findLastIndex(({ item }) => inRange(item));
  return from === 0 && to === rows.length - 1 ? rows : rows.slice(from, to + 1);
}

/** The attribute that one part speaks of; only forms that a key condition may have. */
function keyName(part: Condition, { placeholders, label }: Binding): string {
  const operator = operatorOf(part);
  if (!SUPPORTED.has(operator)) throw validation(`Invalid operator used in ${label}: ${operator}`);
  const operand = part.kind === 'compare' ? part.left : part.kind === 'between' ? part.operand : operandOf(part);
  if (operand?.kind !== 'path') throw validation(`${label}s cannot contain nested operations`);
  const path = placeholders.path(operand.path, label);
  if (path.length !== 1) throw validation(`${label}s cannot have conditions on nested attributes`);
  return String(path[0]);
}

const SUPPORTED: ReadonlySet<string> = new Set(['=', '<', '<=', '>', '>=', 'BETWEEN', 'begins_with']);

function operatorOf(part: Condition): string {
  if (part.kind === 'compare') return part.comparator;
  return part.kind === 'function' ? part.name : part.kind.toUpperCase();
}

function operandOf(part: Condition): Operand | undefined {
  return part.kind === 'function' ? part.operands[0] : undefined;
}

function operandsOf(part: Condition): readonly (Operand | undefined)[] {
  if (part.kind === 'between') return [part.low, part.high];
  if (part.kind === 'function') return [part.operands[1]];
  return part.kind === 'compare' ? [part.right] : [];
}

function literalOf(operand: Operand | undefined, { placeholders, label }: Binding): AttributeValue {
  if (operand?.kind !== 'value') throw validation(`Invalid ${label}: the right side of a key condition must be a value.`);
  return placeholders.value(operand.placeholder, label);
}

function checkOperand(attribute: KeyAttribute, value: AttributeValue, isPartition: boolean): void {
  if (value[attribute.type] === undefined)
    throw validation('One or more parameter values were invalid: Condition parameter type does not match schema type');
  checkKeyValue(attribute, value, isPartition);
}
