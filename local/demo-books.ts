/** Reads what the demo is measured by: the stored events, the markers, and the counters of the ledger. */
import type { Connection } from '../ops/connection.ts';
import { type ConsumerOutput, isOnlyDelivered } from '../ops/stack-description.ts';
import { countItems, scanItems } from '../ops/table-scan.ts';

export type Marker = { readonly address: string; readonly outcome: string; readonly at: string };

export type Books = {
  readonly events: number;
  /** By `{address}#{event key}`. */
  readonly markers: ReadonlyMap<string, Marker>;
  /** Balances in minor units by account, for example `test:customer:cus_1:usd`. */
  readonly balances: ReadonlyMap<string, number>;
};

export async function readBooks(connection: Connection, ledger: ConsumerOutput): Promise<Books> {
  const reader = await connection.tableReader();
  return {
    events: await countItems(reader, connection.tables.events),
    markers: await readMarkers(connection),
    balances: await readBalances(connection, ledger),
  };
}

export async function readMarkers(connection: Connection): Promise<Map<string, Marker>> {
  const markers = new Map<string, Marker>();
  const request = { table: connection.tables.inbox, attributes: ['pk', 'kind', 'outcome', 'at'] };
  for await (const { pk, kind, outcome, at } of scanItems(await connection.tableReader(), request)) {
    if (kind !== 'event' || typeof pk !== 'string') continue;
    markers.set(pk, { address: pk.slice(0, pk.indexOf('#')), outcome: String(outcome), at: String(at) });
  }
  return markers;
}

/**
 * True when every outbox item has a marker for each address it is sent to, but for queues that somebody else reads. The markers must have been read before: what a consumer
 * publishes is committed with its marker, so nothing published can be missed.
 */
export async function allSettled(connection: Connection, markers: ReadonlyMap<string, Marker>): Promise<boolean> {
  const request = { table: connection.tables.outbox, attributes: ['sk', 'to'] };
  for await (const { sk, to } of scanItems(await connection.tableReader(), request)) {
    const addresses = Array.isArray(to) ? to.map(String).filter((address) => address !== 'quarantine') : [];
    const awaited = addresses.filter((address) => !isOnlyDelivered(connection, address));
    if (!awaited.every((address) => markers.has(`${address}#${String(sk)}`))) return false;
  }
  return true;
}

/** Adds up each account's counters: their keys are `{address}#balance#{account}#{shard}`. */
async function readBalances(connection: Connection, ledger: ConsumerOutput): Promise<Map<string, number>> {
  const balances = new Map<string, number>();
  const prefix = `${ledger.address}#balance#`;
  const request = {
    table: ledger.tables['Ledger'] ?? '',
    attributes: ['pk', 'amount'],
    where: { attribute: 'pk', is: 'beginning', text: prefix } as const,
  };
  for await (const { pk, amount } of scanItems(await connection.tableReader(), request)) {
    if (typeof pk !== 'string') continue;
    const account = pk.slice(prefix.length, pk.lastIndexOf('#'));
    balances.set(account, (balances.get(account) ?? 0) + Number(amount));
  }
  return balances;
}
