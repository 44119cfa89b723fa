/** CreateTable, DescribeTable, DeleteTable, ListTables, and the two of time to live. Tables are ready at once. */
import type { JsonObject } from '../service-engine.ts';
import { entryOf } from './capacity.ts';
import { type EngineState, tableNamed } from './engine-state.ts';
import { attributesBytes } from './item-size.ts';
import { choice, flag, optionalCount, optionalText, requiredObject, requiredText } from './request-members.ts';
import { ServiceError, validation } from './service-error.ts';
import { Table, type TableIndex } from './table.ts';
import { checkName, readSchemas } from './table-schema.ts';
import { TableStream, type ViewType } from './table-stream.ts';

const DEFAULT_SHARDS = 4;
const LISTED_MAX = 100;

export function createTable(state: EngineState, input: JsonObject): JsonObject {
  const name = requiredText(input, 'TableName');
  checkName(name);
  if (choice(input, 'BillingMode', ['PROVISIONED', 'PAY_PER_REQUEST']) === 'PROVISIONED' && input['ProvisionedThroughput'] === undefined)
    throw validation(
      'One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  const { schema, indexes } = readSchemas(input);
  if (state.tables.has(name)) throw new ServiceError('ResourceInUseException', `Table already exists: ${name}`);
  const createdAtMillis = state.clock.nowMillis();
  const arn = `arn:aws:dynamodb:${state.region}:${state.accountId}:table/${name}`;
  const table = new Table(
    {
      name,
      arn,
      createdAtMillis,
      request: input,
      indexes,
      stream: openStream(state, input, arn),
      deletionProtected: flag(input, 'DeletionProtectionEnabled') ?? false,
    },
    schema,
  );
  state.tables.set(name, table);
  return { TableDescription: description(table, 'ACTIVE') };
}

export function describeTable(state: EngineState, input: JsonObject): JsonObject {
  return { Table: description(tableNamed(state, input['TableName']), 'ACTIVE') };
}

export function deleteTable(state: EngineState, input: JsonObject): JsonObject {
  const table = tableNamed(state, input['TableName']);
  if (table.deletionProtected)
    throw validation(
      `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. Table: ${table.name}`,
    );
  state.tables.delete(table.name);
  return { TableDescription: description(table, 'DELETING') };
}

export function listTables(state: EngineState, input: JsonObject): JsonObject {
  const after = optionalText(input, 'ExclusiveStartTableName');
  const limit = optionalCount(input, 'Limit', 1) ?? LISTED_MAX;
  const names = [...state.tables.keys()].sort().filter((name) => after === undefined || name > after);
  const page = names.slice(0, limit);
  return { TableNames: page, ...(names.length > page.length ? { LastEvaluatedTableName: page.at(-1) } : {}) };
}

export function updateTimeToLive(state: EngineState, input: JsonObject): JsonObject {
  const table = tableNamed(state, input['TableName']);
  const specification = requiredObject(input, 'TimeToLiveSpecification');
  const name = requiredText(specification, 'AttributeName');
  const enabled = flag(specification, 'Enabled') ?? false;
  if (enabled === (table.expiryAttribute !== undefined)) throw validation(`TimeToLive is already ${enabled ? 'enabled' : 'disabled'}`);
  if (!enabled && name !== table.expiryAttribute)
    throw validation(`TimeToLive is active on a different AttributeName: current AttributeName is ${table.expiryAttribute}`);
  table.expiryAttribute = enabled ? name : undefined;
  return { TimeToLiveSpecification: { AttributeName: name, Enabled: enabled } };
}

export function describeTimeToLive(state: EngineState, input: JsonObject): JsonObject {
  const { expiryAttribute } = tableNamed(state, input['TableName']);
  return {
    TimeToLiveDescription:
      expiryAttribute === undefined ? { TimeToLiveStatus: 'DISABLED' } : { TimeToLiveStatus: 'ENABLED', AttributeName: expiryAttribute },
  };
}

function openStream(state: EngineState, input: JsonObject, tableArn: string): TableStream | undefined {
  if (input['StreamSpecification'] === undefined) return undefined;
  const specification = requiredObject(input, 'StreamSpecification');
  if (flag(specification, 'StreamEnabled') !== true) return undefined;
  const viewType = choice(specification, 'StreamViewType', ['', 'KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']);
  if (viewType === '') throw validation('One or more parameter values were invalid: StreamViewType is required when StreamEnabled is true');
  const { clock, options } = state;
  const label = new Date(clock.nowMillis()).toISOString().replace('Z', '');
  return new TableStream({
    arn: `${tableArn}/stream/${label}`,
    label,
    salt: options.random.uuid().replaceAll('-', '').slice(0, 16),
    viewType: viewType as ViewType,
    clock,
    shards: options.shards ?? DEFAULT_SHARDS,
    shardRecordsMax: options.shardRecordsMax ?? Number.POSITIVE_INFINITY,
    recordDelayMillis: options.recordDelayMillis ?? (() => 0),
  });
}

function description(table: Table, status: 'ACTIVE' | 'DELETING'): JsonObject {
  const { request, stream } = table;
  let bytes = 0;
  for (const row of table.all()) bytes += row.bytes;
  return {
    TableName: table.name,
    TableArn: table.arn,
    TableStatus: status,
    CreationDateTime: table.createdAtMillis / 1000,
    KeySchema: request['KeySchema'],
    AttributeDefinitions: request['AttributeDefinitions'],
    ItemCount: table.size,
    TableSizeBytes: bytes,
    DeletionProtectionEnabled: table.deletionProtected,
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, ...(request['ProvisionedThroughput'] as object | undefined) },
    ...(request['BillingMode'] === 'PAY_PER_REQUEST' ? { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } } : {}),
    ...(table.indexes.size === 0 ? {} : { GlobalSecondaryIndexes: indexDescriptions(table) }),
    ...(stream === undefined
      ? {}
      : {
          StreamSpecification: { StreamEnabled: true, StreamViewType: stream.settings.viewType },
          LatestStreamArn: stream.settings.arn,
          LatestStreamLabel: stream.settings.label,
        }),
  };
}

function indexDescriptions(table: Table): readonly JsonObject[] {
  const given = table.request['GlobalSecondaryIndexes'] as readonly JsonObject[];
  return given.map(({ IndexName, KeySchema, Projection }) => {
    const index = table.indexes.get(String(IndexName)) as TableIndex;
    const entries = [...index.rows.all()].map(({ item }) => entryOf(table, index, item) ?? {});
    return {
      IndexName,
      KeySchema,
      Projection,
      IndexStatus: 'ACTIVE',
      IndexArn: `${table.arn}/index/${String(IndexName)}`,
      ItemCount: entries.length,
      IndexSizeBytes: entries.reduce((sum, entry) => sum + attributesBytes(entry), 0),
    };
  });
}
