/** Sets settlement back, so that it looks at everything stored since then once more: after a restore, or after a bug in it. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { systemRandom } from '../lambdas/aws/system-random.ts';
import { CURSOR } from '../lambdas/core/settlement.ts';
import { slotOf } from '../lambdas/core/time.ts';
import { retryUntil } from '../lambdas/pipeline/retry-until.ts';
import type { Connection } from './connection.ts';
import { OperatorError, wrongUse } from './operator-error.ts';

const PATIENCE_MILLIS = 15_000;

/** Resolves with the slot from which on settlement looks. Throws an `OperatorError` for a time that is none or still to come. */
export async function rewind(connection: Connection, to: string): Promise<string> {
  const millis = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/.test(to) ? Date.parse(to) : Number.NaN;
  if (Number.isNaN(millis) || millis > systemClock.nowMillis())
    throw wrongUse('BAD_TIME', `${JSON.stringify(to)} is no time in the past; allowed is UTC as 2026-11-24 or 2026-11-24T18:00Z.`);
  const store = await connection.store();
  const slot = slotOf(millis);
  const frozenAtMillis = systemClock.nowMillis();
  const action = { kind: 'put', table: connection.tables.settlement, item: { ...CURSOR, slot } } as const;
  const token = systemRandom.uuid();
  const result = await retryUntil({ clock: systemClock, random: systemRandom }, frozenAtMillis + PATIENCE_MILLIS, async () => {
    const answer = await store.transact({ token, frozenAtMillis, actions: [action] });
    if (answer.kind === 'committed') return { again: false, value: undefined };
    return { again: true, code: answer.kind === 'failed' ? answer.code : (answer.reasons[0]?.code ?? 'CANCELLED') };
  });
  if (result.kind === 'decided') return slot;
  throw new OperatorError(
    'NOT_WRITTEN',
    `Settlement could not be set back (last answer ${result.code}). Check that these credentials may put items into ${connection.tables.settlement}, and try again.`,
  );
}
