/** The key of a table or an index, and the key of an item as one text. */
import { type Attributes, type AttributeValue, scalarText, typeOf } from './attribute-value.ts';
import { invalidParameter, type ServiceError, validation } from './service-error.ts';

export type KeyAttribute = { readonly name: string; readonly type: 'S' | 'N' | 'B' };
export type KeySchema = { readonly partition: KeyAttribute; readonly sort: KeyAttribute | undefined };

/** `partitionText` and `text` are equal for two items exactly where the partition and the whole key are. */
export type ItemKey = { readonly attributes: Attributes; readonly partitionText: string; readonly text: string };

/** Developer guide, "Quotas". */
const PARTITION_BYTES_MAX = 2048;
const SORT_BYTES_MAX = 1024;

/** The key of an item that is to be stored. */
export function keyOfItem(schema: KeySchema, item: Attributes): ItemKey {
  for (const { name } of attributesOf(schema)) {
    if (!Object.hasOwn(item, name)) throw invalidParameter(`Missing the key ${name} in the item`);
  }
  return checkedKey(schema, item);
}

/** The key that a request names: these attributes and no others. */
export function keyOfRequest(schema: KeySchema, key: Attributes): ItemKey {
  const names = attributesOf(schema).map(({ name }) => name);
  if (Object.keys(key).length !== names.length || names.some((name) => !Object.hasOwn(key, name)))
    throw validation('The provided key element does not match the schema');
  for (const { name, type } of attributesOf(schema))
    if (typeOf(key[name] as AttributeValue) !== type) throw validation('The provided key element does not match the schema');
  return checkedKey(schema, key);
}

/** The key of an item in an index; undefined where the item has no place in it. */
export function keyInIndex(schema: KeySchema, item: Attributes): ItemKey | undefined {
  const present = attributesOf(schema).every(
    ({ name, type }) => Object.hasOwn(item, name) && typeOf(item[name] as AttributeValue) === type,
  );
  return present ? keyFrom(schema, item) : undefined;
}

export function attributesOf({ partition, sort }: KeySchema): readonly KeyAttribute[] {
  return sort === undefined ? [partition] : [partition, sort];
}

/** A key attribute of a table or an index must have its type and be neither empty nor too long. */
export function checkKeyValue({ name, type }: KeyAttribute, value: AttributeValue, isPartition: boolean): void {
  const given = typeOf(value);
  if (given !== type) throw invalidParameter(`Type mismatch for key ${name} expected: ${type} actual: ${given}`);
  const text = scalarText(value);
  if (text === '')
    throw validation(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${type === 'B' ? 'binary' : 'string'} value. Key: ${name}`,
    );
  if (type !== 'N' && Buffer.byteLength(text, type === 'B' ? 'base64' : 'utf8') > (isPartition ? PARTITION_BYTES_MAX : SORT_BYTES_MAX))
    throw tooLong(isPartition);
}

function checkedKey(schema: KeySchema, attributes: Attributes): ItemKey {
  checkKeyValue(schema.partition, attributes[schema.partition.name] as AttributeValue, true);
  if (schema.sort !== undefined) checkKeyValue(schema.sort, attributes[schema.sort.name] as AttributeValue, false);
  return keyFrom(schema, attributes);
}

function keyFrom({ partition, sort }: KeySchema, attributes: Attributes): ItemKey {
  const partitionValue = attributes[partition.name] as AttributeValue;
  const partitionText = scalarText(partitionValue);
  if (sort === undefined) return { attributes: { [partition.name]: partitionValue }, partitionText, text: partitionText };
  const sortValue = attributes[sort.name] as AttributeValue;
  return {
    attributes: { [partition.name]: partitionValue, [sort.name]: sortValue },
    partitionText,
    // The length keeps two different pairs apart.
    text: `${partitionText.length}:${partitionText}${scalarText(sortValue)}`,
  };
}

function tooLong(isPartition: boolean): ServiceError {
  return isPartition
    ? invalidParameter(`Size of hashkey has exceeded the maximum size limit of${PARTITION_BYTES_MAX} bytes`)
    : invalidParameter(`Aggregated size of all range keys has exceeded the size limit of ${SORT_BYTES_MAX} bytes`);
}
