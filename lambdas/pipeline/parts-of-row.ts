/** Reads what a row of settlement is about, a part at a time: the names that stand in it, or the pages of its range. */
import { NAMES_AT_ONCE_ENTRIES_MAX } from '../core/limits.ts';
import type { Clock, Item, Key, Partitions, Random, Range, Telemetry } from '../core/ports.ts';
import type { OpenRow, Unsettled } from '../core/settlement.ts';
import { untilAnswered } from './until-answered.ts';

/** An event by its key and whom it is for; its item where it was read already. */
export type Named = Unsettled & { readonly item?: Item };

export type Part =
  | { readonly kind: 'part'; readonly named: readonly Named[] }
  /** Items that do not even say whom they are for: somebody has to look at them. */
  | { readonly kind: 'illegible'; readonly range: Range }
  /** The deadline came; this is what was not read. */
  | { readonly kind: 'late'; readonly rest: Omit<OpenRow, 'dueMillis'> };

type Row = Omit<OpenRow, 'dueMillis'>;

export type Reading = {
  readonly settings: { readonly tables: { readonly outbox: string } };
  readonly ports: { readonly clock: Clock; readonly random: Random; readonly partitions: Partitions; readonly telemetry: Telemetry };
  readonly deadlineMillis: number;
};

/** Throws where the store does not answer before the deadline. */
export async function* partsOf(row: Row, reading: Reading): AsyncGenerator<Part> {
  yield* row.unsettled === undefined ? pagesOf(row, reading) : namesOf(row, row.unsettled, reading);
}

function* namesOf(row: Row, unsettled: readonly Unsettled[], { ports, deadlineMillis }: Reading): Generator<Part> {
  for (let start = 0; start < unsettled.length; start += NAMES_AT_ONCE_ENTRIES_MAX) {
    if (ports.clock.nowMillis() >= deadlineMillis) {
      yield { kind: 'late', rest: { ...row, unsettled: unsettled.slice(start) } };
      return;
    }
    yield { kind: 'part', named: unsettled.slice(start, start + NAMES_AT_ONCE_ENTRIES_MAX) };
  }
}

async function* pagesOf(row: Row, { settings, ports, deadlineMillis }: Reading): AsyncGenerator<Part> {
  let after: Key | undefined;
  do {
    if (ports.clock.nowMillis() >= deadlineMillis) {
      const from = after === undefined ? {} : { from: after['sk'] as string };
      yield { kind: 'late', rest: { ...row, range: { ...row.range, ...from } } };
      return;
    }
    const start = after;
    const page = await untilAnswered(ports, deadlineMillis, () => ports.partitions.page(settings.tables.outbox, row.range, start));
    yield { kind: 'part', named: page.items.filter(isLegible).map((item) => ({ id: item.sk, to: item.to, item })) };
    yield* illegibleOf(row.range, page.items, ports.telemetry);
    after = page.after;
  } while (after !== undefined);
}

type Legible = Item & { readonly sk: string; readonly to: readonly string[] };

function isLegible(item: Item): item is Legible {
  const { sk, to } = item;
  return typeof sk === 'string' && Array.isArray(to) && to.every((address) => typeof address === 'string');
}

function* illegibleOf({ partition }: Range, items: readonly Item[], telemetry: Telemetry): Generator<Part> {
  const illegible = items.filter((item) => !isLegible(item)).map(({ sk }) => String(sk));
  const [from, through] = [illegible[0], illegible.at(-1)];
  if (from === undefined || through === undefined) return;
  telemetry.count('SettlementUnreadable', illegible.length);
  telemetry.log('error', 'outbox item does not say whom it is for', { partition, from, through });
  yield { kind: 'illegible', range: { partition, from, through } };
}
