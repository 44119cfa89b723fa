/**
 * I7 and I15: once nothing goes wrong any more every event that was acknowledged is stored, and every stored one has a marker at each
 * address it was sent to, and no message is left anywhere. It does not say how soon: that is for the alarms.
 */
import { addressesOf } from '../committed-state.ts';
import type { MakeInvariant } from '../invariant.ts';

export const everythingSettles: MakeInvariant = ({ state, planned }) => {
  const acked = new Set<string>();
  return {
    name: 'I7 everything settles',
    see: (sighting) => {
      if (sighting.kind === 'webhook answered' && sighting.delivery.authentic && sighting.status === 200)
        for (const eventKey of sighting.delivery.eventKeys) acked.add(eventKey);
    },
    atRest: ({ messages, routes }, report) => {
      for (const { eventKey } of planned) {
        if (!acked.has(eventKey)) report('the provider never got a 200', eventKey);
        if (!state.events.has(eventKey)) report('the event is not stored', eventKey);
      }
      for (const item of state.outbox.values()) {
        const eventKey = String(item['sk']?.S);
        for (const address of addressesOf(item))
          if (!state.inbox.has(`${address}#${eventKey}`)) report(`the event has no marker at ${address}`, eventKey);
      }
      for (const name of new Set(routes.map(({ address }) => address.split('@')[0] as string))) {
        for (const queue of [name, `${name}-dead`])
          if (messages(queue) > 0) report(`${messages(queue)} messages are left in the queue ${queue}`);
      }
    },
  };
};
