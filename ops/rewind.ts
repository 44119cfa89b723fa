/** Sets settlement back, so that it looks at everything stored since then once more: after a restore, or after a bug in it. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { SLOT_SECONDS } from '../lambdas/core/limits.ts';
import { CURSOR } from '../lambdas/core/settlement.ts';
import { slotOf } from '../lambdas/core/time.ts';
import type { Connection } from './connection.ts';
import { OperatorError, wrongUse } from './operator-error.ts';
import { putOnce } from './put-once.ts';
import { readAgain } from './read-again.ts';

/**
 * Resolves with the slot from which on settlement looks: the one before that of the time, or of the outbox's making where that is later. Throws an
 * `OperatorError` for a time that is none, or that would move settlement on instead of back.
 */
export async function rewind(connection: Connection, to: string): Promise<string> {
  const millis = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/.test(to) ? Date.parse(to) : Number.NaN;
  if (Number.isNaN(millis) || millis > systemClock.nowMillis())
    throw wrongUse('BAD_TIME', `${JSON.stringify(to)} is no time in the past; allowed is UTC as 2026-11-24 or 2026-11-24T18:00Z.`);
  const store = await connection.store();
  const createdAtMillis = await readAgain(() => store.createdAtMillis(connection.tables.outbox));
  // The slot before: a function's clock may have been a little behind when it stored something then.
  const slot = slotOf(Math.max(millis, createdAtMillis) - SLOT_SECONDS * 1000);
  const cursor = (await readAgain(() => store.get(connection.tables.settlement, CURSOR)))?.['slot'];
  if (cursor === undefined)
    throw wrongUse('NOTHING_TO_REWIND', 'Settlement has not looked at anything yet; it begins with the first event by itself.');
  // A cursor that names no slot is what this verb is for, too.
  const isSound = typeof cursor === 'string' && !Number.isNaN(Date.parse(cursor));
  if (isSound && Date.parse(cursor) <= Date.parse(slot)) {
    throw wrongUse(
      'NOT_BACK',
      `Settlement stands at ${cursor} and would look at ${slot} anyway; allowed is a time before that. Nothing may be left out.`,
    );
  }
  // Only where it stands as it was read: settlement may have moved it meanwhile.
  const condition = { expression: 'slot = :from', values: { ':from': cursor } };
  const { written } = await putOnce(connection, { table: connection.tables.settlement, item: { ...CURSOR, slot }, condition });
  if (!written) throw new OperatorError('MOVED_MEANWHILE', 'Settlement went on at this very moment, so nothing was changed. Try again.');
  return slot;
}
