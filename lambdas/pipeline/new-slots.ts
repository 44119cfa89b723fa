/** The first look at each slot, one after the other from where the cursor stands, however long ago that was. */
import pLimit from 'p-limit';
import { errorCode, RetryableError } from '../core/errors.ts';
import { OUTBOX_SHARDS, PARTITIONS_IN_FLIGHT_ITEMS_MAX, REQUEST_TIMEOUT_MILLIS, SLOT_SECONDS } from '../core/limits.ts';
import { CURSOR, firstLookMillis, nextLookMillis, type OpenRow, type Slot, slotEndMillis } from '../core/settlement.ts';
import { partitionsOfSlot, slotOf } from '../core/time.ts';
import { commit } from './commit.ts';
import { lookAtPartition } from './look-at-partition.ts';
import { readItem } from './read-item.ts';
import { addRows, removeRow, type SettleRun } from './settlement-rows.ts';
import { untilAnswered } from './until-answered.ts';

/** Answers with how many slots were looked at. Throws where the store does not answer: the cursor stays then. */
export async function lookAtNewSlots(run: SettleRun): Promise<number> {
  const { clock, telemetry } = run.ports;
  let cursor = await readCursor(run);
  let looked = 0;
  while (firstLookMillis(cursor.slot) <= clock.nowMillis() && clock.nowMillis() < run.deadlineMillis) {
    const rows = await lookAtSlot(cursor.slot, run);
    const next = slotOf(slotEndMillis(cursor.slot));
    if (await moveCursor(cursor, next, run)) cursor = { slot: next, isStored: true };
    else {
      // Another run that was faster has looked at the same slot and written it all down.
      for (const sk of rows) await removeRow(sk, run);
      cursor = await readCursor(run);
    }
    looked += 1;
  }
  telemetry.count('SettlementLagSeconds', Math.round((clock.nowMillis() - Date.parse(cursor.slot)) / 1000));
  return looked;
}

/** The sort keys of the rows that were written. */
async function lookAtSlot(slot: Slot, run: SettleRun): Promise<string[]> {
  const inFlight = pLimit(PARTITIONS_IN_FLIGHT_ITEMS_MAX);
  const looks = partitionsOfSlot(slot, OUTBOX_SHARDS).map((partition) =>
    inFlight(async () => addRows(await firstLook(partition, slot, run), run)),
  );
  const results = await Promise.allSettled(looks);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
}

/** What DynamoDB refuses because of what stands in one partition must not hold up all that come after it. */
async function firstLook(partition: string, slot: Slot, run: SettleRun): Promise<readonly OpenRow[]> {
  try {
    return await lookAtPartition({ range: { partition } }, run);
  } catch (error) {
    if (errorCode(error) !== 'ValidationException') throw error;
    run.ports.telemetry.count('SettlementRowFailed');
    run.ports.telemetry.log('error', 'partition not looked at', { code: errorCode(error), partition });
    return [{ range: { partition }, dueMillis: nextLookMillis(slot, run.ports.clock.nowMillis()) }];
  }
}

type Cursor = { readonly slot: Slot; readonly isStored: boolean };

/** Where nobody has looked yet: the slot before the one in which the outbox was made, because a function's clock may be a little behind. */
async function readCursor(run: SettleRun): Promise<Cursor> {
  const { ports, settings, deadlineMillis } = run;
  const item = await readItem(ports, { table: settings.tables.settlement, key: CURSOR }, deadlineMillis);
  if (item === undefined) {
    const createdAtMillis = await untilAnswered(ports, deadlineMillis, () => ports.partitions.createdAtMillis(settings.tables.outbox));
    return { slot: slotOf(createdAtMillis - SLOT_SECONDS * 1000), isStored: false };
  }
  const { slot } = item;
  if (typeof slot === 'string' && !Number.isNaN(Date.parse(slot))) return { slot, isStored: true };
  throw new RetryableError(
    'BAD_CURSOR',
    'The cursor of the settlement table names no slot; something else wrote to the table. Put it right with `oncehook settle rewind`.',
  );
}

/** False where another run, or an operator, moved it in the meantime. */
async function moveCursor({ slot, isStored }: Cursor, to: Slot, { ports, settings, deadlineMillis }: SettleRun): Promise<boolean> {
  const condition = isStored ? { expression: 'slot = :from', values: { ':from': slot } } : { expression: 'attribute_not_exists(pk)' };
  const action = { kind: 'put', table: settings.tables.settlement, item: { ...CURSOR, slot: to }, condition } as const;
  const plan = { frozenAtMillis: ports.clock.nowMillis(), steps: [{ meaning: 'done', action }] } as const;
  return (await commit(ports, plan, deadlineMillis + REQUEST_TIMEOUT_MILLIS)).kind === 'committed';
}
