/** What the simulator sees happen, told to the invariants one by one: nothing here comes from the product's own records. */
/** DynamoDB's own form of an item: `{ pk: { S: '…' } }`. */
export type WireItem = { readonly [name: string]: WireValue };
export type WireValue = {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly L?: readonly WireValue[];
  readonly [type: string]: unknown;
};

/** One write of a commit; `key` is the text of its item's key. */
export type CommittedWrite = {
  readonly kind: 'put' | 'update' | 'delete' | 'check';
  readonly table: string;
  readonly key: string;
  /** Of a put. */
  readonly item: WireItem | undefined;
};

export type Sighting =
  /** Everything in it became true in one moment. */
  | { readonly kind: 'commit'; readonly by: string; readonly writes: readonly CommittedWrite[] }
  | { readonly kind: 'webhook answered'; readonly by: string; readonly status: number; readonly delivery: SeenDelivery }
  /** By a mapping, because the function said so; `receives` includes this one. */
  | { readonly kind: 'message deleted'; readonly queue: string; readonly body: string }
  /** A record of the outbox can be read later than others of its time. */
  | { readonly kind: 'record appeared' }
  /** These were taken by the queue. */
  | { readonly kind: 'messages sent'; readonly by: string; readonly queue: string; readonly messages: readonly SentMessage[] }
  | { readonly kind: 'message hidden'; readonly queue: string; readonly seconds: number }
  | { readonly kind: 'logged'; readonly by: string; readonly text: string }
  | { readonly kind: 'counted'; readonly by: string; readonly metric: string; readonly amount: number }
  /** By the engine itself, never an injected error. */
  | { readonly kind: 'refused'; readonly by: string; readonly operation: string; readonly code: string; readonly message: string }
  | { readonly kind: 'function threw'; readonly by: string; readonly error: string }
  /** Although the machine under it never stood still. */
  | { readonly kind: 'timed out'; readonly by: string }
  | { readonly kind: 'worked after the answer'; readonly by: string; readonly what: string }
  /** What somebody who asked for a payment got; `asked` is the body of the request, and status 0 no answer at all. */
  | { readonly kind: 'payment answered'; readonly key: string; readonly asked: string; readonly status: number; readonly body: string }
  /** A request to charge reached the provider. */
  | { readonly kind: 'charge asked'; readonly by: string; readonly key: string; readonly body: string }
  /** The provider carried a charge out, whether anybody learns of it or not. */
  | { readonly kind: 'charge executed'; readonly key: string; readonly paymentId: string }
  /** Tables were taken back to an earlier second: these are their items now. */
  | { readonly kind: 'tables restored'; readonly tables: ReadonlyMap<string, readonly WireItem[]> }
  /** The relay said that these records are done, and the mapping went on behind them. */
  | { readonly kind: 'relayed'; readonly eventKeys: readonly string[] }
  /** By the service elsewhere, and not because it remembered the key. */
  | { readonly kind: 'done elsewhere'; readonly key: string; readonly id: string; readonly mail: Mail }
  | { readonly kind: 'key used otherwise'; readonly key: string; readonly reference: string };

/** What is sent elsewhere. */
export type Mail = {
  /** By which the service can be asked for it: `{address} {event key}`. */
  readonly reference: string;
  readonly payment: string;
  /** Never the same twice. */
  readonly draft: number;
};

export type SentMessage = { readonly address: string; readonly eventKey: string };

/** What is known of a request before it is answered. */
export type SeenDelivery = {
  /** None for one that is not authentic. */
  readonly eventKeys: readonly string[];
  readonly authentic: boolean;
  /** Whether the instance may not know the secret yet, so that even 401 is right. */
  readonly secretInDoubt: boolean;
};
