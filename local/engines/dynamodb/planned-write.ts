/** One write as a request describes it, checked as far as it can be without the item: alone or inside a transaction. */
import type { JsonObject } from '../service-engine.ts';
import { type Attributes, readAttributes } from './attribute-value.ts';
import { bindCondition, type Predicate } from './condition.ts';
import type { Path } from './document-path.ts';
import { type EngineState, tableNamed } from './engine-state.ts';
import { checkIndexKeys, checkPutIndexKeys, checkUpdatedIndexKeys } from './index-keys.ts';
import { attributesBytes, itemBytes } from './item-size.ts';
import { attributesOf, type ItemKey, keyOfItem, keyOfRequest } from './key-schema.ts';
import { parsedCondition, parsedUpdate } from './parsed-expressions.ts';
import { readPlaceholders } from './placeholders.ts';
import { choice, nullMember, requiredObject } from './request-members.ts';
import { conditionFailed, invalidParameter } from './service-error.ts';
import type { Table } from './table.ts';
import { bindUpdate } from './update.ts';

export type PlannedWrite = {
  readonly table: Table;
  readonly key: ItemKey;
  /** Throws where the new item is wrong whatever the old one is. */
  readonly check?: () => void;
  /** The new item, or undefined for none. */
  readonly next: (before: Attributes | undefined) => Attributes | undefined;
  readonly condition: Predicate | undefined;
  readonly returnsItemOnFailure: boolean;
  /** The places that an update touches. */
  readonly paths: readonly Path[];
  /** Its share of the bytes of a transaction. */
  readonly bytes: number;
};

type Plan = Omit<PlannedWrite, 'condition' | 'returnsItemOnFailure'>;

export function planPut(state: EngineState, input: JsonObject): PlannedWrite {
  const table = tableNamed(state, input['TableName']);
  const item = readAttributes(requiredObject(input, 'Item'));
  const key = keyOfItem(table.schema, item);
  checkPutIndexKeys(table, item);
  const bytes = itemBytes(item);
  const check = () => checkIndexKeys(table, item);
  return withCondition(input, ['ConditionExpression'], () => ({ table, key, check, next: () => item, paths: [], bytes }));
}

export function planDelete(state: EngineState, input: JsonObject): PlannedWrite {
  const { table, key, bytes } = keyed(state, input);
  return withCondition(input, ['ConditionExpression'], () => ({ table, key, next: () => undefined, paths: [], bytes }));
}

/** Changes nothing; the item must satisfy the condition. */
export function planCheck(state: EngineState, input: JsonObject): PlannedWrite {
  const { table, key, bytes } = keyed(state, input);
  if (input['ConditionExpression'] === undefined) throw nullMember('ConditionExpression');
  return withCondition(input, ['ConditionExpression'], () => ({ table, key, next: (before) => before, paths: [], bytes }));
}

export function planUpdate(state: EngineState, input: JsonObject): PlannedWrite {
  const { table, key, bytes } = keyed(state, input);
  return withCondition(input, ['UpdateExpression', 'ConditionExpression'], (placeholders) => {
    const text = input['UpdateExpression'];
    if (text === undefined) return { table, key, next: (before) => before ?? key.attributes, paths: [], bytes };
    const update = bindUpdate(parsedUpdate('UpdateExpression', String(text)), placeholders);
    const keyNames = attributesOf(table.schema).map(({ name }) => name);
    const written = update.paths.find(([name]) => keyNames.includes(String(name)));
    if (written !== undefined) throw invalidParameter(`Cannot update attribute ${written[0]}. This attribute is part of the key`);
    checkUpdatedIndexKeys(table, update);
    const next = (before: Attributes | undefined) => {
      const after = update.apply(before ?? key.attributes);
      itemBytes(after, 'Item size to update has exceeded the maximum allowed size');
      checkIndexKeys(table, after);
      return after;
    };
    const valuesBytes = attributesBytes(readAttributes(input['ExpressionAttributeValues'] ?? {}));
    return { table, key, next, paths: update.paths, bytes: bytes + valuesBytes };
  });
}

/** Throws `ConditionalCheckFailedException` where the item does not satisfy the condition; then what an update makes wrong. */
export function nextItem(plan: PlannedWrite, before: Attributes | undefined): Attributes | undefined {
  const { condition, returnsItemOnFailure, check, next } = plan;
  check?.();
  if (condition !== undefined && !condition(before)) throw conditionFailed(returnsItemOnFailure ? before : undefined);
  return next(before);
}

function keyed(state: EngineState, input: JsonObject): { readonly table: Table; readonly key: ItemKey; readonly bytes: number } {
  const table = tableNamed(state, input['TableName']);
  const key = keyOfRequest(table.schema, readAttributes(requiredObject(input, 'Key')));
  return { table, key, bytes: attributesBytes(key.attributes) };
}

function withCondition(
  input: JsonObject,
  expressions: readonly string[],
  plan: (placeholders: ReturnType<typeof readPlaceholders>) => Plan,
): PlannedWrite {
  const placeholders = readPlaceholders(input, expressions);
  const planned = plan(placeholders);
  const text = input['ConditionExpression'];
  const label = 'ConditionExpression';
  const condition = text === undefined ? undefined : bindCondition(parsedCondition(label, String(text)), { placeholders, label });
  placeholders.finish();
  const onFailure = choice(input, 'ReturnValuesOnConditionCheckFailure', ['NONE', 'ALL_OLD']);
  return { ...planned, condition, returnsItemOnFailure: onFailure === 'ALL_OLD' };
}
