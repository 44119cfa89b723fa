/** What stands in the tables and queues of a stack at rest, read as an operator reads it: nothing here knows how it came about. */
import type { Connection } from '../../ops/connection.ts';
import type { ConsumerOutput } from '../../ops/stack-description.ts';
import { readStatus } from '../../ops/stack-status.ts';
import { scanItems } from '../../ops/table-scan.ts';

export type LedgerEntry = {
  readonly id: string;
  readonly kind: string;
  readonly object: string;
  /** The key of the event that it says it was posted for. */
  readonly event: string;
  readonly customer: string;
  /** Positive for a payment, negative for a refund. */
  readonly amount: number;
  readonly lines: readonly { readonly account: string; readonly amount: number }[];
};

export type FinalState = {
  /** Keys of everything that came from outside. */
  readonly events: ReadonlySet<string>;
  /** What the ledger's marker says of an event, by its key. */
  readonly markers: ReadonlyMap<string, string>;
  readonly entries: readonly LedgerEntry[];
  readonly balances: ReadonlyMap<string, number>;
  /** Ids of the entries that a receipt was written for. */
  readonly receipts: ReadonlySet<string>;
  readonly waiting: number;
  readonly deadLetters: number;
};

export async function readFinalState(connection: Connection): Promise<FinalState> {
  const [ledger, receipts] = ['ledger', 'receipts'].map((name) => consumerOf(connection, name)) as [ConsumerOutput, ConsumerOutput];
  const { consumers } = await readStatus(connection);
  const total = (of: 'waiting' | 'deadLetters') => Object.values(consumers).reduce((sum, consumer) => sum + consumer[of], 0);
  const books = await readLedger(connection, ledger);
  return {
    // Events also keeps who asked for a payment, under an id of ours: no webhook.
    events: new Set((await keysOf(connection, connection.tables.events)).filter((key) => !key.startsWith('payments@1#'))),
    markers: await readMarkers(connection, `${ledger.address}#`),
    ...books,
    receipts: new Set((await keysOf(connection, tableOf(receipts, 'Receipts'))).map((pk) => pk.slice(receipts.address.length + 1))),
    waiting: total('waiting'),
    deadLetters: total('deadLetters'),
  };
}

/** Throws where the stack has no such consumer: then there are no books to look at. */
export function consumerOf({ consumers }: Connection, wanted: string): ConsumerOutput {
  const found = consumers.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`The stack has no consumer ${wanted}; the run needs the samples ledger and receipts.`);
  return found;
}

function tableOf({ name, tables }: ConsumerOutput, table: string): string {
  const physical = tables[table];
  if (physical === undefined) throw new Error(`The consumer ${name} has no table ${table}.`);
  return physical;
}

async function keysOf(connection: Connection, table: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { pk } of scanItems(await connection.tableReader(), { table, attributes: ['pk'] })) keys.push(String(pk));
  return keys;
}

async function readMarkers(connection: Connection, prefix: string): Promise<Map<string, string>> {
  const markers = new Map<string, string>();
  const request = { table: connection.tables.inbox, attributes: ['pk', 'kind', 'outcome'] };
  for await (const { pk, kind, outcome } of scanItems(await connection.tableReader(), request))
    if (kind === 'event' && String(pk).startsWith(prefix)) markers.set(String(pk).slice(prefix.length), String(outcome));
  return markers;
}

type Line = { readonly account: string; readonly amount: unknown };

/** Entries are `{address}#{books}entry#{id}`, counters `{address}#balance#{account}#{shard}`. */
async function readLedger(connection: Connection, ledger: ConsumerOutput): Promise<Pick<FinalState, 'entries' | 'balances'>> {
  const entries: LedgerEntry[] = [];
  const balances = new Map<string, number>();
  const balancePrefix = `${ledger.address}#balance#`;
  const request = { table: tableOf(ledger, 'Ledger'), attributes: ['pk', 'sk', 'kind', 'object', 'eventId', 'lines', 'amount'] };
  for await (const { pk, sk, kind, object, eventId, lines, amount } of scanItems(await connection.tableReader(), request)) {
    const key = String(pk);
    if (sk === 'balance') {
      const account = key.slice(balancePrefix.length, key.lastIndexOf('#'));
      balances.set(account, (balances.get(account) ?? 0) + Number(amount));
    }
    if (sk !== 'entry') continue;
    const id = key.slice(key.indexOf('entry#') + 'entry#'.length);
    const read = (lines as readonly Line[]).map((line) => ({ account: line.account, amount: Number(line.amount) }));
    const customer = read.find(({ account }) => account.includes('customer:'));
    entries.push({
      id,
      kind: String(kind),
      object: String(object),
      event: String(eventId),
      customer: /customer:([^:]+):/.exec(customer?.account ?? '')?.[1] ?? '',
      amount: -(customer?.amount ?? 0),
      lines: read,
    });
  }
  return { entries, balances };
}
