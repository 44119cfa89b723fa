/** One item that an operator writes: decided by its condition and tried as a function would, so that nothing is written twice. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { systemRandom } from '../lambdas/aws/system-random.ts';
import type { Expression, Item, Telemetry } from '../lambdas/core/ports.ts';
import { commit } from '../lambdas/pipeline/commit.ts';
import type { Connection } from './connection.ts';
import { OperatorError } from './operator-error.ts';

export type Put = { readonly table: string; readonly item: Item; readonly condition: Expression };

/** `standing` is what the condition met; undefined where nothing stood there. */
export type PutResult = { readonly written: true } | { readonly written: false; readonly standing: Item | undefined };

/** As long as a person would wait. */
const PATIENCE_MILLIS = 15_000;

/** Throws an `OperatorError` where it is not known to be written. */
export async function putOnce(connection: Connection, { table, item, condition }: Put): Promise<PutResult> {
  const nowMillis = systemClock.nowMillis();
  const ports = { store: await connection.store(), clock: systemClock, random: systemRandom, telemetry: SILENT };
  const action = { kind: 'put', table, item, condition } as const;
  try {
    const decision = await commit(ports, { frozenAtMillis: nowMillis, steps: [{ meaning: 'done', action }] }, nowMillis + PATIENCE_MILLIS);
    return decision.kind === 'done' ? { written: false, standing: decision.item } : { written: true };
  } catch (cause) {
    throw new OperatorError(
      'NOT_WRITTEN',
      `${cause instanceof Error ? cause.message : String(cause)} Check that these credentials may put items into ${table}, and try again: nothing is written twice.`,
      { cause },
    );
  }
}

/** What a person has to know stands in the error. */
const SILENT: Telemetry = { count: () => undefined, log: () => undefined, flush: () => undefined };
