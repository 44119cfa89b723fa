/** What stands in the tables, pieced together from the commits that were seen: the invariants' own view of the world. */
import { itemKey } from './commit-watch.ts';
import { TALLY } from './consumers/counted-consumer.ts';
import type { CommittedWrite, Sighting, WireItem } from './sighting.ts';

export type CommittedState = {
  /** By event key. */
  readonly events: ReadonlyMap<string, WireItem>;
  /** By the item's own key, `{partition} {event key}`. */
  readonly outbox: ReadonlyMap<string, WireItem>;
  /** By the marker's key. */
  readonly inbox: ReadonlyMap<string, WireItem>;
  /** How often each effect was committed, by `{address} {event key}`. */
  readonly effects: ReadonlyMap<string, number>;
  /** The keys of outbox items, by event key. */
  readonly outboxKeys: ReadonlyMap<string, readonly string[]>;
};

export type StateWatch = CommittedState & { see(sighting: Sighting): void };

export function createCommittedState(): StateWatch {
  const events = new Map<string, WireItem>();
  const outbox = new Map<string, WireItem>();
  const inbox = new Map<string, WireItem>();
  const effects = new Map<string, number>();
  const outboxKeys = new Map<string, string[]>();
  const tables: { readonly [table: string]: Map<string, WireItem> } = { Events: events, Outbox: outbox, Inbox: inbox };
  const write = ({ kind, table, key, item }: CommittedWrite) => {
    if (table === TALLY && kind === 'update') effects.set(key, (effects.get(key) ?? 0) + 1);
    const rows = tables[table];
    if (rows === undefined) return;
    if (kind === 'delete') rows.delete(key);
    if (kind !== 'put' || item === undefined) return;
    if (table === 'Outbox' && !outbox.has(key)) {
      const eventKey = String(item['sk']?.S);
      outboxKeys.set(eventKey, [...(outboxKeys.get(eventKey) ?? []), key]);
    }
    rows.set(key, item);
  };
  const restore = (table: string, items: readonly WireItem[]) => {
    const rows = tables[table];
    rows?.clear();
    for (const item of items) rows?.set(itemKey(item), item);
  };
  return {
    events,
    outbox,
    inbox,
    effects,
    outboxKeys,
    see: (sighting) => {
      if (sighting.kind === 'commit') for (const one of sighting.writes) write(one);
      if (sighting.kind === 'tables restored') for (const [table, items] of sighting.tables) restore(table, items);
    },
  };
}

/** The addresses an outbox item is sent to, the quarantine left out. */
export function addressesOf(item: WireItem): readonly string[] {
  return (item['to']?.L ?? []).map(({ S }) => String(S)).filter((address) => address !== 'quarantine');
}
