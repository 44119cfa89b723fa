/** Stores one event of a request: who it is and what it says, in one transaction, deduplicated by its key. */
import { type Dictionary, encode } from '../core/codec.ts';
import { contentIdentity } from '../core/event-fields.ts';
import { sha256Hex } from '../core/hash.ts';
import { OUTBOX_RETENTION_SECONDS } from '../core/limits.ts';
import { type OutboxRecord, outboxItem } from '../core/outbox.ts';
import type { Item } from '../core/ports.ts';
import type { OddEvent, Provider, ProviderEvent } from '../core/provider.ts';
import { addressesFor, QUARANTINE, type Route } from '../core/routes.ts';
import { isoTime, outboxPartition } from '../core/time.ts';
import { type CommitPorts, commit, type Plan } from './commit.ts';
import { type Expectation, modeOf } from './expected-event.ts';

export type StoreSettings = Expectation & {
  readonly source: string;
  readonly provider: Provider;
  readonly routes: readonly Route[];
  readonly tables: { readonly events: string; readonly outbox: string };
  /** How its events come here. @default webhook */
  readonly via?: 'webhook' | 'reconcile';
  /** Undefined where the provider has none. */
  readonly dictionary?: Dictionary | undefined;
};

/**
 * Resolves when the event is durable: `stored` by this call, `known` by an earlier one. Throws where that is not known (DESIGN rule 3).
 */
export async function storeEvent(
  settings: StoreSettings,
  ports: CommitPorts,
  job: { readonly reading: ProviderEvent | OddEvent; readonly deadlineMillis: number },
): Promise<'stored' | 'known'> {
  const nowMillis = ports.clock.nowMillis();
  const record =
    job.reading.kind === 'event' ? recordOfEvent(settings, job.reading, nowMillis) : recordOfOdd(settings, job.reading, nowMillis);
  const fingerprint = job.reading.kind === 'event' ? job.reading.fingerprint : sha256Hex(job.reading.bytes);
  const quarantine = job.reading.kind === 'odd' ? { quarantine: job.reading.reason } : named(job.reading);
  const decision = await commit(ports, planOf(settings, record, { fingerprint, ...quarantine, nowMillis }), job.deadlineMillis);

  if (decision.kind === 'committed') {
    ports.telemetry.count(job.reading.kind === 'event' ? 'EventsStored' : 'EventsQuarantined');
    if (job.reading.kind === 'odd') ports.telemetry.log('warn', 'event quarantined', { eventId: record.id, reason: job.reading.reason });
    return 'stored';
  }
  ports.telemetry.count('EventsDuplicate');
  const first = decision.kind === 'done' ? decision.item?.['fingerprint'] : undefined;
  if (first !== fingerprint) {
    ports.telemetry.count('FingerprintMismatch');
    ports.telemetry.log('warn', 'same identity, other content: the first is kept', { eventId: record.id });
  }
  return 'known';
}

/** The key under which an event is or will be stored, however it comes. */
export function eventKeyOf(settings: StoreSettings, reading: ProviderEvent | OddEvent): string {
  if (reading.kind === 'event') return `${settings.source}#${reading.account ?? '-'}#${modeOf(reading, settings)}#${reading.identity}`;
  return `${settings.source}#-#-#${reading.identity ?? contentIdentity(sha256Hex(reading.bytes))}`;
}

/** What the provider itself calls the event, for those who look for it. */
function named({ eventId }: ProviderEvent): { readonly eventId?: string } {
  return typeof eventId === 'string' ? { eventId } : {};
}

function recordOfEvent(settings: StoreSettings, event: ProviderEvent, nowMillis: number): OutboxRecord {
  const mode = modeOf(event, settings);
  const id = eventKeyOf(settings, event);
  return {
    ...recordBase(settings, event, { id, nowMillis }),
    account: event.account,
    mode,
    type: event.type,
    subject: event.subject,
    occurredAt: event.occurredAt ?? isoTime(nowMillis),
    authenticity: event.authenticity,
    signedFields: event.signedFields,
    to: addressesFor(settings.routes, settings.provider.name, event.type),
    expiresAt: Math.floor(nowMillis / 1000) + OUTBOX_RETENTION_SECONDS,
  };
}

/** Known by its bytes or what is signed of them, and without an expiry: somebody must look at it. */
function recordOfOdd(settings: StoreSettings, odd: OddEvent, nowMillis: number): OutboxRecord {
  const id = eventKeyOf(settings, odd);
  return {
    ...recordBase(settings, odd, { id, nowMillis }),
    mode: '-',
    type: `oncehook.${QUARANTINE}`,
    occurredAt: isoTime(nowMillis),
    authenticity: 'signed',
    to: [QUARANTINE],
  };
}

function recordBase(settings: StoreSettings, reading: ProviderEvent | OddEvent, at: { readonly id: string; readonly nowMillis: number }) {
  const { codec, bytes } = encode(reading.bytes, settings.dictionary);
  return {
    partition: outboxPartition(at.nowMillis, at.id),
    id: at.id,
    source: settings.source,
    provider: settings.provider.name,
    receivedAt: isoTime(at.nowMillis),
    correlationId: at.id,
    hops: 0,
    codec,
    contentType: reading.contentType,
    payload: bytes,
  };
}

function planOf(
  settings: StoreSettings,
  record: OutboxRecord,
  facts: { readonly fingerprint: string; readonly quarantine?: string; readonly eventId?: string; readonly nowMillis: number },
): Plan {
  const { nowMillis, ...kept } = facts;
  const event: Item = {
    pk: record.id,
    v: 1,
    source: record.source,
    provider: record.provider,
    ...(record.account === undefined ? {} : { account: record.account }),
    mode: record.mode,
    type: record.type,
    ...(record.subject === undefined ? {} : { subject: record.subject }),
    occurredAt: record.occurredAt,
    receivedAt: record.receivedAt,
    ...kept,
    outboxPk: record.partition,
    via: settings.via ?? 'webhook',
  };
  const absent = { expression: 'attribute_not_exists(pk)' };
  return {
    frozenAtMillis: nowMillis,
    steps: [
      { meaning: 'done', action: { kind: 'put', table: settings.tables.events, item: event, condition: absent } },
      { meaning: 'never', action: { kind: 'put', table: settings.tables.outbox, item: outboxItem(record), condition: absent } },
    ],
  };
}
