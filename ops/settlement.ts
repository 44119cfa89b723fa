/** How far settlement has come and what is still open, read from its table. */
import type { Item, Key } from '../lambdas/core/ports.ts';
import { CURSOR, OPEN, type OpenRow, readOpenItem } from '../lambdas/core/settlement.ts';
import { isoTime } from '../lambdas/core/time.ts';
import type { Connection } from './connection.ts';
import { readAgain } from './read-again.ts';

/** What one address lacks in one outbox partition. */
export type OpenPart = {
  readonly partition: string;
  /** Undefined where only the range is written down, because many markers are missing there. */
  readonly eventIds: readonly string[] | undefined;
  /** Undefined where nobody has looked yet. */
  readonly address: string | undefined;
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
    for (const item of page.items) open.push(...partsOf(item));
    after = page.after;
  } while (after !== undefined);
  const slot = cursor?.['slot'];
  return { settledUntil: typeof slot === 'string' ? isoTime(Date.parse(slot)) : undefined, open };
}

/** A row that cannot be read is open all the same. */
function partsOf(item: Item): OpenPart[] {
  const { partition, sk } = item;
  const dueAt = String(sk).slice(0, 24);
  let row: OpenRow;
  try {
    row = readOpenItem(item);
  } catch {
    return [{ partition: String(partition), eventIds: undefined, address: undefined, dueAt }];
  }
  const { range, unsettled, to } = row;
  if (to === undefined && unsettled === undefined) return [{ partition: range.partition, eventIds: undefined, address: undefined, dueAt }];
  const idsAt = (address: string) => unsettled?.filter((one) => one.to.includes(address)).map(({ id }) => id);
  const addresses = to ?? [...new Set(unsettled?.flatMap((one) => one.to))];
  return addresses.map((address) => ({ partition: range.partition, eventIds: idsAt(address), address, dueAt }));
}
