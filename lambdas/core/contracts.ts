/** The contract of a consumer: what a user of the product writes for one business effect. */
import { KEY_LIFE_SECONDS_MIN } from './limits.ts';
import type { Item, Key, Value } from './ports.ts';
import type { Mode } from './provider.ts';
import type { ProviderTransaction } from './provider-api.ts';

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

/** What is sent elsewhere, as JSON keeps it: an object whose members are all there, without `undefined`, `NaN`, dates or bytes. At most 64 KiB. */
export type Prepared = { readonly [name: string]: Json };

/** What `prepare` may use: it only reads. */
export type PrepareTools = Pick<Tools, 'address' | 'get' | 'idempotencyKey'>;

/** What `perform` and `lookUp` may use. */
export type PerformTools = Pick<Tools, 'address' | 'idempotencyKey'> & {
  /** ISO 8601: when what is sent was frozen, just before the first try. The other side may forget a key so long after it. */
  readonly firstAttemptAt: string;
  /** Aborted when the function goes on without an answer: hand it to `fetch`. */
  readonly signal: AbortSignal;
  /** The consumer's own secret, its newest entry. Throws a retryable error while there is none. Never put it into what is answered or thrown. */
  secret(): Promise<string>;
};

export type TableAccess = 'get' | 'put' | 'update' | 'delete' | 'check';

/** A table of the consumer's own: partition key `pk`, sort key `sk`, both text. It is granted exactly the access named here. */
export type TableDeclaration = { readonly access: readonly TableAccess[] };

/** What `apply` may return: the writes of the effect, or a word for why there is none. */
export type Effect = readonly Write[] | NoEffect;

/** Why there is no effect: the marker says it. */
export type NoEffect = 'duplicate' | 'stale';

/** Where a movement on the provider's balance is booked. */
export type BookEntry = {
  /** A declared table. */
  readonly table: string;
  readonly key: Key;
  /** What the item says: minor units, negative for what left the balance, and the currency in lower case. */
  amountOf(item: Item): { readonly amount: number; readonly currency: string };
  /** The item sums up several movements of one object: it is held against all of them together, and may know of more. */
  readonly cumulative?: true;
};

export type Movement = Pick<ProviderTransaction, 'kind' | 'objectId'>;

/** How reconciliation finds in a consumer's books what moved on a provider's balance. Both are pure. */
export type Books = {
  /** Undefined for what this consumer does not book. */
  entryOf(movement: Movement, at: { readonly address: string; readonly mode: Mode }): BookEntry | undefined;
  /** What an event that the consumer applied says has moved; undefined where nothing has. */
  movementOf(event: Pick<Event, 'type' | 'subject'>): Movement | undefined;
};

/**
 * One business effect. With `apply` alone it is in our store, exactly once. With `prepare` and `perform` a part of it is elsewhere (a mail, a
 * call to an API): asked for at least once, and done once as far as the other side honours the idempotency key.
 */
export type Consumer<Sent extends Prepared = Prepared, Answer = unknown> = {
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
   * Decides what is sent elsewhere. It reads through `tools` and calls nothing. Its result is frozen before anything leaves, and every later try
   * of this event sends exactly that, whatever is deployed by then; the row stays for ever, so it is no place for what must be forgotten.
   * A natural key is taken in the same moment, so that the same fact under another event id is a duplicate before it is sent.
   * Throws as `apply` does.
   */
  prepare?(event: Event, tools: PrepareTools): Promise<Sent | NoEffect> | Sent | NoEffect;
  /**
   * Calls out, with `tools.idempotencyKey()`, and answers what `apply` needs to know of it. The only place where a consumer may call out. It runs
   * again where its reply was lost or the function ended, with the same `sent` and the same key. Throws `RejectedError` where the other side
   * refused for good; anything else fails this message only, and it is tried again.
   */
  perform?(sent: Sent, tools: PerformTools): Promise<Answer> | Answer;
  /**
   * Asks the other side what became of a call whose key it may have forgotten, by a reference of ours that was sent along. Answers what `perform`
   * would have answered; undefined only where it is certain that nothing was done and nothing is under way: then `perform` is called once more.
   * Throws a `RetryableError` where it is not certain.
   */
  lookUp?(sent: Sent, tools: PerformTools): Promise<Answer | undefined> | Answer | undefined;
  /**
   * How long the other side remembers an idempotency key, in whole seconds; left out where it remembers for ever. From 0.8 of it on nothing is
   * sent blindly any more: `lookUp` is asked, and without one the message fails with `KEY_TOO_OLD` until a person has decided.
   */
  readonly keyLifeSeconds?: number;
  /** Whether it has a secret of its own, an API key for example: the stack makes it empty, and grants it to `perform` and `lookUp` alone. */
  readonly secret?: true;
  /** By provider: for a consumer that books money, so that reconciliation can hold its books against the provider's balance. */
  readonly books?: { readonly [provider: string]: Books };
  /**
   * Decides the effect in our store. It reads through `tools` and calls nothing else: it may run several times for one event.
   * `performed` is what `perform` or `lookUp` answered; undefined for a consumer that has neither.
   * Throws `RejectedError` for an event that can never be applied; anything else fails this message only, and it is tried again.
   */
  apply(event: Event, tools: Tools, performed: Answer): Promise<Effect> | Effect;
};

