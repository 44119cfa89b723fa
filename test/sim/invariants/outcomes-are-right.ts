/**
 * Rule 2, seen at `seat`: which of several failed conditions decides the outcome. Of a seat that was closed long ago everybody is rejected,
 * whatever else failed; of one that is taken and was never closed each gets what its own event says. It leaves out what happens at the moment
 * of closing, where both are right.
 */
import type { MakeInvariant } from '../invariant.ts';

/** Between a transaction that is cancelled and the marker it leads to lies at most the rest of one invocation. */
const LONG_AGO_MILLIS = 60_000;

const OUTCOMES: { readonly [meaning: string]: string } = { reject: 'rejected', duplicate: 'duplicate', stale: 'stale' };

export const outcomesAreRight: MakeInvariant = ({ planned, nowMillis }) => {
  const byKey = new Map(planned.map((event) => [event.eventKey, event.fact]));
  const closedAt = new Map<string, number>();
  return {
    name: 'I17 outcomes are right',
    see: (sighting, report) => {
      if (sighting.kind !== 'commit') return;
      for (const { table, kind, key, item } of sighting.writes) {
        if (table === 'Seats' && kind === 'put' && item?.['sk']?.S === 'closed') closedAt.set(String(item['pk']?.S), nowMillis());
        if (table !== 'Inbox' || !key.startsWith('seat@1#')) continue;
        const eventKey = key.slice('seat@1#'.length);
        const [fact, outcome] = [byKey.get(eventKey), item?.['outcome']?.S];
        if (fact?.kind !== 'seat' || outcome === 'applied') continue;
        const closed = closedAt.get(`seat@1#${fact.seat}`);
        const right = closed === undefined ? OUTCOMES[fact.otherwise] : nowMillis() - closed > LONG_AGO_MILLIS ? 'rejected' : outcome;
        if (outcome !== right) report(`the marker at seat@1 says ${outcome} instead of ${right}`, eventKey);
      }
    },
  };
};
