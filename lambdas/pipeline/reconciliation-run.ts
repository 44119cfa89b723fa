/** What every comparison of a reconciliation works with. */
import type { Books } from '../core/contracts.ts';
import type { Indexes, Partitions } from '../core/ports.ts';
import type { Mode } from '../core/provider.ts';
import type { ListedEvent, ProviderApi, Window } from '../core/provider-api.ts';
import type { Difference } from '../core/reconciliation.ts';
import type { CommitPorts } from './commit.ts';
import type { ProviderCalls } from './provider-calls.ts';
import type { StoreSettings } from './store-event.ts';

/** A consumer's books of this provider. */
export type BookedBy = { readonly address: string; readonly books: Books };

/** `mode` and `account` are what the source expects of its webhooks, so that an event gets the key that ingest gives it. */
export type ReconcileSettings = StoreSettings & {
  readonly api: ProviderApi;
  /** The mode of the API key, and so of everything that the provider lists. */
  readonly listedMode: Mode;
  readonly tables: {
    readonly payments: string;
    readonly reconciliation: string;
    readonly inbox: string;
    /** Physical names of the tables in which consumers keep books, by declared name. */
    readonly books: { readonly [declared: string]: string };
  };
  /** Consumers that keep books of what moved on the provider's balance. */
  readonly books: readonly BookedBy[];
};

export type ReconcilePorts = CommitPorts & { readonly partitions: Partitions; readonly indexes: Indexes; readonly calls: ProviderCalls };

/** An event of our outbox, without what it says. */
export type OurEvent = {
  /** The event key. */
  readonly id: string;
  readonly type: string;
  readonly subject: string | undefined;
  readonly to: readonly string[];
  readonly occurredSeconds: number;
  /** It is of an account or a mode of which the provider's list does not tell. */
  readonly isElsewhere: boolean;
};

/** An event as far as books can tell from it what moved. */
export type SaidEvent = Pick<OurEvent, 'id' | 'type' | 'subject'>;

/** What a run has met beside what it compared. */
export type Aside = 'elsewhere' | 'unkept' | 'unkeptInjected';

export type Run = {
  readonly settings: ReconcileSettings;
  readonly ports: ReconcilePorts;
  readonly runId: string;
  readonly dryRun: boolean;
  readonly deadlineMillis: number;
  /** Slots of the outbox, by their first second, that the step before has read: the next one needs most of them again. */
  readonly slots: Map<number, readonly OurEvent[]>;
  /** What this run has seen move, where a book sums up several movements: by the book's address, kind, object and currency. */
  readonly sums: Map<string, number>;
  /** Writes a difference down, once for each row. */
  differs(difference: Difference): Promise<void>;
  counts(aside: Aside): void;
};

/** A part of a run's window whose events at the provider are all known. */
export type EventsPart = { readonly window: Window; readonly isListed: boolean; readonly events: readonly ListedEvent[] };

/** What came of comparing the events of a part. */
export type ComparedEvents = {
  readonly compared: number;
  /** Those of ours that happened in the part, and came in time. */
  readonly ours: readonly OurEvent[];
  /** Those of ours that came in the part, long after they happened. */
  readonly late: readonly OurEvent[];
  /** What the provider's list says, those that were brought in just now included. */
  readonly said: readonly SaidEvent[];
};
