/** Reads the keys and the indexes of a CreateTable. */
import type { JsonObject } from '../service-engine.ts';
import { attributesOf, type KeyAttribute, type KeySchema } from './key-schema.ts';
import { checkMembers, choice, requiredObject, requiredText } from './request-members.ts';
import { invalidParameter, validation } from './service-error.ts';
import { SortedRows } from './sorted-rows.ts';
import type { Projection, TableIndex } from './table.ts';

/** Developer guide, "Quotas". */
const INDEXES_MAX = 20;

export function readSchemas(input: JsonObject): { readonly schema: KeySchema; readonly indexes: ReadonlyMap<string, TableIndex> } {
  const types = new Map(
    objects(input, 'AttributeDefinitions').map((definition) => [requiredText(definition, 'AttributeName'), typeOf(definition)]),
  );
  const schema = readSchema(input, types);
  const given = input['GlobalSecondaryIndexes'] === undefined ? [] : objects(input, 'GlobalSecondaryIndexes');
  if (given.length > INDEXES_MAX) throw invalidParameter(`GlobalSecondaryIndex count exceeds the per-table limit of ${INDEXES_MAX}`);
  const indexes = new Map(given.map((index) => readIndex(index, types)));
  if (indexes.size < given.length) throw invalidParameter('Duplicate index name');
  const used = new Set(
    [schema, ...[...indexes.values()].map(({ rows }) => rows.schema)].flatMap((one) => attributesOf(one).map(({ name }) => name)),
  );
  if (used.size !== types.size)
    throw invalidParameter('Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions');
  return { schema, indexes };
}

const INDEX_MEMBERS = new Set(['IndexName', 'KeySchema', 'Projection', 'ProvisionedThroughput', 'OnDemandThroughput', 'WarmThroughput']);

function readIndex(index: JsonObject, types: ReadonlyMap<string, KeyAttribute['type']>): [string, TableIndex] {
  checkMembers('CreateTable.GlobalSecondaryIndexes', index, INDEX_MEMBERS);
  const name = requiredText(index, 'IndexName');
  const projection = requiredObject(index, 'Projection');
  const type = choice(projection, 'ProjectionType', ['ALL', 'KEYS_ONLY', 'INCLUDE']);
  const names = projection['NonKeyAttributes'];
  const kept: Projection = { type, names: new Set(Array.isArray(names) ? (names as string[]) : []) };
  return [name, { name, projection: kept, rows: new SortedRows(readSchema(index, types)) }];
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
