/** What transactions that write and that read have in common: their bounds, and how they are cancelled. */
import type { JsonObject } from '../service-engine.ts';
import type { ItemKey } from './key-schema.ts';
import { ServiceError, validation } from './service-error.ts';
import type { Table } from './table.ts';

export type Reason = { readonly Code: string; readonly Message?: string };

/** Of an action that is not why the transaction was cancelled. */
export const NO_REASON: Reason = { Code: 'None' };
export const CONFLICT: Reason = { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' };

/** Developer guide, "DynamoDB transactions". */
const ACTIONS_MAX = 100;

export function transactionItems(input: JsonObject): readonly JsonObject[] {
  const items = input['TransactItems'];
  if (!Array.isArray(items) || items.length === 0)
    throw validation(
      "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  if (items.length > ACTIONS_MAX)
    throw validation(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to ${ACTIONS_MAX}`,
    );
  return items as readonly JsonObject[];
}

export function distinctItems(actions: readonly { readonly table: Table; readonly key: ItemKey }[]): void {
  const seen = new Map<Table, Set<string>>();
  for (const { table, key } of actions) {
    const keys = seen.get(table) ?? new Set();
    if (keys.has(key.text)) throw validation('Transaction request cannot include multiple operations on one item');
    keys.add(key.text);
    seen.set(table, keys);
  }
}

export function cancelled(reasons: readonly Reason[]): ServiceError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new ServiceError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}
