/**
 * I1 and I6: a 2xx leaves only when the event and its outbox item are durable; what is not authentic gets 401 and leaves nothing;
 * what is authentic never gets a 4xx. It does not check what stands in the items.
 */
import type { MakeInvariant } from '../invariant.ts';

export const ackedIsDurable: MakeInvariant = ({ state, planned }) => {
  const known = new Set(planned.map(({ eventKey }) => eventKey));
  return {
    name: 'I1 acked is durable',
    see: (sighting, report) => {
      if (sighting.kind === 'commit') {
        for (const { table, kind, item } of sighting.writes) {
          const key = String(item?.['pk']?.S);
          if (table === 'Events' && kind === 'put' && !known.has(key))
            report(`an event was stored that the provider never signed: ${key}`, key);
        }
      }
      if (sighting.kind !== 'webhook answered') return;
      const { status, delivery } = sighting;
      const { eventKeys, authentic, secretInDoubt } = delivery;
      const about = eventKeys[0];
      if (!authentic) {
        if (status !== 401 && status < 500) report(`a request that is not authentic was answered ${status} instead of 401`);
        return;
      }
      if (status !== 200 && status < 500 && !(status === 401 && secretInDoubt))
        report(`an authentic request was answered ${status}; the provider would give up`, about);
      if (status !== 200) return;
      for (const eventKey of eventKeys) {
        if (!state.events.has(eventKey)) report('200, and there is no event item', eventKey);
        if ((state.outboxKeys.get(eventKey) ?? []).length === 0) report('200, and there is no outbox item', eventKey);
      }
    },
  };
};
