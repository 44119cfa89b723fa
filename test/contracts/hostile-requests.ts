/** Every hostile request, by what is odd about it. The sources are `stripe`, `stripe-test` (test events only) and `standard`. */
import { HOSTILE_SIGNED_BODIES } from './hostile-bodies.ts';
import { HOSTILE_EVENTS } from './hostile-events.ts';
import type { HostileRequest } from './hostile-request.ts';
import { HOSTILE_SIGNATURES } from './hostile-signatures.ts';
import { HOSTILE_STANDARD } from './hostile-standard.ts';
import { HOSTILE_TARGETS } from './hostile-targets.ts';
import { HOSTILE_WIRES } from './hostile-wires.ts';

export const HOSTILE_REQUESTS: { readonly [about: string]: readonly HostileRequest[] } = {
  signatures: HOSTILE_SIGNATURES,
  bodies: HOSTILE_SIGNED_BODIES,
  events: HOSTILE_EVENTS,
  'another scheme': HOSTILE_STANDARD,
  targets: HOSTILE_TARGETS,
  wires: HOSTILE_WIRES,
};

/** Where the table is posted. `stripe-test` takes test events; the others take all. */
export const HOSTILE_SOURCES = {
  stripe: { provider: 'stripe' },
  'stripe-test': { provider: 'stripe', mode: 'test' },
  standard: { provider: 'standardwebhooks' },
};
