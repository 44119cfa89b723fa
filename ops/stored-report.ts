/** What earlier reconciliations wrote down. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { DIFFERENCES_ITEMS_MAX } from '../lambdas/core/limits.ts';
import type { Item, Key, Range } from '../lambdas/core/ports.ts';
import { type Difference, type Report, readDifference, readReport } from '../lambdas/core/reconciliation.ts';
import { isoTime } from '../lambdas/core/time.ts';
import type { Connection } from './connection.ts';
import { readAgain } from './read-again.ts';

/** The newest reports stand at the end of a year of them; a run comes each hour, so the last days are asked first. */
const NEWEST_SECONDS = 2 * 24 * 3600;

export type Reports = { readonly connection: Connection; readonly table: string; readonly source: string };

/** Undefined where no run has ended yet. */
export async function newestReport(reports: Reports): Promise<Report | undefined> {
  const recent = `report#${isoTime(systemClock.nowMillis() - NEWEST_SECONDS * 1000)}`;
  for (const from of [recent, 'report#']) {
    const items = await itemsIn(reports, { partition: reports.source, from });
    const newest = items.at(-1);
    if (newest !== undefined) return readReport(newest);
  }
  return undefined;
}

/** Those that a run has found so far, injected ones included. */
export async function storedDifferences(reports: Reports, runId: string): Promise<readonly Difference[]> {
  return (await itemsIn(reports, { partition: `${reports.source}#${runId}` })).slice(0, DIFFERENCES_ITEMS_MAX).map(readDifference);
}

async function itemsIn({ connection, table }: Reports, range: Range): Promise<readonly Item[]> {
  const store = await connection.store();
  const items: Item[] = [];
  let after: Key | undefined;
  do {
    const start = after;
    const page = await readAgain(() => store.page(table, range, start));
    items.push(...page.items);
    after = page.after;
  } while (after !== undefined);
  return items;
}
