/** A payment as we keep it: its states, and how it is written down. Each change is made by condition on the version that was read. */
import { RetryableError } from './errors.ts';
import { sha256, sha256Hex } from './hash.ts';
import { PAYMENT_SHARDS } from './limits.ts';
import type { Item, Value } from './ports.ts';
import type { Mode } from './provider.ts';
import type { ApiRequest, PaymentIntent, ProviderState } from './provider-api.ts';

/**
 * PENDING: nothing has been sent yet. SENT: a call is or was under way. UNKNOWN: it ended without saying what happened. The states of the provider
 * (`PROCESSING`, `REQUIRES_ACTION`, `SUCCEEDED`, `FAILED`). EXPIRED: its key may no longer be used, and the provider does not know the payment.
 * DISPUTED_BY_RECORDS: the provider said two things that cannot both be true, or something else than was asked for; a person decides.
 */
export type PaymentState = 'PENDING' | 'SENT' | 'UNKNOWN' | ProviderState | 'EXPIRED' | 'DISPUTED_BY_RECORDS';

export type PaymentHistoryEntry = {
  readonly state: PaymentState;
  readonly at: string;
  /** Who learned it: `caller`, `charge`, `lookup` or `webhook`. */
  readonly by: string;
  readonly code?: string | undefined;
};

/** What changes in the life of a payment. */
export type PaymentProgress = {
  readonly state: PaymentState;
  /** Raised with each change. */
  readonly version: number;
  /** When somebody must look at it again, whatever else happens; undefined once it is final. */
  readonly dueAt: string | undefined;
  /** Calls that may have reached the provider. */
  readonly attempts: number;
  readonly firstAttemptAt: string | undefined;
  readonly lastAttemptAt: string | undefined;
  /** The provider's id of it. */
  readonly objectId: string | undefined;
  readonly failureCode: string | undefined;
  readonly actionUrl: string | undefined;
  /** When a whole look first found nothing; undefined where none has since the last call, or where one found something. */
  readonly absentSince: string | undefined;
  /** Where a look that was too long for one turn goes on; undefined where the next one begins anew. */
  readonly lookAfter: string | undefined;
  /** The provider answers this key with a stored error for ever, or refuses what an earlier call may have done: it is looked for, and not sent again. */
  readonly lookOnly: boolean;
  readonly history: readonly PaymentHistoryEntry[];
};

export type Payment = PaymentProgress & {
  readonly intent: PaymentIntent;
  readonly provider: string;
  readonly mode: Mode;
  /** Hash of what the caller asked for. */
  readonly fingerprint: string;
  /** What each try sends, byte for byte. */
  readonly request: ApiRequest;
  readonly madeAt: string;
  /** Never sent for the first time after this. */
  readonly notAfter: string;
};

const FINAL: ReadonlySet<PaymentState> = new Set(['SUCCEEDED', 'FAILED', 'EXPIRED', 'DISPUTED_BY_RECORDS']);

export function isFinal(state: PaymentState): boolean {
  return FINAL.has(state);
}

/** The id of the payment that this caller asks for under this key: one conditional put decides who was first. */
export function paymentId(principal: string, idempotencyKey: string): string {
  return `pay_${sha256Hex(`${principal}\n${idempotencyKey}`).slice(0, 40)}`;
}

/** The key under which the provider knows the charge: the same for each try, another for any other payment. */
export function chargeKey(id: string): string {
  return `oncehook-${id}`;
}

/** Payments that wait for something, by when it is due. */
export const DUE_INDEX = { name: 'due', partition: 'dueShard', sort: 'dueAt' } as const;
/** All payments of a provider, by when they were asked for. */
export const MADE_INDEX = { name: 'made', partition: 'madeIn', sort: 'madeAt' } as const;

/** Where the index `due` has it: its partition by provider, so that each provider's clock reads its own. */
export function dueShard(provider: string, shard: number): string {
  return `${provider}#${String(shard).padStart(2, '0')}`;
}

/** Where the index `made` has it: its partition by provider and UTC day. */
export function madeIn(provider: string, madeAt: string, shard: number): string {
  return `${provider}#${madeAt.slice(0, 10)}#${String(shard).padStart(2, '0')}`;
}

