/** I13: no log line holds a secret or a part of a body. It knows the secrets of the sources and one text that stands in every body. */
import type { MakeInvariant } from '../invariant.ts';

export const logsAreClean: MakeInvariant = ({ hidden }) => ({
  name: 'I13 logs are clean',
  see: (sighting, report) => {
    if (sighting.kind !== 'logged') return;
    if (hidden().some((text) => sighting.text.includes(text))) report(`${sighting.by} logged what must not be logged: ${sighting.text}`);
  },
});
