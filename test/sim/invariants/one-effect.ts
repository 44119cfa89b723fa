/**
 * I4: each event takes effect at most once at each address, in the same commit as its marker, and only at an address it was sent to. Effects
 * are counted by a write of the simulator's own. It does not check what the effect says: that is I5 and I17.
 */
import { addressesOf } from '../committed-state.ts';
import { TALLY } from '../consumers/counted-consumer.ts';
import type { MakeInvariant } from '../invariant.ts';

const PIPELINE_TABLES: ReadonlySet<string> = new Set(['Events', 'Outbox', 'Inbox', 'Settlement']);

export const oneEffect: MakeInvariant = ({ state }) => ({
  name: 'I4 one effect',
  see: (sighting, report) => {
    if (sighting.kind !== 'commit') return;
    const effects = sighting.writes.filter(({ table }) => table === TALLY);
    const others = sighting.writes.filter(({ table }) => !PIPELINE_TABLES.has(table) && table !== TALLY);
    if (others.length > 0 && effects.length === 0)
      report(`a part of an effect was committed alone: ${others.map(({ table, key }) => `${table} ${key}`).join(', ')}`, others[0]?.key);
    for (const { key } of effects) {
      const [address = '', eventKey = ''] = key.split(/ (.*)/);
      const count = state.effects.get(key) ?? 0;
      if (count > 1) report(`an event took effect ${count} times at ${address}`, eventKey);
      const marker = sighting.writes.find(
        ({ table, kind, key: marked }) => table === 'Inbox' && kind === 'put' && marked === `${address}#${eventKey}`,
      );
      if (marker === undefined) report(`an effect at ${address} was committed without its marker`, eventKey);
      else if (marker.item?.['outcome']?.S !== 'applied')
        report(`an effect at ${address} was committed with the outcome ${marker.item?.['outcome']?.S}`, eventKey);
      const sentTo = (state.outboxKeys.get(eventKey) ?? []).flatMap((outboxKey) => addressesOf(state.outbox.get(outboxKey) ?? {}));
      if (!sentTo.includes(address)) report(`an effect at ${address}, to which the event was never sent (${sentTo.join(' ')})`, eventKey);
    }
  },
  atRest: ({ items }, report) => {
    for (const item of items(TALLY)) {
      const key = `${item['pk']?.S} ${item['sk']?.S}`;
      if (item['count']?.N !== String(state.effects.get(key)))
        report(`the table says ${item['count']?.N} effects, the commits ${state.effects.get(key)}`, item['sk']?.S);
    }
    for (const [key, marker] of state.inbox) {
      if (marker['kind']?.S !== 'event' || marker['outcome']?.S !== 'applied') continue;
      const [address = '', eventKey = ''] = key.split(/#(.*)/);
      if (state.effects.get(`${address} ${eventKey}`) !== 1)
        report(`a marker at ${address} says applied, and there is no effect`, eventKey);
    }
  },
});
