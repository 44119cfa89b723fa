/** The objects of the account: by id at once, in lists and in the search only when their lag is over. */
import type { Stripe } from 'stripe';

/** `data.object` as it was when the event happened; `pending_webhooks` is told by the webhook queue. */
export type StoredEvent = {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: object; readonly previous_attributes?: object };
  readonly livemode: false;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: string;
};

export type Objects = {
  readonly payment_intent: Stripe.PaymentIntent;
  readonly payment_method: Stripe.PaymentMethod;
  readonly charge: Stripe.Charge;
  readonly refund: Stripe.Refund;
  readonly balance_transaction: Stripe.BalanceTransaction;
  readonly event: StoredEvent;
};
export type Kind = keyof Objects;
export type AnyObject = Objects[Kind];

/** How long a new object is missing from lists, and a new or changed one from the search. Asked once for each. */
export type Lag = { listMillis(object: AnyObject): number; searchMillis(object: AnyObject): number };

type Version = { readonly searchableAtMillis: number; readonly object: AnyObject };
type Row = { current: AnyObject; readonly listedAtMillis: number; readonly versions: Version[] };

export class ObjectStore {
  readonly #nowMillis: () => number;
  readonly #lag: Lag;
  /** In the order in which they were made. */
  readonly #rows = new Map<string, Row>();

  constructor(nowMillis: () => number, lag: Lag) {
    this.#nowMillis = nowMillis;
    this.#lag = lag;
  }

  add<T extends AnyObject>(object: T): T {
    this.#rows.set(object.id, { current: object, listedAtMillis: this.#nowMillis() + this.#lag.listMillis(object), versions: [] });
    return this.put(object);
  }

  /** Replaces what is there. What was deleted stays so. */
  put<T extends AnyObject>(object: T): T {
    const row = this.#rows.get(object.id);
    if (row === undefined) return object;
    row.current = object;
    row.versions.push({ object, searchableAtMillis: this.#nowMillis() + this.#lag.searchMillis(object) });
    return object;
  }

  get<K extends Kind>(kind: K, id: unknown): Objects[K] | undefined {
    const object = this.find(id);
    return isOf(kind, object) ? object : undefined;
  }

  find(id: unknown): AnyObject | undefined {
    return typeof id === 'string' ? this.#rows.get(id)?.current : undefined;
  }

  /** False where there was none. Whatever names it goes on naming it. */
  delete(id: string): boolean {
    return this.#rows.delete(id);
  }

  /** All there are, the newest first, whatever the lag. */
  all<K extends Kind>(kind: K): readonly Objects[K][] {
    return this.#newestFirst(kind, ({ current }) => current);
  }

  /** What a list shows by now, the newest first. */
  listed<K extends Kind>(kind: K): readonly Objects[K][] {
    const nowMillis = this.#nowMillis();
    return this.#newestFirst(kind, ({ current, listedAtMillis }) => (listedAtMillis <= nowMillis ? current : undefined));
  }

  /** What the search knows by now, the newest first, each as it was when the search last heard of it. */
  searchable<K extends Kind>(kind: K): readonly Objects[K][] {
    const nowMillis = this.#nowMillis();
    return this.#newestFirst(
      kind,
      ({ versions }) => versions.findLast(({ searchableAtMillis }) => searchableAtMillis <= nowMillis)?.object,
    );
  }

  #newestFirst<K extends Kind>(kind: K, view: (row: Row) => AnyObject | undefined): Objects[K][] {
    const objects: Objects[K][] = [];
    for (const row of this.#rows.values()) {
      const object = row.current.object === kind ? view(row) : undefined;
      if (isOf(kind, object)) objects.push(object);
    }
    return objects.reverse();
  }
}

function isOf<K extends Kind>(kind: K, object: AnyObject | undefined): object is Objects[K] {
  return object?.object === kind;
}
