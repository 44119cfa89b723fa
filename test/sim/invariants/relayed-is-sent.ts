/**
 * I8, for the stream: the mapping goes on behind a record only when a message for each of its addresses was taken by a queue, or the relay said
 * loudly that it gives it up. Settlement would mend what slips through here, hours later: this is why the end of a run cannot show it.
 */
import { addressesOf } from '../committed-state.ts';
import type { MakeInvariant } from '../invariant.ts';

const GIVEN_UP = /^error messages given up \{"queue":"([^"]+)",.*"count":(\d+),"eventIds":"([^"]+)"/;

export const relayedIsSent: MakeInvariant = ({ state }) => {
  const taken = new Set<string>();
  const givenUp = new Set<string>();
  /** A log line names the first of many only. */
  const unnamed = new Map<string, number>();
  return {
    name: 'I8 relayed is sent',
    see: (sighting, report) => {
      if (sighting.kind === 'messages sent') for (const { address, eventKey } of sighting.messages) taken.add(`${address} ${eventKey}`);
      if (sighting.kind === 'logged') {
        const [, queue = '', count, keys = ''] = GIVEN_UP.exec(sighting.text) ?? [];
        const named = keys.split(' ').filter((key) => key !== '');
        for (const eventKey of named) givenUp.add(`${queue} ${eventKey}`);
        unnamed.set(queue, (unnamed.get(queue) ?? 0) + Number(count ?? 0) - named.length);
      }
      if (sighting.kind !== 'relayed') return;
      for (const eventKey of sighting.eventKeys) {
        for (const address of (state.outboxKeys.get(eventKey) ?? []).flatMap((key) => addressesOf(state.outbox.get(key) ?? {}))) {
          const queue = address.split('@')[0] as string;
          if (taken.has(`${address} ${eventKey}`) || givenUp.has(`${queue} ${eventKey}`)) continue;
          const left = unnamed.get(queue) ?? 0;
          if (left > 0) {
            unnamed.set(queue, left - 1);
            givenUp.add(`${queue} ${eventKey}`);
            continue;
          }
          report(`a stream record is done, and no queue ever took its message for ${address}`, eventKey);
        }
      }
    },
  };
};
