/** The newest events of a stack; it reads the whole Events table, as nothing there is kept in the order of time. */
import type { Item } from '../lambdas/core/ports.ts';
import type { Connection } from './connection.ts';
import type { SourceOutput } from './stack-description.ts';
import { scanItems } from './table-scan.ts';

export type ListedEvent = {
  /** The event key. */
  readonly id: string;
  /** By what it is deduplicated: the last part of the key. */
  readonly identity: string;
  /** What the provider itself calls it, where that is something else. */
  readonly eventId?: string;
  readonly source: string;
  readonly provider: string;
  readonly account?: string;
  readonly mode: string;
  readonly type: string;
  readonly subject?: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly via: string;
  readonly quarantine?: string;
};

const TEXTS = ['type', 'occurredAt', 'receivedAt', 'via', 'subject', 'quarantine', 'eventId'] as const;

/** Newest first. Only `limit` events are kept in memory, however large the table is. */
export async function newestEvents(
  connection: Connection,
  wanted: { readonly limit: number; readonly source?: string | undefined },
): Promise<ListedEvent[]> {
  const newest: ListedEvent[] = [];
  const request = {
    table: connection.tables.events,
    attributes: ['pk', ...TEXTS],
    ...(wanted.source === undefined ? {} : { where: { attribute: 'pk', is: 'beginning', text: `${wanted.source}#` } as const }),
  };
  for await (const item of scanItems(await connection.tableReader(), request)) {
    const event = listed(item, connection.sources);
    const last = newest[wanted.limit - 1];
    if (last !== undefined && !comesBefore(event, last)) continue;
    insert(newest, event);
    if (newest.length > wanted.limit) newest.pop();
  }
  return newest;
}

/** By time of receipt, and by key where two came in the same millisecond, so that the order is always the same. */
function comesBefore(a: ListedEvent, b: ListedEvent): boolean {
  return a.receivedAt === b.receivedAt ? a.id < b.id : a.receivedAt > b.receivedAt;
}

function insert(sorted: ListedEvent[], event: ListedEvent): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = sorted[middle];
    if (there !== undefined && comesBefore(there, event)) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, event);
}

/** The key tells the source, the account and the mode: `{source}#{account or '-'}#{mode}#{identity}`. */
function listed(item: Item, sources: readonly SourceOutput[]): ListedEvent {
  const text = (name: string) => (typeof item[name] === 'string' ? item[name] : '');
  const id = text('pk');
  const [source = '', account = '-', mode = '', ...identity] = id.split('#');
  const provider = sources.find((candidate) => candidate.source === source)?.provider ?? source;
  const optional = (name: string) => (text(name) === '' ? {} : { [name]: text(name) });
  return {
    id,
    identity: identity.join('#'),
    ...optional('eventId'),
    source,
    provider,
    ...(account === '-' ? {} : { account }),
    mode,
    type: text('type'),
    ...optional('subject'),
    occurredAt: text('occurredAt'),
    receivedAt: text('receivedAt'),
    via: text('via'),
    ...optional('quarantine'),
  };
}
