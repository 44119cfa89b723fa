/** Reconcile: the provider's own lists against our records. What never came is brought in as a webhook would have been; what differs is reported, and nothing is mended in silence. */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context } from 'aws-lambda';
import { RejectedError } from '../core/errors.ts';
import { RECONCILE_MARGIN_MILLIS } from '../core/limits.ts';
import { type ReconcileRequest, type ReconcileResult, requestFault, runIdOf, windowOf } from '../core/reconciliation.ts';
import { flushTelemetry } from './flush-telemetry.ts';
import type { ReconcilePorts, ReconcileSettings } from './reconciliation-run.ts';
import { createReconciliationStore, type OpenRun, type ReconciliationStore } from './reconciliation-store.ts';
import { workRun } from './work-run.ts';

export type ReconcileHandler = MiddyfiedHandler<ReconcileRequest, readonly ReconcileResult[]>;

/**
 * The handler of one source's function. First its own run is written down, then what earlier runs of its kind left open is worked, the oldest first, and
 * it comes last: so no window is forgotten while the provider is away. Of an exact window only a run of the same window goes on. Several may run at once.
 * Throws `BAD_REQUEST` for a request that names no time, or of whose time nothing is left.
 */
export function createReconcile(settings: ReconcileSettings, ports: ReconcilePorts): ReconcileHandler {
  return middy<ReconcileRequest, readonly ReconcileResult[]>({ timeoutEarlyInMillis: 0 })
    .use(flushTelemetry(ports.telemetry))
    .handler(async (request: ReconcileRequest, context: Context) => {
      const nowMillis = ports.clock.nowMillis();
      const deadlineMillis = nowMillis + context.getRemainingTimeInMillis() - RECONCILE_MARGIN_MILLIS;
      const store = createReconciliationStore(settings, ports, deadlineMillis + RECONCILE_MARGIN_MILLIS / 2);
      const own = newRun(request, nowMillis);
      const isDry = request.dryRun === true;
      const newest = isDry ? own : await store.begin(own);
      const results: ReconcileResult[] = [];
      for (const run of isDry ? [own] : await runsToWork(request, newest, store)) {
        const isNewest = 'hours' in request && run.runId === newest.runId;
        const result = await workRun(run, { settings, ports, store, deadlineMillis, isDry, isNewest });
        results.push(result);
        if ('open' in result) break;
      }
      return results;
    });
}

/** Its window is decided before anything is read. */
function newRun(request: ReconcileRequest, nowMillis: number): OpenRun {
  const window = windowOf(request, nowMillis);
  const fault = requestFault(request, window);
  if (fault !== undefined) throw new RejectedError('BAD_REQUEST', `The request cannot be reconciled. ${fault}`);
  const tally = { events: 0, payments: 0, transactions: 0, elsewhere: 0, unkept: 0, unkeptInjected: 0 };
  return { runId: runIdOf(request, window, nowMillis), window, toSeconds: window.toSeconds, tally };
}

async function runsToWork(request: ReconcileRequest, newest: OpenRun, store: ReconciliationStore): Promise<readonly OpenRun[]> {
  if (!('hours' in request)) return [newest];
  const begun = await store.begun(newest.runId.split('#')[0] as string);
  return [...begun.filter(({ runId }) => runId !== newest.runId), newest];
}