/** Decided by the id, so that a payment never moves. */
export function paymentShard(id: string): number {
  return sha256(id).readUInt32BE(0) % PAYMENT_SHARDS;
}

/** Raised when an item can no longer be read by the release before. */
const VERSION = 1;

export function paymentItem(payment: Payment): Item {
  const { intent, provider, mode, fingerprint, request, madeAt, notAfter } = payment;
  return {
    pk: intent.id,
    v: VERSION,
    amount: intent.amount,
    currency: intent.currency,
    reference: intent.reference,
    paymentMethod: intent.paymentMethod,
    ...(intent.customer === undefined ? {} : { customer: intent.customer }),
    provider,
    mode,
    fingerprint,
    // As text: what is frozen is the bytes, and no reader may put them together anew.
    request: JSON.stringify(request),
    madeAt,
    madeIn: madeIn(provider, madeAt, paymentShard(intent.id)),
    notAfter,
    ...Object.fromEntries(progressAttributes(payment).filter(([, value]) => value !== undefined)),
  };
}

/** The attributes that a change writes, with undefined for those that it takes away. */
export function progressAttributes(payment: Payment): readonly (readonly [string, Value | undefined])[] {
  return [
    ['state', payment.state],
    ['version', payment.version],
    ['dueAt', payment.dueAt],
    ['dueShard', payment.dueAt === undefined ? undefined : dueShard(payment.provider, paymentShard(payment.intent.id))],
    ['attempts', payment.attempts],
    ['firstAttemptAt', payment.firstAttemptAt],
    ['lastAttemptAt', payment.lastAttemptAt],
    ['objectId', payment.objectId],
    ['failureCode', payment.failureCode],
    ['actionUrl', payment.actionUrl],
    ['absentSince', payment.absentSince],
    ['lookAfter', payment.lookAfter],
    ['lookOnly', payment.lookOnly ? true : undefined],
    ['history', payment.history.map(({ code, ...entry }) => (code === undefined ? entry : { ...entry, code }))],
  ];
}

/** Reads an item back. Throws a retryable `UNKNOWN_VERSION` for an item of a newer release and `POISON_PAYMENT` for what is no payment of ours. */
export function readPayment(item: Item): Payment {
  if (typeof item['v'] === 'number' && item['v'] > VERSION) {
    throw new RetryableError(
      'UNKNOWN_VERSION',
      `The payment has version ${item['v']}; this release reads ${VERSION}. Deploy the release that wrote it again.`,
    );
  }
  const text = (name: string): string => {
    const value = item[name];
    if (typeof value === 'string') return value;
    throw poison(`its ${name} is a ${typeof value}`);
  };
  const optional = (name: string) => (item[name] === undefined ? undefined : text(name));
  const whole = (name: string): number => {
    const value = Number(item[name]);
    if (item[name] !== undefined && Number.isSafeInteger(value)) return value;
    throw poison(`its ${name} is no whole number`);
  };
  return {
    intent: {
      id: text('pk'),
      amount: whole('amount'),
      currency: text('currency'),
      reference: text('reference'),
      paymentMethod: text('paymentMethod'),
      customer: optional('customer'),
    },
    provider: text('provider'),
    mode: text('mode') as Mode,
    fingerprint: text('fingerprint'),
    request: JSON.parse(text('request')) as ApiRequest,
    madeAt: text('madeAt'),
    notAfter: text('notAfter'),
    state: text('state') as PaymentState,
    version: whole('version'),
    dueAt: optional('dueAt'),
    attempts: whole('attempts'),
    firstAttemptAt: optional('firstAttemptAt'),
    lastAttemptAt: optional('lastAttemptAt'),
    objectId: optional('objectId'),
    failureCode: optional('failureCode'),
    actionUrl: optional('actionUrl'),
    absentSince: optional('absentSince'),
    lookAfter: optional('lookAfter'),
    lookOnly: item['lookOnly'] === true,
    history: (item['history'] ?? []) as unknown as readonly PaymentHistoryEntry[],
  };
}

function poison(what: string): RetryableError {
  return new RetryableError(
    'POISON_PAYMENT',
    `An item of the payments table is no payment of this product: ${what}. Something else wrote to the table.`,
  );
}
