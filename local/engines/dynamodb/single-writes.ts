/** PutItem, UpdateItem and DeleteItem. */
import type { JsonObject } from '../service-engine.ts';
import type { Attributes } from './attribute-value.ts';
import { consumed, type Used } from './capacity.ts';
import { commitChanges, writesUsed } from './commit-changes.ts';
import type { EngineState } from './engine-state.ts';
import { nextItem, type PlannedWrite, planDelete, planPut, planUpdate } from './planned-write.ts';
import { partsOf } from './projection.ts';
import { choice } from './request-members.ts';
import { ServiceError } from './service-error.ts';

export function putItem(state: EngineState, input: JsonObject): JsonObject {
  const returns = choice(input, 'ReturnValues', ['NONE', 'ALL_OLD']);
  const { before, used } = write(state, input, planPut(state, input));
  return answer(input, returns === 'ALL_OLD' ? before : undefined, used);
}

export function deleteItem(state: EngineState, input: JsonObject): JsonObject {
  const returns = choice(input, 'ReturnValues', ['NONE', 'ALL_OLD']);
  const { before, used } = write(state, input, planDelete(state, input));
  return answer(input, returns === 'ALL_OLD' ? before : undefined, used);
}

export function updateItem(state: EngineState, input: JsonObject): JsonObject {
  const returns = choice(input, 'ReturnValues', ['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW']);
  const plan = planUpdate(state, input);
  const { before, after, used } = write(state, input, plan);
  const whole = returns === 'ALL_OLD' || returns === 'UPDATED_OLD' ? before : after;
  if (returns === 'NONE' || whole === undefined) return answer(input, undefined, used);
  const part = returns.startsWith('ALL') ? whole : partsOf(whole, plan.paths);
  return answer(input, Object.keys(part).length === 0 ? undefined : part, used);
}

type Written = { readonly before: Attributes | undefined; readonly after: Attributes | undefined; readonly used: readonly Used[] };

function write(state: EngineState, input: JsonObject, plan: PlannedWrite): Written {
  const { table, key } = plan;
  if (state.locks.isHeld(table, key)) throw new ServiceError('TransactionConflictException', 'Transaction is ongoing for the item');
  const before = table.row(key)?.item;
  const decided = { table, key, after: nextItem(plan, before), writes: true };
  const used = writesUsed(input, [decided]);
  commitChanges(state, [decided]);
  return { before, after: decided.after, used };
}

function answer(input: JsonObject, attributes: Attributes | undefined, used: readonly Used[]): JsonObject {
  return { ...(attributes === undefined ? {} : { Attributes: attributes }), ...consumed(input, used) };
}
