/** Time to live: takes expired items away, as the service does some time after they have expired. */
import { commitChanges } from './commit-changes.ts';
import type { EngineState } from './engine-state.ts';
import type { Row } from './sorted-rows.ts';

/** What expired longer ago is left alone (developer guide, "Using time to live"). */
const OLDEST_SECONDS = 5 * 365 * 24 * 60 * 60;

/** Says how many are gone. Items of transactions under way stay until the next time. */
export function expireItems(state: EngineState): number {
  const nowSeconds = Math.floor(state.clock.nowMillis() / 1000);
  let gone = 0;
  for (const table of state.tables.values()) {
    const name = table.expiryAttribute;
    if (name === undefined) continue;
    const expired = [...table.all()].filter((row) => isExpired(row, name, nowSeconds) && !state.locks.isHeld(table, row.key));
    for (const { key } of expired) commitChanges(state, [{ table, key, after: undefined, writes: true }], 'expiry');
    gone += expired.length;
  }
  return gone;
}

function isExpired({ item }: Row, name: string, nowSeconds: number): boolean {
  const text = item[name]?.N;
  if (text === undefined) return false;
  const seconds = Number(text);
  return seconds <= nowSeconds && seconds > nowSeconds - OLDEST_SECONDS;
}
