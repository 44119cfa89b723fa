/** The state of settlement as a person reads it and as a program does. */
import { slotOfPartition } from '../lambdas/core/settlement.ts';
import type { OpenPart, SettlementState } from './settlement.ts';
import { tableText } from './table-text.ts';

/** For what settlement has not come to yet, or could not read. */
const NOT_READ = '(not read yet)';

/** Events that are named for each address; more are counted only. */
const NAMED_MAX = 10;

export function settlementLines({ settledUntil, open }: SettlementState): string[] {
  const nothing =
    settledUntil === undefined ? [] : ['Nothing is open: each of those events has its effect, or a marker that says why not.'];
  const until =
    settledUntil === undefined
      ? 'Settlement has not looked at anything yet: it looks at events that are 15 to 20 minutes old.'
      : `Everything stored before ${settledUntil} has been looked at.`;
  if (open.length === 0) return [until, ...nothing];
  const byAddress = [...Map.groupBy(open, ({ address }) => address)];
  const rows = byAddress.map(([address = NOT_READ, parts]) => [address, countText(parts), oldest(parts), soonest(parts)]);
  return [until, '', ...tableText(['open at', 'events', 'oldest', 'next look'], rows), ...byAddress.flatMap(namedLines)];
}

/** The form promised in docs/cli.md. */
export function settlementJson({ settledUntil, open }: SettlementState): string {
  return JSON.stringify({
    settledUntil: settledUntil ?? null,
    open: open.map((part) => ({ ...part, address: part.address ?? null, eventIds: part.eventIds ?? null })),
  });
}

/** Of a range nobody knows how many of its events lack something at this address. */
function countText(parts: readonly OpenPart[]): string {
  const named = parts.reduce((sum, { eventIds }) => sum + (eventIds?.length ?? 0), 0);
  const ranges = parts.filter(({ eventIds }) => eventIds === undefined).length;
  if (ranges === 0) return String(named);
  const more = `${ranges} ${ranges === 1 ? 'range' : 'ranges'}`;
  return named === 0 ? more : `${named} and ${more}`;
}

function oldest(parts: readonly OpenPart[]): string {
  return parts.map(({ partition }) => slotOfPartition(partition)).sort()[0] ?? '';
}

function soonest(parts: readonly OpenPart[]): string {
  return parts.map(({ dueAt }) => dueAt).sort()[0] ?? '';
}

function namedLines([address, parts]: readonly [string | undefined, readonly OpenPart[]]): string[] {
  const ids = parts.flatMap(({ eventIds = [] }) => eventIds);
  if (ids.length === 0) return [];
  const more = ids.length > NAMED_MAX ? [`  … and ${ids.length - NAMED_MAX} more`] : [];
  return ['', `${address}:`, ...ids.slice(0, NAMED_MAX).map((id) => `  ${id}`), ...more];
}
