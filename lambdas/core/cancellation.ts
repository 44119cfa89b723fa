/** What an answer to a transaction means (DESIGN rule 2): decided by the index of the reason, never by "it was cancelled". */
import type { ConditionMeaning } from './contracts.ts';
import type { Item, TransactionAnswer } from './ports.ts';

/** What a failed condition of one action means; `done` is the deduplicating put at index 0, `never` an action that must not fail. */
export type ActionMeaning = ConditionMeaning | 'done' | 'never';

export type Decision =
  | { readonly kind: 'committed' }
  /** The deduplicating item was there already; `item` is what stands in the table. */
  | { readonly kind: 'done'; readonly item: Item | undefined }
  /** A later condition failed, and this is what it declared; `item` is what stands in the table, where DynamoDB says so. */
  | { readonly kind: 'condition'; readonly index: number; readonly means: ConditionMeaning; readonly item: Item | undefined }
  /** Nothing is decided: the same bytes again. */
  | { readonly kind: 'again'; readonly code: string }
  /** Trying these bytes again cannot help. `never` marks what only a bug of ours can cause. */
  | { readonly kind: 'failed'; readonly code: string; readonly never: boolean };

/** Reasons that say nothing about the data (TransactWriteItems API reference, cancellation reason codes). */
const TRANSIENT_REASONS: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'InternalServerError',
]);

/** Errors that the same request will get again; anything not named here counts as passing. */
const PERMANENT_FAILURES: ReadonlySet<string> = new Set([
  'NOT_SENDABLE',
  'ValidationException',
  'IdempotentParameterMismatchException',
  'ResourceNotFoundException',
  'AccessDeniedException',
  'UnrecognizedClientException',
  'SerializationException',
]);

/** Permanent failures that only our own mistake explains: the request itself was wrong. */
const NEVER_FAILURES: ReadonlySet<string> = new Set([
  'NOT_SENDABLE',
  'ValidationException',
  'IdempotentParameterMismatchException',
  'SerializationException',
]);

/** Whether the same request would get this error again. */
export function isPermanentFailure(code: string): boolean {
  return PERMANENT_FAILURES.has(code);
}

/** `meanings[i]` belongs to action i. */
export function decide(answer: TransactionAnswer, meanings: readonly ActionMeaning[]): Decision {
  if (answer.kind === 'committed') return { kind: 'committed' };
  if (answer.kind === 'failed') {
    return isPermanentFailure(answer.code)
      ? { kind: 'failed', code: answer.code, never: NEVER_FAILURES.has(answer.code) }
      : { kind: 'again', code: answer.code };
  }
  return decideCancelled(answer.reasons, meanings);
}

type Reasons = Extract<TransactionAnswer, { kind: 'cancelled' }>['reasons'];

function decideCancelled(reasons: Reasons, meanings: readonly ActionMeaning[]): Decision {
  const isFailedCondition = (code: string | undefined) => code === 'ConditionalCheckFailed';
  if (isFailedCondition(reasons[0]?.code) && meanings[0] === 'done') return { kind: 'done', item: reasons[0]?.item };

  const unknown = reasons.find(({ code }) => code !== 'None' && !isFailedCondition(code) && !TRANSIENT_REASONS.has(code));
  if (unknown !== undefined) return { kind: 'failed', code: unknown.code, never: unknown.code === 'ValidationError' };

  // A conflict on the marker itself means somebody may be committing this very event: their outcome is asked for first.
  const first = reasons[0]?.code;
  if (first !== undefined && TRANSIENT_REASONS.has(first)) return { kind: 'again', code: first };

  const index = reasons.findIndex(({ code }) => isFailedCondition(code));
  if (index !== -1) {
    const means = meanings[index];
    if (means === undefined || means === 'never' || means === 'done') return { kind: 'failed', code: 'UNEXPECTED_CONDITION', never: true };
    return { kind: 'condition', index, means, item: reasons[index]?.item };
  }
  const transient = reasons.find(({ code }) => TRANSIENT_REASONS.has(code));
  if (transient !== undefined) return { kind: 'again', code: transient.code };
  return { kind: 'failed', code: 'NO_REASON', never: true };
}
