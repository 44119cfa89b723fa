/** Counts what a stack holds, by reading whole tables: exact, and meant for a laptop or a small account. */
import type { Connection } from './connection.ts';
import { readAgain } from './read-again.ts';
import type { QueueOutput } from './stack-description.ts';
import { countItems, scanItems } from './table-scan.ts';

/** Outcomes by the marker's word, for one address. */
export type Outcomes = { readonly [outcome: string]: number };

/** Of a queue that somebody else reads: what became of its messages is not known here. */
export type QueueStatus = { readonly address: string; readonly waiting: number; readonly deadLetters: number };

export type ConsumerStatus = QueueStatus & { readonly outcomes: Outcomes };

export type StackStatus = {
  readonly events: number;
  readonly outbox: number;
  readonly consumers: { readonly [name: string]: ConsumerStatus };
  readonly queues: { readonly [name: string]: QueueStatus };
};

export async function readStatus(connection: Connection): Promise<StackStatus> {
  const reader = await connection.tableReader();
  const [events, outbox, outcomes, consumers, queues] = await Promise.all([
    countItems(reader, connection.tables.events),
    countItems(reader, connection.tables.outbox),
    outcomesByAddress(connection),
    Promise.all(connection.consumers.map((consumer) => depthsOf(connection, consumer))),
    Promise.all(connection.queues.map((queue) => depthsOf(connection, queue))),
  ]);
  return {
    events,
    outbox,
    consumers: Object.fromEntries(
      consumers.map(({ name, address, waiting, deadLetters }) => [
        name,
        { address, outcomes: outcomes.get(address) ?? {}, waiting, deadLetters },
      ]),
    ),
    queues: Object.fromEntries(queues.map(({ name, ...queue }) => [name, queue])),
  };
}

/** Counts the markers of events, not those of natural keys. */
async function outcomesByAddress(connection: Connection): Promise<Map<string, Record<string, number>>> {
  const counts = new Map<string, Record<string, number>>();
  const request = { table: connection.tables.inbox, attributes: ['pk', 'kind', 'outcome'] };
  for await (const { pk, kind, outcome } of scanItems(await connection.tableReader(), request)) {
    if (kind !== 'event' || typeof pk !== 'string' || typeof outcome !== 'string') continue;
    const address = pk.slice(0, pk.indexOf('#'));
    const ofAddress = counts.get(address) ?? {};
    ofAddress[outcome] = (ofAddress[outcome] ?? 0) + 1;
    counts.set(address, ofAddress);
  }
  return counts;
}

type Queued = Pick<QueueOutput, 'name' | 'address' | 'queueUrl' | 'deadLetterUrl'>;

async function depthsOf(connection: Connection, { name, address, queueUrl, deadLetterUrl }: Queued) {
  const queues = await connection.queueDepths();
  const [waiting, deadLetters] = await Promise.all([readAgain(() => queues.depth(queueUrl)), readAgain(() => queues.depth(deadLetterUrl))]);
  return { name, address, waiting, deadLetters };
}