/** Either both of them, or nothing that is only for them. */
type Elsewhere<Sent extends Prepared, Answer> =
  | Required<Pick<Consumer<Sent, Answer>, 'prepare' | 'perform'>>
  | { readonly [name in 'prepare' | 'perform' | 'lookUp' | 'keyLifeSeconds' | 'secret']?: never };

/** Checks a consumer's declaration at import; its file in `consumers/` has the result as the default export. */
export function defineConsumer<Sent extends Prepared, Answer>(
  consumer: Consumer<Sent, Answer> & Elsewhere<Sent, Answer>,
): Consumer<Sent, Answer> {
  const fault = declarationFault(consumer);
  if (fault !== undefined) throw new TypeError(`Consumer ${JSON.stringify(consumer.name)}: ${fault}`);
  return consumer;
}

/** What is wrong with what every kind of consumer declares, as the end of a sentence. */
export function subscriptionFault(consumer: Pick<Consumer, 'name' | 'epoch' | 'subscribes'>): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(consumer.name))
    return 'a name is 1 to 40 lower-case letters, digits and hyphens, and starts with a letter.';
  if (consumer.name === 'quarantine') return 'the name "quarantine" is taken by the place for authentic but odd events.';
  if (!Number.isSafeInteger(consumer.epoch) || consumer.epoch < 1) return `the epoch is a whole number from 1; received ${consumer.epoch}.`;
  const types = Object.values(consumer.subscribes).flat();
  if (types.length === 0)
    return 'it subscribes to nothing; name at least one event type, for example { stripe: ["payment_intent.succeeded"] }.';
  return undefined;
}

function declarationFault(consumer: Consumer): string | undefined {
  const fault = subscriptionFault(consumer);
  if (fault !== undefined) return fault;
  const table = Object.keys(consumer.tables).find((name) => !/^[A-Z][A-Za-z0-9]{1,59}$/.test(name));
  if (table !== undefined) return `the table name ${JSON.stringify(table)} is not in PascalCase (letters and digits, 2 to 60).`;
  return elsewhereFault(consumer);
}

function elsewhereFault({ prepare, perform, lookUp, keyLifeSeconds, secret }: Consumer): string | undefined {
  if (perform !== undefined && prepare === undefined)
    return 'it has `perform` and no `prepare`. What is sent must be frozen before it leaves, so that every try sends the same: let `prepare` decide it, and `perform` send it.';
  if (prepare !== undefined && perform === undefined)
    return 'it has `prepare` and no `perform`, so nothing would send what is prepared. Add `perform`, or leave `prepare` out.';
  if (perform === undefined && [lookUp, keyLifeSeconds, secret].some((member) => member !== undefined))
    return '`lookUp`, `keyLifeSeconds` and `secret` are for consumers with `perform`, and it has none.';
  if (lookUp !== undefined && keyLifeSeconds === undefined)
    return 'it has `lookUp` and no `keyLifeSeconds`, so it would never be asked: say how long the other side remembers a key.';
  if (keyLifeSeconds !== undefined && !(Number.isSafeInteger(keyLifeSeconds) && keyLifeSeconds >= KEY_LIFE_SECONDS_MIN))
    return `\`keyLifeSeconds\` is a whole number from ${KEY_LIFE_SECONDS_MIN}; received ${keyLifeSeconds}.`;
  return undefined;
}
