/**
 * I3: an event item and its outbox item come into being in one commit, a published event with the marker that caused it; one event has one
 * outbox item, addressed to the subscribers of a release of this stack. It does not check the payload.
 */
import { addressesOf } from '../committed-state.ts';
import type { MakeInvariant } from '../invariant.ts';
import type { CommittedWrite } from '../sighting.ts';

export const eventWithOutbox: MakeInvariant = ({ state, planned, routes }) => {
  const byKey = new Map(planned.map((event) => [event.eventKey, event]));
  const subscribers = (provider: string, type: string) =>
    new Set(
      routes
        .filter(({ subscribes }) => subscribes[provider]?.some((wanted) => wanted === type || wanted === '*'))
        .map(({ address }) => address),
    );
  const expected = (eventKey: string, item: CommittedWrite['item']) => {
    const event = byKey.get(eventKey);
    if (event?.odd === true) return new Set<string>();
    return event === undefined ? subscribers('oncehook', String(item?.['type']?.S)) : subscribers('stripe', event.type);
  };
  return {
    name: 'I3 event with outbox',
    see: (sighting, report) => {
      if (sighting.kind !== 'commit') return;
      const puts = (table: string) => sighting.writes.filter((write) => write.table === table && write.kind === 'put');
      const [events, outbox, markers] = [puts('Events'), puts('Outbox'), puts('Inbox')];
      for (const { key, item } of events) {
        const own = outbox.filter((write) => write.item?.['sk']?.S === key);
        if (own.length !== 1) report(`an event item was committed with ${own.length} outbox items instead of 1`, key);
        if (own[0] !== undefined && own[0].item?.['pk']?.S !== item?.['outboxPk']?.S)
          report('an event item names another outbox item than its own', key);
      }
      for (const { item } of outbox) {
        const key = String(item?.['sk']?.S);
        const caused = markers.length > 0 || events.some((event) => event.key === key);
        if (!caused) report('an outbox item was committed without the event or the marker it belongs to', key);
        const keys = state.outboxKeys.get(key) ?? [];
        if (keys.length > 1) report(`one event has ${keys.length} outbox items: ${keys.join(', ')}`, key);
        const isOdd = byKey.get(key)?.odd === true;
        const raw = (item?.['to']?.L ?? []).map(({ S }) => S).join(' ');
        if (isOdd && raw !== 'quarantine') report(`an odd event is addressed to "${raw}" instead of the quarantine`, key);
        if (isOdd && item?.['expiresAt'] !== undefined) report('an event in quarantine expires', key);
        const right = expected(key, item);
        for (const address of addressesOf(item ?? {}))
          if (!right.has(address)) report(`an outbox item is addressed to ${address}, which does not subscribe to it`, key);
        // A release may have another epoch of a consumer, but each consumer is there in each.
        const consumers = (addresses: Iterable<string>) =>
          [...new Set([...addresses].map((address) => address.split('@')[0]))].sort().join(' ');
        if (consumers(addressesOf(item ?? {})) !== consumers(right))
          report(
            `an outbox item is addressed to "${addressesOf(item ?? {}).join(' ')}"; its subscribers are "${[...right].join(' ')}"`,
            key,
          );
      }
    },
  };
};
