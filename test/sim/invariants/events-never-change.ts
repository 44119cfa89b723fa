/**
 * I2: an event item and a marker are written once, and never again, changed or deleted; an outbox item may only have its expiry moved.
 * Where a table was restored to an earlier second, what it lost by that may be written once more.
 */
import { itemKey } from '../commit-watch.ts';
import type { MakeInvariant } from '../invariant.ts';

export const eventsNeverChange: MakeInvariant = () => {
  const written = new Set<string>();
  return {
    name: 'I2 events never change',
    see: (sighting, report) => {
      if (sighting.kind === 'tables restored') {
        for (const [table, items] of sighting.tables) {
          for (const name of written) if (name.startsWith(`${table} `)) written.delete(name);
          for (const item of items) written.add(`${table} ${itemKey(item)}`);
        }
      }
      if (sighting.kind !== 'commit') return;
      for (const { kind, table, key } of sighting.writes) {
        if (table !== 'Events' && table !== 'Inbox' && table !== 'Outbox') continue;
        const name = `${table} ${key}`;
        const about = eventKeyOf(table, key);
        if (kind === 'delete') report(`an item of ${table} was deleted`, about);
        if (kind === 'update' && table !== 'Outbox') report(`an item of ${table} was updated`, about);
        if (kind !== 'put') continue;
        if (written.has(name)) report(`an item of ${table} was written a second time`, about);
        written.add(name);
      }
    },
  };
};

/** A marker stands under `{address}#{event key}`, an outbox item under `{partition} {event key}`. */
function eventKeyOf(table: string, key: string): string {
  if (table === 'Inbox') return key.slice(key.indexOf('#') + 1);
  return table === 'Outbox' ? key.slice(key.indexOf(' ') + 1) : key;
}
