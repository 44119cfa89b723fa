/** An outbox item: what an event says and whom it is for; written once, then only its expiry may change. */
import { RetryableError } from './errors.ts';
import type { Item, Value } from './ports.ts';

export type OutboxRecord = {
  /** `{slot}#{shard}`. */
  readonly partition: string;
  /** The event key. */
  readonly id: string;
  readonly source: string;
  readonly provider: string;
  readonly account?: string | undefined;
  readonly mode: string;
  readonly type: string;
  readonly subject?: string | undefined;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly authenticity: string;
  /** What of it is signed, where not all is. */
  readonly signedFields?: readonly string[] | undefined;
  readonly correlationId: string;
  readonly causationId?: string | undefined;
  /** How many published events led to it; 0 for an event from outside. */
  readonly hops: number;
  /** Full addresses, decided when the item was written. */
  readonly to: readonly string[];
  readonly codec: string;
  readonly contentType: string;
  readonly payload: Uint8Array;
  /** Unix seconds; absent for what must stay. */
  readonly expiresAt?: number | undefined;
};

/** Raised when an item can no longer be read by the release before; readers refuse versions they do not know. */
const VERSION = 1;

const TEXTS = ['source', 'mode', 'type', 'occurredAt', 'receivedAt', 'codec'] as const;
const OPTIONAL_TEXTS = ['account', 'subject', 'causationId'] as const;

/** What most events have is not written: every byte of an item counts towards its write units. */
function usualTexts(item: { readonly id: unknown; readonly source: unknown }) {
  return { provider: item.source, authenticity: 'signed', contentType: 'application/json', correlationId: item.id };
}

export function outboxItem(record: OutboxRecord): Item {
  const item: Record<string, Value> = { pk: record.partition, sk: record.id, v: VERSION, to: record.to, payload: record.payload };
  for (const name of TEXTS) item[name] = record[name];
  for (const name of OPTIONAL_TEXTS) if (record[name] !== undefined) item[name] = record[name];
  for (const [name, usual] of Object.entries(usualTexts(record))) {
    const text = record[name as 'provider'];
    if (text !== usual) item[name] = text;
  }
  if (record.hops > 0) item['hops'] = record.hops;
  if (record.signedFields !== undefined) item['signedFields'] = record.signedFields;
  if (record.expiresAt !== undefined) item['expiresAt'] = record.expiresAt;
  return item;
}

/** Reads an item back. Throws a retryable `UNKNOWN_VERSION` for an item of a newer release and `POISON_RECORD` for anything that is no outbox item. */
export function readOutboxItem(item: Item): OutboxRecord {
  const version = item['v'];
  if (typeof version === 'number' && version > VERSION) {
    throw new RetryableError(
      'UNKNOWN_VERSION',
      `The outbox item has version ${version}; this release reads ${VERSION}. Deploy the release that wrote it again.`,
    );
  }
  const { pk, sk, to, payload, expiresAt, hops, signedFields } = item;
  const usual: { readonly [name: string]: unknown } = usualTexts({ id: sk, source: item['source'] });
  const texts =
    TEXTS.every((name) => typeof item[name] === 'string') && Object.keys(usual).every((name) => typeof (item[name] ?? '') === 'string');
  const addresses = Array.isArray(to) && to.every((address) => typeof address === 'string');
  if (version !== VERSION || typeof pk !== 'string' || typeof sk !== 'string' || !texts || !addresses || !(payload instanceof Uint8Array)) {
    throw new RetryableError(
      'POISON_RECORD',
      'An item of the outbox table is not an outbox item of this product; something else wrote to the table.',
    );
  }
  const text = (name: string) => (item[name] ?? usual[name]) as string;
  const optional = (name: string) => (typeof item[name] === 'string' ? (item[name] as string) : undefined);
  return {
    partition: pk,
    id: sk,
    source: text('source'),
    provider: text('provider'),
    account: optional('account'),
    mode: text('mode'),
    type: text('type'),
    subject: optional('subject'),
    occurredAt: text('occurredAt'),
    receivedAt: text('receivedAt'),
    authenticity: text('authenticity'),
    signedFields: Array.isArray(signedFields) ? signedFields.map(String) : undefined,
    correlationId: text('correlationId'),
    causationId: optional('causationId'),
    hops: typeof hops === 'number' ? hops : 0,
    to: to as readonly string[],
    codec: text('codec'),
    contentType: text('contentType'),
    payload,
    expiresAt: typeof expiresAt === 'number' ? expiresAt : undefined,
  };
}
