/** Attributes that are keys of indexes: an item may lack them, but where it has one it must be a value that a key may have. */
import { type Attributes, type AttributeValue, typeOf } from './attribute-value.ts';
import { attributesOf, checkKeyValue, type KeyAttribute } from './key-schema.ts';
import { invalidParameter, validation } from './service-error.ts';
import type { Table } from './table.ts';
import type { BoundUpdate } from './update.ts';

/** Checks the item that a put or an update makes. In a transaction a wrong one is the fault of its one action. */
export function checkIndexKeys(table: Table, item: Attributes): void {
  for (const { index, attribute, isPartition } of indexKeys(table)) {
    const { name, type } = attribute;
    const value = item[name];
    if (value === undefined) continue;
    const given = typeOf(value);
    if (given !== type)
      throw invalidParameter(`Type mismatch for Index Key ${name} Expected: ${type} Actual: ${given} IndexName: ${index}`);
    refuseEmpty(value);
    checkKeyValue(attribute, value, isPartition);
  }
}

/** Checks what a request brings before any item is read. In a transaction this is the fault of the whole request. */
export function checkPutIndexKeys(table: Table, item: Attributes): void {
  for (const { index, attribute } of indexKeys(table)) {
    const empty = emptyKind(item[attribute.name]);
    if (empty !== undefined)
      throw validation(
        `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${empty} value. IndexName: ${index}, IndexKey: ${attribute.name}`,
      );
  }
}

/** The same for an update. */
export function checkUpdatedIndexKeys(table: Table, { paths, constants }: BoundUpdate): void {
  for (const {
    attribute: { name },
  } of indexKeys(table)) {
    if (paths.some((path) => path.length > 1 && path[0] === name))
      throw validation(`Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: ${name}`);
    refuseEmpty(constants.find(({ path }) => path[0] === name)?.value);
  }
}

type IndexKey = { readonly index: string; readonly attribute: KeyAttribute; readonly isPartition: boolean };

function* indexKeys({ indexes }: Table): Generator<IndexKey> {
  for (const { name, rows } of indexes.values()) {
    for (const attribute of attributesOf(rows.schema)) yield { index: name, attribute, isPartition: attribute === rows.schema.partition };
  }
}

function refuseEmpty(value: AttributeValue | undefined): void {
  const empty = emptyKind(value);
  if (empty !== undefined)
    throw validation(
      `One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty ${empty} value.`,
    );
}

function emptyKind(value: AttributeValue | undefined): 'string' | 'binary' | undefined {
  if (value?.S === '') return 'string';
  return value?.B === '' ? 'binary' : undefined;
}
