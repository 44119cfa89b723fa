/** Commits one transaction: frozen once, then the same bytes and token until it is decided or the deadline comes. */
import { type ActionMeaning, type Decision, decide } from '../core/cancellation.ts';
import { RetryableError } from '../core/errors.ts';
import { FROZEN_TRANSACTION_MILLIS_MAX, REQUEST_TIMEOUT_MILLIS } from '../core/limits.ts';
import type { Action, Clock, FrozenTransaction, Random, Store, Telemetry } from '../core/ports.ts';
import { retryUntil } from './retry-until.ts';

export type CommitPorts = { readonly store: Store; readonly clock: Clock; readonly random: Random; readonly telemetry: Telemetry };

export type Plan = {
  readonly frozenAtMillis: number;
  /** Each action with what its failed condition means; the first is the deduplicating put. */
  readonly steps: readonly { readonly action: Action; readonly meaning: ActionMeaning }[];
};

export type Committed = Exclude<Decision, { kind: 'again' } | { kind: 'failed' }>;

/**
 * Answers what was decided. Throws a retryable error where nothing was decided before the deadline or where the request can
 * never succeed: then the caller must not acknowledge anything.
 */
export async function commit(ports: CommitPorts, plan: Plan, deadlineMillis: number): Promise<Committed> {
  const meanings = plan.steps.map(({ meaning }) => meaning);
  const transaction: FrozenTransaction = {
    token: ports.random.uuid(),
    frozenAtMillis: plan.frozenAtMillis,
    actions: plan.steps.map(({ action }) => action),
  };
  // A try can take its whole request timeout, and the answer must still leave before the deadline.
  const lastStartMillis = Math.min(deadlineMillis, plan.frozenAtMillis + FROZEN_TRANSACTION_MILLIS_MAX) - REQUEST_TIMEOUT_MILLIS;
  const result = await retryUntil(ports, lastStartMillis, async () => {
    const decision = decide(await ports.store.transact(transaction), meanings);
    if (decision.kind !== 'again') return { again: false, value: decision };
    ports.telemetry.count(decision.code === 'TransactionConflict' ? 'TransactionConflicts' : 'TransactionRetries');
    return { again: true, code: decision.code };
  });
  if (result.kind === 'deadline') {
    throw new RetryableError(
      'STORE_UNAVAILABLE',
      `The transaction was not decided before its deadline (${result.tries} tries, last answer ${result.code}). DynamoDB throttles, conflicts or is unreachable; the sender tries again.`,
      { cause: result.code },
    );
  }
  if (result.value.kind !== 'failed') return result.value;
  if (result.value.never) ports.telemetry.count('NeverErrors');
  ports.telemetry.log('error', 'transaction refused', { code: result.value.code });
  throw new RetryableError(
    'STORE_REFUSED',
    `The transaction was refused with ${result.value.code}, which the same request would get again. Look at the table's name, the function's grants and the item's size.`,
  );
}
