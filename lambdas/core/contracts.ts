/** The contract of a consumer: what a user of the product writes for one business effect. */
import type { Item, Key, Value } from './ports.ts';
import type { Mode } from './provider.ts';

/** What a failed condition means: re-read and apply again, or commit the marker alone with that outcome. */
export type ConditionMeaning = 'retry' | 'duplicate' | 'stale' | 'reject';

/** A condition in DynamoDB's own syntax. `means` says what it is when it fails, and must be given. */
export type Condition = {
  readonly expression: string;
  readonly names?: { readonly [placeholder: string]: string };
  readonly values?: { readonly [placeholder: string]: Value };
  readonly means: ConditionMeaning;
};

type UpdateExpression = Omit<Condition, 'means'>;

/** One write of an effect; `table` is a name declared in `tables`. */
export type Write =
  | { readonly kind: 'put'; readonly table: string; readonly item: Item; readonly condition?: Condition }
  | {
      readonly kind: 'update';
      readonly table: string;
      readonly key: Key;
      readonly update: UpdateExpression;
      readonly condition?: Condition;
    }
  | { readonly kind: 'delete'; readonly table: string; readonly key: Key; readonly condition?: Condition }
  | { readonly kind: 'check'; readonly table: string; readonly key: Key; readonly condition: Condition };

/** An event as a consumer sees it. */
export type Event = {
  /** The event key: unique over all sources, the same on each redelivery. */
  readonly id: string;
  /** The source's name, or the name of the consumer that published it. */
  readonly source: string;
  /** The provider's name; `oncehook` for events that a consumer published. */
  readonly provider: string;
  readonly type: string;
  readonly subject: string | undefined;
  readonly account: string | undefined;
  readonly mode: Mode;
  readonly occurredAt: string;
  readonly receivedAt: string;
  /** `signed`, `partial` or `fetched`: how much of the event is authentic. */
  readonly authenticity: string;
  /** With `partial`: the names of what is signed, and so can be trusted. */
  readonly signedFields?: readonly string[] | undefined;
  /** The id of the event that started the chain; its own id for an event from outside. */
  readonly correlationId: string;
  /** The id of the event that caused this one; undefined for an event from outside. */
  readonly causationId: string | undefined;
  /** How many published events led to this one; 0 for an event from outside. */
  readonly hops: number;
  /**
   * The provider's JSON, parsed; undefined where the payload is not JSON. Numbers beyond 2^53 have lost digits here:
   * `money` in `core/money.ts` refuses them.
   */
  readonly data: unknown;
  /** The payload byte for byte. */
  readonly bytes: Uint8Array;
};

/** What JSON can say: bytes and whole numbers beyond 2^53 must be turned into text first. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * `data` is at most 256 KiB long as JSON, like an event from outside; `type` has 1 to 128 printable characters, `subject` 1 to 255. Events
 * published because of published events may go on for 16 steps: a longer chain is taken for a circle and fails with `CHAIN_TOO_LONG`.
 */
export type PublishedEvent = { readonly type: string; readonly subject?: string; readonly data: Json };

export type NewerWrite = {
  readonly table: string;
  readonly key: Key;
  readonly set: Item;
  /** Orders types of one instant, higher is later; a type that is not named has rank 0. */
  readonly rank?: { readonly [type: string]: number };
};

/** What `apply` may use. Everything in it gives the same answer when a message is tried again. */
export type Tools = {
  /** `name@epoch` from the message: put it into keys, so that a new epoch has its own state. */
  readonly address: string;
  /** A strongly consistent read of one item of a declared table. */
  get(table: string, key: Key): Promise<Item | undefined>;
  /** A write that only lands where nothing newer was written, by (occurredAt, rank of type, event id); otherwise `stale`. */
  onlyIfNewer(write: NewerWrite): Write;
  /** An event that is stored in the same transaction as the effect, and delivered to its subscribers by the same relay. */
  publish(event: PublishedEvent): void;
  /** For effects elsewhere: the same for each try of this event at this address, different for each `label`. */
  idempotencyKey(label?: string): string;
};

export type TableAccess = 'get' | 'put' | 'update' | 'delete' | 'check';

/** A table of the consumer's own: partition key `pk`, sort key `sk`, both text. It is granted exactly the access named here. */
export type TableDeclaration = { readonly access: readonly TableAccess[] };

/** What `apply` may return: the writes of the effect, or a word for why there is none. */
export type Effect = readonly Write[] | 'duplicate' | 'stale';

export type Consumer = {
  /** The file's name: lower case, digits and hyphens. */
  readonly name: string;
  /** A positive whole number; raised only to apply everything anew, into state of its own. */
  readonly epoch: number;
  /** Event types by provider; `oncehook` for events published by consumers. */
  readonly subscribes: { readonly [provider: string]: readonly string[] };
  readonly tables: { readonly [name: string]: TableDeclaration };
  /** Names a thing that happens once (`pi_…`, `re_…`), so that the same fact under another event id is a duplicate. */
  naturalKey?(event: Event): string | undefined;
  /**
   * Decides the effect. It reads through `tools` and calls nothing else: it may run several times for one event.
   * Throws `RejectedError` for an event that can never be applied; anything else fails this message only, and it is tried again.
   */
  apply(event: Event, tools: Tools): Promise<Effect> | Effect;
};

/** Checks a consumer's declaration at import; its file in `consumers/` has the result as the default export. */
export function defineConsumer(consumer: Consumer): Consumer {
  const fault = declarationFault(consumer);
  if (fault !== undefined) throw new TypeError(`Consumer ${JSON.stringify(consumer.name)}: ${fault}`);
  return consumer;
}

function declarationFault(consumer: Consumer): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(consumer.name))
    return 'a name is 1 to 40 lower-case letters, digits and hyphens, and starts with a letter.';
  if (consumer.name === 'quarantine') return 'the name "quarantine" is taken by the place for authentic but odd events.';
  if (!Number.isSafeInteger(consumer.epoch) || consumer.epoch < 1) return `the epoch is a whole number from 1; received ${consumer.epoch}.`;
  const types = Object.values(consumer.subscribes).flat();
  if (types.length === 0)
    return 'it subscribes to nothing; name at least one event type, for example { stripe: ["payment_intent.succeeded"] }.';
  const table = Object.keys(consumer.tables).find((name) => !/^[A-Z][A-Za-z0-9]{1,59}$/.test(name));
  if (table !== undefined) return `the table name ${JSON.stringify(table)} is not in PascalCase (letters and digits, 2 to 60).`;
  return undefined;
}
