/**
 * I14 for settlement: it sends nothing to who has had a marker for a while, so that it comes to rest. It does not count what it reads, nor how
 * often it sends what still lacks one: its looks are tests of their own.
 */
import type { MakeInvariant } from '../invariant.ts';

/** Longer than one run, which may have asked for the marker at its beginning. */
const KNOWN_MILLIS = 600_000;

export const settlementIsBounded: MakeInvariant = (view) => {
  const markedAt = new Map<string, number>();
  return {
    name: 'I14 settlement is bounded',
    see: (sighting, report) => {
      if (sighting.kind === 'commit') {
        for (const { table, kind, key } of sighting.writes)
          if (table === 'Inbox' && kind === 'put' && !markedAt.has(key)) markedAt.set(key, view.nowMillis());
      }
      if (sighting.kind !== 'messages sent' || !sighting.by.startsWith('settle')) return;
      for (const { address, eventKey } of sighting.messages) {
        const agoMillis = view.nowMillis() - (markedAt.get(`${address}#${eventKey}`) ?? Number.POSITIVE_INFINITY);
        if (agoMillis > KNOWN_MILLIS) report(`settlement sent to ${address} what had its marker for ${agoMillis / 1000} s`, eventKey);
      }
    },
  };
};
