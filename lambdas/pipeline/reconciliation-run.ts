/** What every comparison of a reconciliation works with. */
import type { Books } from '../core/contracts.ts';
import type { OutboxRecord } from '../core/outbox.ts';
import type { Indexes, Partitions } from '../core/ports.ts';
import type { ProviderEvent } from '../core/provider.ts';
import type { ListedEvent, ProviderApi, Window } from '../core/provider-api.ts';
import type { Difference } from '../core/reconciliation.ts';
import type { CommitPorts } from './commit.ts';
import type { ProviderCalls } from './provider-calls.ts';
import type { StoreSettings } from './store-event.ts';

/** A consumer's books of this provider. */
export type BookedBy = { readonly address: string; readonly books: Books };

export type ReconcileSettings = StoreSettings & {
  readonly api: ProviderApi;
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

export type Run = {
  readonly settings: ReconcileSettings;
  readonly ports: ReconcilePorts;
  readonly runId: string;
  readonly dryRun: boolean;
  readonly deadlineMillis: number;
  /** Writes a difference down, once for each row. */
  differs(difference: Difference): Promise<void>;
};

/** A part of a run's window whose events at the provider are all known. */
export type EventsPart = { readonly window: Window; readonly events: readonly ListedEvent[] };

/** What came of comparing events: how many, those of ours that happened in the window, and what was brought in just now and is applied later. */
export type ComparedEvents = {
  readonly compared: number;
  readonly ours: readonly OutboxRecord[];
  readonly injected: readonly Pick<ProviderEvent, 'type' | 'subject'>[];
};
