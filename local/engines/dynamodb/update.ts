/** Binds an update to the placeholders of one request; what comes out makes the new item from the old one. */
import { type Attributes, type AttributeValue, type TypeName, typeOf } from './attribute-value.ts';
import { changedAttributes, type PathChange } from './document-change.ts';
import { type Path, pathClash, pathText, samePath, valueAt } from './document-path.ts';
import { addNumbers, subtractNumbers } from './exact-decimal.ts';
import type { Placeholders } from './placeholders.ts';
import { type ServiceError, validation } from './service-error.ts';
import type { Update, UpdateOperand } from './update-syntax.ts';

export type BoundUpdate = {
  /** Every place that is written or removed. */
  readonly paths: readonly Path[];
  /** What is set to a value of the request, whatever the item is. */
  readonly constants: readonly { readonly path: Path; readonly value: AttributeValue }[];
  /** All operands are read from the item as it was. */
  apply(item: Attributes): Attributes;
};

type Read = (item: Attributes) => AttributeValue;
type ChangeOf = (item: Attributes) => PathChange;

const LABEL = 'UpdateExpression';

export function bindUpdate(update: Update, placeholders: Placeholders): BoundUpdate {
  const paths: Path[] = [];
  const constants: { readonly path: Path; readonly value: AttributeValue }[] = [];
  const place = (written: Path) => {
    const path = placeholders.path(written, LABEL);
    paths.push(path);
    return path;
  };
  const changes: ChangeOf[] = [
    ...update.SET.map(({ path: written, value }): ChangeOf => {
      const path = place(written);
      const read = bindOperand(value, placeholders);
      if (value.kind === 'value') constants.push({ path, value: placeholders.value(value.placeholder, LABEL) });
      return (item) => ({ path, value: read(item) });
    }),
    ...update.REMOVE.map(({ path: written }): ChangeOf => {
      const path = place(written);
      return () => ({ path, value: undefined });
    }),
    ...update.ADD.map(({ path: written, placeholder }) => bindAdd(place(written), placeholders.value(placeholder, LABEL))),
    ...update.DELETE.map(({ path: written, placeholder }) => bindDelete(place(written), placeholders.value(placeholder, LABEL))),
  ];
  const clash = pathClash(paths);
  if (clash !== undefined) throw invalid(clash);
  return {
    paths,
    constants,
    apply: (item) =>
      changedAttributes(
        item,
        changes.map((change) => change(item)),
      ),
  };
}

function bindAdd(path: Path, value: AttributeValue): ChangeOf {
  const type = typeOf(value);
  if (type !== 'N' && type !== 'SS' && type !== 'NS' && type !== 'BS') throw wrongOperand('ADD', type);
  return (item) => {
    const stands = valueAt(item, path);
    if (stands === undefined) return { path, value };
    if (typeOf(stands) !== type) throw wrongData();
    if (type === 'N') return { path, value: { N: addNumbers(stands.N ?? '', value.N ?? '') } };
    return { path, value: { [type]: [...new Set([...(stands[type] ?? []), ...(value[type] ?? [])])] } };
  };
}

function bindDelete(path: Path, value: AttributeValue): ChangeOf {
  const type = typeOf(value);
  if (type !== 'SS' && type !== 'NS' && type !== 'BS') throw wrongOperand('DELETE', type);
  return (item) => {
    const stands = valueAt(item, path);
    // The place must exist even where there is nothing in it to take away.
    if (stands === undefined) return { path, value: undefined };
    if (typeOf(stands) !== type) throw wrongData();
    const gone = new Set(value[type]);
    const left = (stands[type] ?? []).filter((member) => !gone.has(member));
    return { path, value: left.length === 0 ? undefined : { [type]: left } };
  };
}

function bindOperand(operand: UpdateOperand, placeholders: Placeholders): Read {
  switch (operand.kind) {
    case 'path': {
      const path = placeholders.path(operand.path, LABEL);
      return (item) => {
        const value = valueAt(item, path);
        if (value === undefined) throw validation('The provided expression refers to an attribute that does not exist in the item');
        return value;
      };
    }
    case 'value': {
      const value = placeholders.value(operand.placeholder, LABEL);
      return () => value;
    }
    case 'if_not_exists':
      return bindIfNotExists(operand, placeholders);
    case 'arithmetic':
      return bindArithmetic(operand, placeholders);
    case 'list_append': {
      const [first, second] = [operand.first, operand.second].map((list) => {
        requireType(list, { operator: 'list_append', type: 'L', placeholders });
        return bindOperand(list, placeholders);
      }) as [Read, Read];
      return (item) => {
        const [head, tail] = [first(item).L, second(item).L];
        if (head === undefined || tail === undefined) throw wrongData();
        return { L: [...head, ...tail] };
      };
    }
  }
}

function bindIfNotExists({ path: written, otherwise }: UpdateOperand & { kind: 'if_not_exists' }, placeholders: Placeholders): Read {
  const path = placeholders.path(written, LABEL);
  if (otherwise.kind === 'path' && samePath(path, placeholders.path(otherwise.path, LABEL)))
    throw invalid(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: if_not_exists, first operand: ${pathText(path)}`,
    );
  const read = bindOperand(otherwise, placeholders);
  return (item) => valueAt(item, path) ?? read(item);
}

function bindArithmetic({ operator, left, right }: UpdateOperand & { kind: 'arithmetic' }, placeholders: Placeholders): Read {
  for (const operand of [left, right]) requireType(operand, { operator, type: 'N', placeholders });
  const [one, other] = [bindOperand(left, placeholders), bindOperand(right, placeholders)];
  return (item) => {
    const [augend, addend] = [one(item).N, other(item).N];
    if (augend === undefined || addend === undefined) throw wrongData();
    return { N: operator === '+' ? addNumbers(augend, addend) : subtractNumbers(augend, addend) };
  };
}

type Requirement = { readonly operator: string; readonly type: TypeName; readonly placeholders: Placeholders };

function requireType(operand: UpdateOperand, { operator, type, placeholders }: Requirement): void {
  if (operand.kind !== 'value') return;
  const given = typeOf(placeholders.value(operand.placeholder, LABEL));
  if (given !== type)
    throw invalid(`Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${given}`);
}

function wrongOperand(operator: string, type: TypeName): ServiceError {
  return invalid(
    `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${LONG_NAMES[type] ?? type}, typeSet: ALLOWED_FOR_${operator}_OPERAND`,
  );
}

const LONG_NAMES: { readonly [type in TypeName]?: string } = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};

function wrongData(): ServiceError {
  return validation('An operand in the update expression has an incorrect data type');
}

function invalid(message: string): ServiceError {
  return validation(`Invalid ${LABEL}: ${message}`);
}
