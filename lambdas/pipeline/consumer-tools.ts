/** What a consumer's `apply` is given: reads, guarded writes, published events and keys, the same for each try of one event. */
import { encode } from '../core/codec.ts';
import type { Consumer, Event, NewerWrite, PublishedEvent, Tools, Write } from '../core/contracts.ts';
import { RetryableError } from '../core/errors.ts';
import { sha256Hex } from '../core/hash.ts';
import {
  CHAIN_EVENTS_MAX,
  IDENTITY_CHARACTERS_MAX,
  OUTBOX_RETENTION_SECONDS,
  REQUEST_BYTES_MAX,
  TYPE_CHARACTERS_MAX,
} from '../core/limits.ts';
import type { OutboxRecord } from '../core/outbox.ts';
import type { Item, Key } from '../core/ports.ts';
import { isPrintable } from '../core/printable.ts';
import { addressesFor, PUBLISHED, type Route } from '../core/routes.ts';
import { isoTime, outboxPartition } from '../core/time.ts';

export type ToolsInput = {
  readonly consumer: Consumer;
  readonly event: Event;
  readonly address: string;
  readonly routes: readonly Route[];
  /** Physical names by declared name. */
  readonly tables: { readonly [name: string]: string };
  /** A strongly consistent read by physical name. */
  readonly read: (table: string, key: Key) => Promise<Item | undefined>;
  readonly nowMillis: number;
};

/**
 * A consumer of ours that tells what others of ours tell as well, such as the end of a payment: one fact is one event, whoever learned it, and also where tables
 * were restored and somebody else learns it anew.
 */
export type NamingConsumer = Consumer & { publishedId(event: PublishedEvent): string };

/** `published` fills up while `apply` runs; a new try gets new tools. */
export function createTools(input: ToolsInput): { readonly tools: Tools; readonly published: readonly OutboxRecord[] } {
  const published: OutboxRecord[] = [];
  const tools: Tools = {
    address: input.address,
    get: (table, key) => input.read(physicalTable(input, table), key),
    onlyIfNewer: (write) => newerWrite(write, input.event),
    publish: (event) => {
      published.push(publishedRecord(input, event, published.length));
    },
    idempotencyKey: (label = '') => `oh_${sha256Hex(`${input.address}\n${input.event.id}\n${label}`).slice(0, 48)}`,
  };
  return { tools, published };
}

/** The physical name of a declared table. Throws a retryable `UNDECLARED_TABLE`: a deploy can mend it. */
export function physicalTable(input: Pick<ToolsInput, 'consumer' | 'tables'>, name: string): string {
  const physical = Object.hasOwn(input.tables, name) ? input.tables[name] : undefined;
  if (physical !== undefined && Object.hasOwn(input.consumer.tables, name)) return physical;
  throw new RetryableError(
    'UNDECLARED_TABLE',
    `The consumer ${input.consumer.name} uses the table ${JSON.stringify(name)}; declared are ${Object.keys(input.consumer.tables).join(', ') || 'none'}. Add it to "tables" and deploy.`,
  );
}

/** The attribute by which `onlyIfNewer` compares; text, so that it sorts by time, then rank, then event id. */
const ORDER_ATTRIBUTE = 'oncehookOrder';
/** Six digits, so that ranks sort as text. */
const RANK_MAX = 999_999;

