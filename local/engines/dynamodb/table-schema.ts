/** Reads the keys and the indexes of a CreateTable. */
import type { JsonObject } from '../service-engine.ts';
import { attributesOf, type KeyAttribute, type KeySchema } from './key-schema.ts';
import { checkMembers, choice, requiredObject, requiredText } from './request-members.ts';
import { invalidParameter, UnmodelledError, validation } from './service-error.ts';
import { SortedRows } from './sorted-rows.ts';
import type { TableIndex } from './table.ts';
import { compareText } from './value-order.ts';

/** Developer guide, "Quotas". */
const INDEXES_MAX = 20;
const NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/** Of a table or an index. */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw validation(
      "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'",
    );
}

export function readSchemas(input: JsonObject): { readonly schema: KeySchema; readonly indexes: ReadonlyMap<string, TableIndex> } {
  const types = new Map(
    objects(input, 'AttributeDefinitions').map((definition) => [requiredText(definition, 'AttributeName'), typeOf(definition)]),
  );
  const schema = readSchema(input, types);
  const given = input['GlobalSecondaryIndexes'] === undefined ? [] : objects(input, 'GlobalSecondaryIndexes');
  if (given.length > INDEXES_MAX) throw invalidParameter(`GlobalSecondaryIndex count exceeds the per-table limit of ${INDEXES_MAX}`);
  const read = given.map((index) => readIndex(index, types)).sort((one, other) => compareText(one.name, other.name));
  const indexes = new Map(read.map((index) => [index.name, index]));
  if (indexes.size < given.length) throw invalidParameter('Duplicate index name');
  const used = new Set(
    [schema, ...[...indexes.values()].map(({ rows }) => rows.schema)].flatMap((one) => attributesOf(one).map(({ name }) => name)),
  );
  if (used.size !== types.size)
    throw invalidParameter('Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions');
  return { schema, indexes };
}

const INDEX_MEMBERS = new Set(['IndexName', 'KeySchema', 'Projection', 'ProvisionedThroughput', 'OnDemandThroughput', 'WarmThroughput']);

function readIndex(index: JsonObject, types: ReadonlyMap<string, KeyAttribute['type']>): TableIndex {
  checkMembers('CreateTable.GlobalSecondaryIndexes', index, INDEX_MEMBERS);
  const name = requiredText(index, 'IndexName');
  checkName(name);
  const projection = requiredObject(index, 'Projection');
  const type = choice(projection, 'ProjectionType', ['', 'ALL', 'KEYS_ONLY', 'INCLUDE']);
  if (type === '') throw invalidParameter('Unknown ProjectionType: null');
  if (type === 'INCLUDE') throw new UnmodelledError('the ProjectionType INCLUDE of an index');
  if (type === 'KEYS_ONLY' && projection['NonKeyAttributes'] !== undefined)
    throw invalidParameter('ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified');
  if (objects(index, 'KeySchema').length > 2) throw new UnmodelledError('an index with more than two key attributes');
  return { name, projection: type, rows: new SortedRows(readSchema(index, types)) };
}

function readSchema(input: JsonObject, types: ReadonlyMap<string, KeyAttribute['type']>): KeySchema {
  const [partition, sort, ...others] = objects(input, 'KeySchema').map((element) => {
    const name = requiredText(element, 'AttributeName');
    const type = types.get(name);
    if (type === undefined)
      throw invalidParameter(
        `Some index key attributes are not defined in AttributeDefinitions. Keys: [${name}], AttributeDefinitions: [${[...types.keys()].join(', ')}]`,
      );
    return { name, type, role: choice(element, 'KeyType', ['HASH', 'RANGE']) };
  });
  if (partition?.role !== 'HASH') throw invalidParameter('The first KeySchemaElement is not a HASH key type');
  if (others.length > 0 || (sort !== undefined && sort.role !== 'RANGE'))
    throw validation('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type, or there are more than two.');
  if (sort?.name === partition.name) throw validation('Invalid KeySchema: Some index key attribute have no definition');
  const plain = ({ name, type }: KeyAttribute) => ({ name, type });
  return { partition: plain(partition), sort: sort === undefined ? undefined : plain(sort) };
}

function typeOf(definition: JsonObject): KeyAttribute['type'] {
  return choice(definition, 'AttributeType', ['S', 'N', 'B']);
}

function objects(input: JsonObject, member: string): readonly JsonObject[] {
  const given = input[member];
  if (!Array.isArray(given) || given.length === 0) throw invalidParameter(`${member} is missing or empty.`);
  return given as readonly JsonObject[];
}
