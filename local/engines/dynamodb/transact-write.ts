/** TransactWriteItems: all of its writes or none; a cancelled one says why for each of its actions, in their order. */
import type { JsonObject } from '../service-engine.ts';
import { consumedList, readUnits, type Used } from './capacity.ts';
import { commitChanges, type Decided, writesUsed } from './commit-changes.ts';
import type { EngineState } from './engine-state.ts';
import { nextItem, type PlannedWrite, planCheck, planDelete, planPut, planUpdate } from './planned-write.ts';
import { checkMembers, optionalText } from './request-members.ts';
import { ServiceError, validation } from './service-error.ts';
import { CONFLICT, cancelled, distinctItems, NO_REASON, type Reason, transactionItems } from './transaction.ts';

type Action = PlannedWrite & { readonly writes: boolean };

/** Bytes of all items of a transaction (developer guide, "DynamoDB transactions"). */
const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024;
const TOKEN_CHARACTERS_MAX = 36;

export function transactWriteItems(state: EngineState, input: JsonObject): JsonObject | Promise<JsonObject> {
  const items = transactionItems(input);
  const token = readToken(input);
  const actions = items.map((item) => planAction(state, item));
  distinctItems(actions);
  if (actions.reduce((sum, { bytes }) => sum + bytes, 0) > TRANSACTION_BYTES_MAX)
    throw validation('Transaction payload size cannot exceed 4MB.');
  if (token !== undefined && state.tokens.isCommitted(token, items)) return consumedList(input, replayUsed(actions), true);
  const decided = decide(state, actions);
  const millis = state.options.transactionMillis?.() ?? 0;
  const prepared = { decided, token, input, used: writesUsed(input, decided) };
  if (token !== undefined) state.tokens.begin(token, items);
  return millis <= 0 ? commit(state, prepared) : commitLater(state, prepared, millis);
}

type Prepared = {
  readonly decided: readonly Decided[];
  readonly token: string | undefined;
  readonly input: JsonObject;
  readonly used: readonly Used[];
};

function commit(state: EngineState, { decided, token, input, used }: Prepared): JsonObject {
  commitChanges(state, decided);
  if (token !== undefined) state.tokens.finish(token);
  return consumedList(input, used, true);
}

/** Nobody else can write to the items meanwhile, so what was decided still holds when it is committed. */
async function commitLater(state: EngineState, prepared: Prepared, millis: number): Promise<JsonObject> {
  for (const { table, key } of prepared.decided) state.locks.hold(table, key);
  await state.clock.sleep(millis);
  for (const { table, key } of prepared.decided) state.locks.release(table, key);
  return commit(state, prepared);
}

function decide(state: EngineState, actions: readonly Action[]): readonly Decided[] {
  const reasons: Reason[] = [];
  const decided: Decided[] = [];
  for (const action of actions) {
    const { table, key, writes } = action;
    if (state.locks.isHeld(table, key)) {
      reasons.push(CONFLICT);
      continue;
    }
    try {
      decided.push({ table, key, after: nextItem(action, table.row(key)?.item), writes });
      reasons.push(NO_REASON);
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  if (decided.length < actions.length) throw cancelled(reasons);
  return decided;
}

function reasonOf(error: unknown): Reason {
  if (!(error instanceof ServiceError)) throw error;
  const failed = error.code === 'ConditionalCheckFailedException';
  return { Code: failed ? 'ConditionalCheckFailed' : 'ValidationError', Message: error.message, ...error.members };
}

/** The same transaction again reads its items instead of writing them. */
function replayUsed(actions: readonly Action[]): readonly Used[] {
  return actions.map(({ table, key }) => ({ table, read: readUnits(table.row(key)?.bytes ?? 0, true) }));
}

const KEY_MEMBERS = ['TableName', 'ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];
const MEMBERS = {
  Put: new Set([...KEY_MEMBERS, 'Item', 'ReturnValuesOnConditionCheckFailure']),
  Update: new Set([...KEY_MEMBERS, 'Key', 'UpdateExpression', 'ReturnValuesOnConditionCheckFailure']),
  Delete: new Set([...KEY_MEMBERS, 'Key', 'ReturnValuesOnConditionCheckFailure']),
  ConditionCheck: new Set([...KEY_MEMBERS, 'Key', 'ReturnValuesOnConditionCheckFailure']),
};
const PLANS = { Put: planPut, Update: planUpdate, Delete: planDelete, ConditionCheck: planCheck };

function planAction(state: EngineState, item: JsonObject): Action {
  const kinds = Object.keys(item).filter((name) => item[name] !== undefined);
  const [kind] = kinds;
  if (kinds.length !== 1 || kind === undefined || !Object.hasOwn(PLANS, kind))
    throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
  const name = kind as keyof typeof PLANS;
  const request = item[kind] as JsonObject;
  checkMembers(`TransactWriteItems.${name}`, request, MEMBERS[name]);
  if (name === 'Update' && request['UpdateExpression'] === undefined)
    throw validation(
      "1 validation error detected: Value null at 'transactItems.1.member.update.updateExpression' failed to satisfy constraint: Member must not be null",
    );
  return { ...PLANS[name](state, request), writes: name !== 'ConditionCheck' };
}

function readToken(input: JsonObject): string | undefined {
  const token = optionalText(input, 'ClientRequestToken');
  if (token !== undefined && (token.length === 0 || token.length > TOKEN_CHARACTERS_MAX))
    throw validation(
      `1 validation error detected: Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must have length between 1 and ${TOKEN_CHARACTERS_MAX}`,
    );
  return token;
}
