/**
 * I14: nothing that the pipeline writes comes back to it as a new event: outbox items are events from outside and what effects published,
 * and what is sent is in proportion to them. It does not bound retries in an outage, which last as long as the outage.
 */
import type { MakeInvariant } from '../invariant.ts';

/** Published events may lead to others; the workload's own trees are far smaller. */
const ITEMS_PER_EVENT_MAX = 16;

export const relayIsBounded: MakeInvariant = ({ state }) => ({
  name: 'I14 relay is bounded',
  see: (sighting, report) => {
    if (sighting.kind !== 'commit') return;
    const bound = ITEMS_PER_EVENT_MAX * (state.events.size + 1);
    if (state.outbox.size > bound) report(`${state.outbox.size} outbox items for ${state.events.size} events: something writes to itself`);
  },
});
