/**
 * I9, of time: a function ends by itself before its timeout, whatever the services do, because every wait of it is bounded. It says nothing of
 * an instance that stood still.
 */
import type { MakeInvariant } from '../invariant.ts';

export const endsInTime: MakeInvariant = () => ({
  name: 'I9 ends in time',
  see: (sighting, report) => {
    if (sighting.kind === 'timed out') report(`${sighting.by} ran into its timeout`);
  },
});
