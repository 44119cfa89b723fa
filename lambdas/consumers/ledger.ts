/** The ledger: double entry for payments and refunds, with balances as sharded counters so that no item is hot. */
import { type BookEntry, defineConsumer, type Effect, type Event, type Movement, type Tools, type Write } from '../core/contracts.ts';
import { RejectedError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { type Money, money } from '../core/money.ts';
import type { Item } from '../core/ports.ts';
import type { Mode } from '../core/provider.ts';

/** 16 uniformly hashed counters would leave about 8 % of all writes on the fullest one; with 32 it stays under a sixteenth (docs/decisions). */
export const BALANCE_SHARDS = 32;

type Posting = Money & {
  readonly id: string;
  readonly kind: 'payment' | 'refund';
  readonly object: string;
  readonly customer: string;
  readonly provider: string;
};

export default defineConsumer({
  name: 'ledger',
  epoch: 1,
  subscribes: { stripe: ['payment_intent.succeeded', 'charge.refunded'] },
  tables: { Ledger: { access: ['get', 'put', 'update'] } },
  books: { stripe: { entryOf, movementOf } },

  // A payment succeeds once, whatever number of events say so. A charge is refunded several times: its cumulative amount decides.
  naturalKey: ({ type, mode, subject }) =>
    type === 'payment_intent.succeeded' && subject !== undefined ? `${mode}#${subject}` : undefined,

  apply: async (event, tools): Promise<Effect> => {
    const object = stripeObject(event);
    return event.type === 'charge.refunded' ? refund(event, object, tools) : payment(event, object, tools);
  },
});

const MOVED: { readonly [type: string]: Movement['kind'] } = { 'payment_intent.succeeded': 'payment', 'charge.refunded': 'refund' };

function movementOf({ type, subject }: Pick<Event, 'type' | 'subject'>): Movement | undefined {
  const kind = MOVED[type];
  return kind === undefined ? undefined : { kind, objectId: subject };
}

/** A payment has an entry of its own; of refunds the charge's guard knows the sum. */
function entryOf(
  { kind, objectId }: Movement,
  { address, mode }: { readonly address: string; readonly mode: Mode },
): BookEntry | undefined {
  const books = `${address}#${mode === 'live' ? '' : `${mode}:`}`;
  if (kind === 'payment' && objectId?.startsWith('pi_') === true) {
    const key = { pk: `${books}entry#payment#${objectId}`, sk: 'entry' };
    return { table: 'Ledger', key, amountOf: ({ lines, currency }) => ({ amount: firstAmount(lines), currency: String(currency) }) };
  }
  if (kind !== 'refund' || objectId === undefined) return undefined;
  const key = { pk: `${books}refund#${objectId}`, sk: 'posted' };
  return {
    table: 'Ledger',
    key,
    cumulative: true,
    amountOf: ({ amount, currency }) => ({ amount: -Number(amount), currency: String(currency) }),
  };
}

function firstAmount(lines: Item[string] | undefined): number {
  const [line] = (lines ?? []) as unknown as readonly { readonly amount: unknown }[];
  return Number(line?.amount);
}

function payment(event: Event, object: StripeObject, tools: Tools): readonly Write[] {
  const { amount, currency } = money(object['amount_received'], object['currency']);
  return post(
    {
      id: `payment#${object.id}`,
      kind: 'payment',
      object: object.id,
      amount,
      currency,
      customer: customerOf(object),
      provider: event.provider,
    },
    event,
    tools,
  );
}

/** `amount_refunded` is the sum of all refunds so far (Stripe API, the charge object): what is posted is the difference. */
async function refund(event: Event, object: StripeObject, tools: Tools): Promise<Effect> {
  const { amount: refunded, currency } = money(object['amount_refunded'], object['currency']);
  const key = { pk: `${tools.address}#${booksOf(event)}refund#${object.id}`, sk: 'posted' };
  const posted = Number((await tools.get('Ledger', key))?.['amount'] ?? 0);
  if (refunded <= posted) return 'stale';
  const guard: Write = {
    kind: 'update',
    table: 'Ledger',
    key,
    update: {
      expression: 'SET #amount = :refunded, currency = :currency',
      names: { '#amount': 'amount' },
      values: { ':refunded': refunded, ':currency': currency },
    },
    condition:
      posted === 0
        ? { expression: 'attribute_not_exists(pk)', means: 'retry' }
        : { expression: '#amount = :posted', values: { ':posted': posted }, means: 'retry' },
  };
  const id = `refund#${object.id}#${posted}-${refunded}`;
  const posting = {
    id,
    kind: 'refund',
    object: object.id,
    amount: refunded - posted,
    currency,
    customer: customerOf(object),
    provider: event.provider,
  } as const;
  return [guard, ...post(posting, event, tools)];
}

/** One entry with two lines that add up to zero, and one counter for each line. */
function post(posting: Posting, event: Event, tools: Tools): readonly Write[] {
  const signed = posting.kind === 'payment' ? posting.amount : -posting.amount;
  const books = booksOf(event);
  const lines = [
    { account: `${books}provider:${posting.provider}:${posting.currency}`, amount: signed },
    { account: `${books}customer:${posting.customer}:${posting.currency}`, amount: -signed },
  ];
  const entry: Write = {
    kind: 'put',
    table: 'Ledger',
    item: {
      pk: `${tools.address}#${books}entry#${posting.id}`,
      sk: 'entry',
      kind: posting.kind,
      object: posting.object,
      currency: posting.currency,
      lines,
      eventId: event.id,
      occurredAt: event.occurredAt,
    },
    // A payment's entry is there already: the same fact. A refund's: another refund was posted meanwhile, and its guard is read again.
    condition: { expression: 'attribute_not_exists(pk)', means: posting.kind === 'payment' ? 'duplicate' : 'retry' },
  };
  tools.publish({
    type: 'ledger.entry-posted',
    subject: posting.object,
    data: {
      entry: posting.id,
      kind: posting.kind,
      object: posting.object,
      amount: signed,
      currency: posting.currency,
      customer: posting.customer,
    },
  });
  return [entry, ...lines.map(({ account, amount }) => balanceWrite(tools.address, { account, amount, entry: posting.id }))];
}

function balanceWrite(address: string, line: { readonly account: string; readonly amount: number; readonly entry: string }): Write {
  const shard = String(sha256(line.entry).readUInt32BE(0) % BALANCE_SHARDS).padStart(2, '0');
  return {
    kind: 'update',
    table: 'Ledger',
    key: { pk: `${address}#balance#${line.account}#${shard}`, sk: 'balance' },
    update: { expression: 'ADD #amount :amount', names: { '#amount': 'amount' }, values: { ':amount': line.amount } },
  };
}

/**
 * A platform's live endpoint also receives test events and those of its connected accounts (Stripe documentation, Connect webhooks):
 * their money is booked apart.
 */
function booksOf(event: Event): string {
  return `${event.mode === 'live' ? '' : `${event.mode}:`}${event.account === undefined ? '' : `${event.account}:`}`;
}

type StripeObject = { readonly id: string; readonly [name: string]: unknown };

function stripeObject(event: Event): StripeObject {
  const data = event.data as { data?: { object?: unknown } } | undefined;
  const object = data?.data?.object;
  if (typeof object === 'object' && object !== null && 'id' in object && typeof object.id === 'string') return object as StripeObject;
  throw new RejectedError(
    'NO_OBJECT',
    `An event of type ${event.type} has no data.object with an id; a thin event must be fetched before it can be booked.`,
  );
}

/** Payments without a customer are booked to one guest account; its counters are sharded like all others. */
function customerOf(object: StripeObject): string {
  return typeof object['customer'] === 'string' ? object['customer'] : 'guest';
}
