/** What the pipeline needs from the outside world: each has one real implementation in `aws/` and one in the simulator. */

export type Value = string | number | bigint | boolean | null | Uint8Array | readonly Value[] | { readonly [name: string]: Value };
export type Item = { readonly [name: string]: Value };
export type Key = { readonly [name: string]: string };

export type Clock = {
  /** Milliseconds since the Unix epoch. */
  nowMillis(): number;
  /** Ends early, without an error, where the signal is aborted. */
  sleep(millis: number, signal?: AbortSignal): Promise<void>;
};

export type Random = {
  /** A fresh version 4 UUID. */
  uuid(): string;
  /** Uniform in [0, 1). */
  fraction(): number;
};

/** An expression in DynamoDB's own syntax, with its placeholders. */
export type Expression = {
  readonly expression: string;
  readonly names?: { readonly [placeholder: string]: string };
  readonly values?: { readonly [placeholder: string]: Value };
};

/** One action of a transaction; `table` is the physical name. */
export type Action =
  | { readonly kind: 'put'; readonly table: string; readonly item: Item; readonly condition?: Expression }
  | { readonly kind: 'update'; readonly table: string; readonly key: Key; readonly update: Expression; readonly condition?: Expression }
  | { readonly kind: 'delete'; readonly table: string; readonly key: Key; readonly condition?: Expression }
  | { readonly kind: 'check'; readonly table: string; readonly key: Key; readonly condition: Expression };

/** A transaction whose bytes are decided: retries send exactly this, token included. */
export type FrozenTransaction = {
  readonly token: string;
  readonly frozenAtMillis: number;
  readonly actions: readonly Action[];
};

/** Why one action of a cancelled transaction failed. The code of an action that did not fail is the text `None`. */
export type CancellationReason = { readonly code: string; readonly item?: Item };

export type TransactionAnswer =
  | { readonly kind: 'committed' }
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[] }
  /** No decision is known: the request may or may not have been applied. `code` is the service's or the network's error name. */
  | { readonly kind: 'failed'; readonly code: string; readonly cause: unknown };

export type Store = {
  /** One try, no retries of its own. Never throws for an answer of the service. */
  transact(transaction: FrozenTransaction): Promise<TransactionAnswer>;
  /** A strongly consistent read of one item. Throws what the service throws. */
  get(table: string, key: Key): Promise<Item | undefined>;
};

/** `after` is where the next page starts; undefined on the last one. */
export type Page = { readonly items: readonly Item[]; readonly after: Key | undefined };

/** Part of a partition, in the order of the sort key; `from` and `through` are its first and last sort key. */
export type Range = { readonly partition: string; readonly from?: string; readonly through?: string };

/** What settlement reads: whole partitions, and which of many items exist. */
export type Partitions = {
  /** One strongly consistent page of at most 1 MB, ascending. Throws what the service throws. */
  page(table: string, range: Range, after?: Key): Promise<Page>;
  /**
   * Which of up to 100 partition keys have an item, read eventually consistently: what is found is there, what is not found may be new.
   * `unanswered` is what the service left open. Throws what the service throws.
   */
  existing(
    table: string,
    partitions: readonly string[],
  ): Promise<{ readonly found: readonly string[]; readonly unanswered: readonly string[] }>;
  /** When the table was made, in milliseconds since the Unix epoch. Throws what the service throws. */
  createdAtMillis(table: string): Promise<number>;
};

/**
 * A global secondary index of keys: its name, and the two text attributes that are its key and no part of the table's. An item that lacks one of
 * them is not in it.
 */
export type SparseIndex = { readonly name: string; readonly partition: string; readonly sort: string };

/** Part of one partition of an index, from its beginning or from a first sort key through a last one. */
export type IndexRange = {
  readonly index: SparseIndex;
  readonly partition: string;
  readonly from?: string;
  readonly through: string;
  /** Items of one page at most; from 1 on. */
  readonly limit: number;
};

/** The item's key in its table, and its sort key in the index as the index saw it last. */
export type IndexEntry = { readonly key: Key; readonly sort: string };

/** `after` is where the next page starts; undefined on the last one. A page may be empty and not be the last. */
export type IndexPage = { readonly entries: readonly IndexEntry[]; readonly after: Key | undefined };

/** What stands in an index. It is a hint and no proof: whoever acts on an item reads it from the table first, or acts under a condition. */
export type Indexes = {
  /**
   * One page, ascending by sort key; items with the same sort key stand in any order. Indexes are eventually consistent and have no other
   * reads: an item may be missing for a while, stand where it no longer belongs, or come on two pages because it moved between them.
   * `after` is of an earlier page with the same index and partition, and must lie in the range: DynamoDB refuses it where `through` has come
   * down below it since. Throws what the service throws.
   */
  page(table: string, range: IndexRange, after?: Key): Promise<IndexPage>;
};

/** What waits at a queue and at its dead-letter queue; SQS counts approximately. */
export type Backlog = {
  /** Messages that are not done: visible, in flight and delayed together. */
  readonly waiting: number;
  /** The age of the oldest of them, as CloudWatch saw it a minute or two ago; 0 for none, undefined where it does not know. */
  readonly oldestSeconds: number | undefined;
  /** The same count of the dead-letter queue; 0 where there is none. */
  readonly deadLetters: number;
};

export type Backlogs = {
  /** Throws what the services throw. */
  of(queueUrl: string): Promise<Backlog>;
};

export type QueueEntry = { readonly id: string; readonly body: string };

export type SendAnswer =
  | {
      readonly kind: 'answered';
      readonly sent: readonly string[];
      readonly failed: readonly { readonly id: string; readonly code: string; readonly senderFault: boolean }[];
    }
  | { readonly kind: 'failed'; readonly code: string; readonly cause: unknown };

export type Queues = {
  /** One SendMessageBatch, no retries of its own. Never throws for an answer of the service. */
  sendBatch(queueUrl: string, entries: readonly QueueEntry[]): Promise<SendAnswer>;
  /** Hides a received message for so long, counted from now. Throws what the service throws. */
  hide(queueUrl: string, receiptHandle: string, seconds: number): Promise<void>;
};

export type Secrets = {
  /** The text of the current version of a secret. Throws what the service throws. */
  current(secretId: string): Promise<string>;
};

export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  /** @default - as long and as much as the fetch of a key may take */
  readonly bounds?: { readonly timeoutMillis: number; readonly answerBytes: number };
};
export type HttpAnswer = {
  readonly status: number;
  readonly body: string;
  /** Names in lower case. */
  readonly headers?: { readonly [lowerCaseName: string]: string };
};

export type Network = {
  /** One try over HTTPS that follows no redirect. Throws where no whole answer came. */
  send(request: HttpRequest): Promise<HttpAnswer>;
};

/** Only these may stand in a log line: ids, codes and counts, never a payload, a header value or a secret. */
export type LogFields = { readonly [name: string]: string | number | boolean };

export type Telemetry = {
  /** Adds to a counter; `dimensions` are few and of few values. */
  count(metric: string, amount?: number, dimensions?: { readonly [name: string]: string }): void;
  log(level: 'info' | 'warn' | 'error', message: string, fields?: LogFields): void;
  /** Called once at the end of each invocation. */
  flush(): void;
};
