/** One reconciliation of everything that a run has charged, as an operator runs it. */
import { systemClock } from '../../lambdas/aws/system-clock.ts';
import type { Difference } from '../../lambdas/core/reconciliation.ts';
import type { Connection } from '../../ops/connection.ts';
import { paymentsOf } from '../../ops/payments-of.ts';
import { reconcile } from '../../ops/reconciler.ts';
import { storedDifferences } from '../../ops/stored-report.ts';

export type Reconciled = {
  /** Why it was stopped; undefined where it came to its end. */
  readonly stopped: string | undefined;
  /** How many events and payments of the provider it compared. */
  readonly events: number;
  readonly payments: number;
  readonly differences: readonly Difference[];
};

/** `fromMillis` is before the first payment. What happened before the call is looked at, however young it is. */
export async function reconcileAll(connection: Connection, fromMillis: number, hear: (line: string) => void): Promise<Reconciled> {
  const payments = paymentsOf(connection);
  const [output] = payments.providers;
  if (output === undefined) throw new Error('The stack charges through nobody; the run needs payments through stripe.');
  const fromSeconds = Math.floor(fromMillis / 1000);
  const toSeconds = Math.floor(systemClock.nowMillis() / 1000) + 1;
  // A window ends before the second that it names has begun.
  await systemClock.sleep(Math.max(0, toSeconds * 1000 - systemClock.nowMillis()));
  const request = { fromSeconds, toSeconds, graceSeconds: 0 };
  const [result] = await reconcile(connection, { payments, output }, { request, hear });
  if (result === undefined || 'open' in result)
    return { stopped: result?.code ?? 'nothing was run', events: 0, payments: 0, differences: [] };
  const where = { connection, table: payments.tables.reconciliation, source: output.source };
  const { events, payments: compared } = result.counts;
  return { stopped: undefined, events, payments: compared, differences: await storedDifferences(where, result.runId) };
}
