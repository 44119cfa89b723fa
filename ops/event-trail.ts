/** Everything a stack knows about one event: its items, what each consumer made of it, and what they published because of it. */
import { decode } from '../lambdas/core/codec.ts';
import { TRANSACTION_ACTIONS_MAX } from '../lambdas/core/limits.ts';
import { type OutboxRecord, readOutboxItem } from '../lambdas/core/outbox.ts';
import type { Item, Key } from '../lambdas/core/ports.ts';
import { QUARANTINE } from '../lambdas/core/routes.ts';
import { millisOf, outboxPartition } from '../lambdas/core/time.ts';
import { dictionaryOf } from '../lambdas/dictionaries/all.ts';
import { publishedId } from '../lambdas/pipeline/consumer-tools.ts';
import type { Connection } from './connection.ts';
import type { FoundEvent } from './find-event.ts';
import { readAgain } from './read-again.ts';
import { isOnlyDelivered } from './stack-description.ts';

export type Settled = {
  readonly address: string;
  /** The marker's word, `waiting` where there is none yet, `queue` where somebody else reads and none will ever be, `quarantine` for what no consumer gets. */
  readonly outcome: string;
  readonly at?: string;
  readonly attempt?: number;
  /** Why it was rejected. */
  readonly code?: string;
  readonly naturalKey?: string;
};

export type EventTrail = {
  readonly id: string;
  /** The item in Events; undefined for what a consumer published, which has none. */
  readonly event: Item | undefined;
  /** Undefined once it has expired. */
  readonly outbox: OutboxRecord | undefined;
  readonly payload: Uint8Array | undefined;
  readonly settled: readonly Settled[];
  readonly published: readonly EventTrail[];
};

/** Chains of consumers are a few links long; a longer one is shown up to here. */
const LINKS_MAX = 8;

export async function readTrail(connection: Connection, found: FoundEvent, links = 1): Promise<EventTrail> {
  const item = found.partition === undefined ? undefined : await getItem(connection, 'outbox', { pk: found.partition, sk: found.id });
  const outbox = item === undefined ? undefined : readOutboxItem(item);
  const settled = await readSettled(connection, found.id, outbox);
  return {
    id: found.id,
    event: found.event,
    outbox,
    payload: outbox === undefined ? undefined : decode(outbox, dictionaryOf),
    settled,
    published: links < LINKS_MAX ? await readPublished(connection, { id: found.id, settled, links }) : [],
  };
}

/** Without its outbox item nobody knows whom the event was for: then only the markers that exist are shown. */
async function readSettled(connection: Connection, id: string, outbox: OutboxRecord | undefined): Promise<Settled[]> {
  const addresses = outbox?.to ?? connection.consumers.map(({ address }) => address);
  const settled = await Promise.all(addresses.map((address) => readMarker(connection, address, id)));
  return outbox === undefined ? settled.filter(({ outcome }) => outcome !== 'waiting') : settled;
}

async function readMarker(connection: Connection, address: string, id: string): Promise<Settled> {
  if (address === QUARANTINE) return { address, outcome: QUARANTINE };
  const marker = await getItem(connection, 'inbox', { pk: `${address}#${id}` });
  if (marker === undefined) return { address, outcome: isOnlyDelivered(connection, address) ? 'queue' : 'waiting' };
  const { outcome, at, attempt, code, naturalKey } = marker;
  return {
    address,
    outcome: String(outcome),
    ...(typeof at === 'string' ? { at } : {}),
    ...(typeof attempt === 'number' ? { attempt } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof naturalKey === 'string' ? { naturalKey } : {}),
  };
}

/** The keys of published events and the marker's time say where their outbox items are, so no table is searched. */
async function readPublished(
  connection: Connection,
  from: { id: string; settled: readonly Settled[]; links: number },
): Promise<EventTrail[]> {
  const trails: EventTrail[] = [];
  for (const { address, outcome, at } of from.settled) {
    const millis = at === undefined ? undefined : millisOf(at);
    if (outcome !== 'applied' || millis === undefined) continue;
    for (let position = 0; position < TRANSACTION_ACTIONS_MAX; position += 1) {
      const id = publishedId(address, from.id, position);
      const trail = await readTrail(connection, { id, event: undefined, partition: outboxPartition(millis, id) }, from.links + 1);
      if (trail.outbox === undefined) break;
      trails.push(trail);
    }
  }
  return trails;
}

async function getItem(connection: Connection, table: 'outbox' | 'inbox', key: Key): Promise<Item | undefined> {
  const reader = await connection.tableReader();
  return readAgain(() => reader.get(connection.tables[table], key));
}
