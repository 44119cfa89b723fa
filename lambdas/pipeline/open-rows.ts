/** Looks again at what earlier runs left open, the oldest first. */
import { errorCode } from '../core/errors.ts';
import { OPEN_ROWS_ITEMS_MAX, ROW_PATIENCE_MILLIS, SETTLEMENT_REPEAT_SECONDS } from '../core/limits.ts';
import type { Item, Key } from '../core/ports.ts';
import { dueThrough, OPEN, type OpenRow, readOpenItem } from '../core/settlement.ts';
import { lookAtPartition } from './look-at-partition.ts';
import { replaceRow, type SettleRun } from './settlement-rows.ts';
import { untilAnswered } from './until-answered.ts';

/** Answers with how many rows were worked. One that cannot be read or worked on stays as it is and holds up no other. */
export async function lookAtOpenRows(run: SettleRun): Promise<number> {
  const { clock, telemetry } = run.ports;
  const range = { partition: OPEN, from: '0', through: dueThrough(clock.nowMillis()) };
  const inTime = () => clock.nowMillis() < run.rowsUntilMillis;
  let looked = 0;
  let overdueMillis = 0;
  let after: Key | undefined;
  do {
    const start = after;
    const page = await untilAnswered(run.ports, run.deadlineMillis, () =>
      run.ports.partitions.page(run.settings.tables.settlement, range, start),
    );
    for (const item of page.items) {
      const worked = looked < OPEN_ROWS_ITEMS_MAX && inTime() && (await lookAtRow(item, run));
      if (worked) looked += 1;
      else overdueMillis = Math.max(overdueMillis, overdueOf(item, clock.nowMillis()));
    }
    after = page.after;
  } while (after !== undefined && looked < OPEN_ROWS_ITEMS_MAX && inTime());
  telemetry.count('SettlementOverdueSeconds', Math.round(overdueMillis / 1000));
  return looked;
}

async function lookAtRow(item: Item, run: SettleRun): Promise<boolean> {
  const { clock, telemetry } = run.ports;
  try {
    const row = readOpenItem(item);
    if (!(await isWorthALook(row, run))) return false;
    // A partition that does not answer must not take the time of the others: what is not read in time is a row again.
    const deadlineMillis = Math.min(run.rowsUntilMillis, clock.nowMillis() + ROW_PATIENCE_MILLIS);
    await replaceRow(item['sk'] as string, await lookAtPartition(row, { ...run, deadlineMillis }), run);
    return true;
  } catch (error) {
    telemetry.count('SettlementRowFailed');
    telemetry.log('error', 'settlement row not worked', { code: errorCode(error), row: String(item['sk']) });
    return false;
  }
}

/** Where nothing it lacks may be sent in this run any more it keeps its place; but a look a day keeps its items from expiring. */
async function isWorthALook({ to, dueMillis }: OpenRow, { ports, resender }: SettleRun): Promise<boolean> {
  if (to === undefined || ports.clock.nowMillis() - dueMillis >= SETTLEMENT_REPEAT_SECONDS * 1000) return true;
  for (const address of to) if (await resender.hasRoom(address)) return true;
  return false;
}

function overdueOf(item: Item, nowMillis: number): number {
  const dueMillis = Date.parse(String(item['sk']).slice(0, 24));
  return Number.isNaN(dueMillis) ? 0 : nowMillis - dueMillis;
}
