/** The contract of an invariant: it is told everything that is seen, and says what must never be so. */
import type { CommittedState } from './committed-state.ts';
import type { PlannedEvent } from './planned-event.ts';
import type { Sighting, WireItem } from './sighting.ts';

export type Violation = {
  readonly invariant: string;
  /** What was seen, and what would have been right. */
  readonly what: string;
  /** A part of the keys it is about: the trace is shown for them. */
  readonly about: string;
};

export type InvariantView = {
  readonly state: CommittedState;
  readonly planned: readonly PlannedEvent[];
  nowMillis(): number;
  /** The texts that must never be seen in a log: secrets, and what stands in every body. */
  readonly hidden: () => readonly string[];
  /** Every address that some release of this seed has or had, by what it subscribes to. */
  readonly routes: readonly { readonly address: string; readonly subscribes: { readonly [provider: string]: readonly string[] } }[];
};

/** What is read from the engine once nothing moves any more. */
export type RestView = InvariantView & {
  /** All items of a table. */
  items(table: string): readonly WireItem[];
  /** Messages in a queue, whatever their state. */
  messages(queue: string): number;
};

export type Report = (what: string, about?: string) => void;

export type Invariant = {
  readonly name: string;
  /** Called after the view has changed. */
  see?(sighting: Sighting, report: Report): void;
  /** Called once, when the run is over and nothing moves any more. */
  atRest?(rest: RestView, report: Report): void;
};

/** Made anew for each seed. */
export type MakeInvariant = (view: InvariantView) => Invariant;