function newerWrite(write: NewerWrite, event: Event): Write {
  const rank = write.rank?.[event.type] ?? 0;
  if (!Number.isSafeInteger(rank) || rank < 0 || rank > RANK_MAX) {
    throw new RetryableError(
      'BAD_RANK',
      `The rank of ${event.type} is ${rank}; allowed are whole numbers from 0 to ${RANK_MAX}. Correct it and deploy.`,
    );
  }
  const set = { ...write.set, [ORDER_ATTRIBUTE]: `${event.occurredAt}#${String(rank).padStart(6, '0')}#${event.id}` };
  const pairs = Object.entries(set);
  return {
    kind: 'update',
    table: write.table,
    key: write.key,
    update: {
      expression: `SET ${pairs.map((_, index) => `#s${index} = :s${index}`).join(', ')}`,
      names: Object.fromEntries(pairs.map(([name], index) => [`#s${index}`, name])),
      values: Object.fromEntries(pairs.map(([, value], index) => [`:s${index}`, value])),
    },
    condition: {
      expression: 'attribute_not_exists(#order) OR #order < :order',
      names: { '#order': ORDER_ATTRIBUTE },
      values: { ':order': set[ORDER_ATTRIBUTE] as string },
      means: 'stale',
    },
  };
}

/** The key of what an event published at an address, by its position: derived, so that another try publishes the same event. */
export function publishedId(address: string, eventId: string, position: number): string {
  return `${address}#${sha256Hex(`${eventId}\n${position}`)}`;
}

function isNaming(consumer: Consumer): consumer is NamingConsumer {
  return 'publishedId' in consumer;
}

function publishedRecord(input: ToolsInput, event: PublishedEvent, position: number): OutboxRecord {
  assertPublishable(input, event);
  const { consumer } = input;
  const id = isNaming(consumer) ? consumer.publishedId(event) : publishedId(input.address, input.event.id, position);
  const json = Buffer.from(JSON.stringify(event.data));
  if (json.byteLength > REQUEST_BYTES_MAX) {
    throw new RetryableError(
      'PUBLISHED_TOO_LARGE',
      `The consumer ${input.consumer.name} publishes an event of ${json.byteLength} bytes; allowed are ${REQUEST_BYTES_MAX}, as for events from outside. ` +
        'Publish several events, or a key under which the data stands.',
    );
  }
  const { codec, bytes } = encode(json);
  return {
    partition: outboxPartition(input.nowMillis, id),
    id,
    source: input.consumer.name,
    provider: PUBLISHED,
    account: input.event.account,
    mode: input.event.mode,
    type: event.type,
    subject: event.subject,
    occurredAt: input.event.occurredAt,
    receivedAt: isoTime(input.nowMillis),
    authenticity: input.event.authenticity,
    correlationId: input.event.correlationId,
    causationId: input.event.id,
    hops: input.event.hops + 1,
    to: addressesFor(input.routes, PUBLISHED, event.type),
    codec,
    contentType: 'application/json',
    payload: bytes,
    expiresAt: Math.floor(input.nowMillis / 1000) + OUTBOX_RETENTION_SECONDS,
  };
}

/** A circle of consumers would run for ever, and what SQS refuses could never be delivered: both end here, where a deploy can mend them. */
function assertPublishable(input: ToolsInput, event: PublishedEvent): void {
  if (input.event.hops >= CHAIN_EVENTS_MAX) {
    throw new RetryableError(
      'CHAIN_TOO_LONG',
      `The consumer ${input.consumer.name} publishes after ${input.event.hops} published events led to this one; allowed are ${CHAIN_EVENTS_MAX}. ` +
        'Most likely consumers publish to each other in a circle: let one of them stop, and deploy.',
    );
  }
  assertName(input, 'type', { text: event.type, charactersMax: TYPE_CHARACTERS_MAX });
  assertName(input, 'subject', { text: event.subject ?? '-', charactersMax: IDENTITY_CHARACTERS_MAX });
}

function assertName(
  input: ToolsInput,
  what: string,
  { text, charactersMax }: { readonly text: unknown; readonly charactersMax: number },
): void {
  if (typeof text === 'string' && text.length <= charactersMax && isPrintable(text)) return;
  throw new RetryableError(
    'BAD_PUBLISHED_EVENT',
    `The consumer ${input.consumer.name} publishes an event whose ${what} is ${typeof text === 'string' ? `a text of ${text.length} characters` : `a ${typeof text}`}; ` +
      `allowed are 1 to ${charactersMax} printable characters. Correct it and deploy.`,
  );
}
