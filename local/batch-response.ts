/** What a function's answer says about its batch (Lambda developer guide, partial batch responses). */
import type { InvocationResult } from './function-instance.ts';

export type BatchOutcome =
  | { readonly kind: 'done' }
  /** Some items failed; `identifiers` are all in the batch. */
  | { readonly kind: 'partial'; readonly identifiers: ReadonlySet<string> }
  /** The whole batch failed: the function did, or its answer names something that is not in the batch. */
  | { readonly kind: 'failed' };

/** `batch` are the identifiers that were handed over: message ids, or sequence numbers. */
export function batchOutcome(result: InvocationResult, reportsItemFailures: boolean, batch: readonly string[]): BatchOutcome {
  if (!result.ok) return { kind: 'failed' };
  // Without ReportBatchItemFailures the answer is not even looked at.
  if (!reportsItemFailures || result.payload === null || result.payload === '') return { kind: 'done' };
  if (typeof result.payload !== 'object') return { kind: 'failed' };
  const failures = (result.payload as { batchItemFailures?: unknown }).batchItemFailures;
  if (failures === undefined || failures === null) return { kind: 'done' };
  if (!Array.isArray(failures)) return { kind: 'failed' };
  const identifiers = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  const handedOver = new Set<unknown>(batch);
  if (!identifiers.every((identifier) => handedOver.has(identifier))) return { kind: 'failed' };
  return identifiers.length === 0 ? { kind: 'done' } : { kind: 'partial', identifiers: new Set(identifiers as string[]) };
}
