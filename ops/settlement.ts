/** How far settlement has come and what is still open, read from its table. */
import type { Key } from '../lambdas/core/ports.ts';
import { CURSOR, OPEN, readOpenItem } from '../lambdas/core/settlement.ts';
import { isoTime } from '../lambdas/core/time.ts';
import type { Connection } from './connection.ts';
import { readAgain } from './read-again.ts';

/** What one address lacks in one outbox partition. */
export type OpenPart = {
  readonly partition: string;
  /** Undefined where only the range is written down, because more than 500 markers are missing. */
  readonly eventIds: readonly string[] | undefined;
  readonly address: string;
  /** When settlement looks again. */
  readonly dueAt: string;
};

export type SettlementState = {
  /** Every event that was stored before has been looked at; undefined before the first run. */
  readonly settledUntil: string | undefined;
  readonly open: readonly OpenPart[];
};

export async function readSettlement(connection: Connection): Promise<SettlementState> {
  const store = await connection.store();
  const table = connection.tables.settlement;
  const cursor = await readAgain(() => store.get(table, CURSOR));
  const open: OpenPart[] = [];
  let after: Key | undefined;
  do {
    const start = after;
    const page = await readAgain(() => store.page(table, { partition: OPEN }, start));
    for (const item of page.items) open.push(...partsOf(readOpenItem(item)));
    after = page.after;
  } while (after !== undefined);
  const slot = cursor?.['slot'];
  return { settledUntil: typeof slot === 'string' ? isoTime(Date.parse(slot)) : undefined, open };
}

function partsOf({ range, dueMillis, unsettled, to = [] }: ReturnType<typeof readOpenItem>): OpenPart[] {
  const idsAt = (address: string) => unsettled?.filter((one) => one.to.includes(address)).map(({ id }) => id);
  return to.map((address) => ({ partition: range.partition, eventIds: idsAt(address), address, dueAt: isoTime(dueMillis) }));
}
