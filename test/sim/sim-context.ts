/** What every part of one simulated world shares. */
import type { Faults } from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Sighting } from './sighting.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

/** `ports`: the pipeline's ports stand on the engines directly. `sdk`: the SDK's own clients stand between, with their serialisation and errors. */
export type Level = 'ports' | 'sdk';

/** What is played: webhooks at one of the levels, or the world in which somebody is charged. */
export type Play = Level | 'payments';

export type SimContext = {
  readonly seed: number;
  readonly level: Level;
  readonly time: VirtualTime;
  /** Forked for each purpose, never drawn from itself. */
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly trace: Trace;
  /** Tells the invariants, and whoever else listens. */
  see(sighting: Sighting): void;
  /** Called after the invariants have seen it. */
  listen(listener: (sighting: Sighting) => void): void;
  /** Counts something that must happen now and then over many seeds. */
  happened(what: string): void;
  /** The simulator itself failed: an operation that the engines do not model, or a mistake of ours. */
  broke(error: unknown): void;
};
