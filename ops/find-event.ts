/** Finds an event by the id its provider gave it, or by its whole key. */
import type { Item } from '../lambdas/core/ports.ts';
import { consumerOf } from '../lambdas/core/routes.ts';
import type { Connection } from './connection.ts';
import { OperatorError } from './operator-error.ts';
import { readAgain } from './read-again.ts';
import { scanItems } from './table-scan.ts';

export type FoundEvent = {
  readonly id: string;
  /** The item in Events; undefined for what a consumer published. */
  readonly event: Item | undefined;
  /** The partition of its outbox item. */
  readonly partition: string | undefined;
};

/** Throws an `OperatorError` where there is none, or several of which one must be chosen. */
export async function findEvent(connection: Connection, text: string): Promise<FoundEvent> {
  const found = text.includes('#') ? await byKey(connection, text) : await byIdentity(connection, text);
  const [first, second] = found;
  if (first === undefined) {
    throw new OperatorError(
      'NO_EVENT',
      `There is no event ${JSON.stringify(text)} in this stack. Take an id from \`npx oncehook events\`; an event that is not there was never stored, or not answered with 200.`,
    );
  }
  if (second === undefined) return first;
  throw new OperatorError(
    'SEVERAL_EVENTS',
    `Several events have the id ${JSON.stringify(text)}; give one of their keys, in quotes: ${found.map(({ id }) => `'${id}'`).join(', ')}.`,
  );
}

async function byKey(connection: Connection, key: string): Promise<FoundEvent[]> {
  const event = await getEvent(connection, key);
  if (event !== undefined) return [foundIn(key, event)];
  const publisher = key.slice(0, key.indexOf('#'));
  return consumerOf(publisher) === undefined ? [] : publishedByKey(connection, key);
}

/** Most events belong to the endpoint's own account, so their keys can be written down; for others the table is searched. */
async function byIdentity(connection: Connection, identity: string): Promise<FoundEvent[]> {
  const keys = connection.sources.flatMap(({ source }) => ['live', 'test'].map((mode) => `${source}#-#${mode}#${identity}`));
  const events = await Promise.all(keys.map(async (key) => ({ key, event: await getEvent(connection, key) })));
  const found = events.flatMap(({ key, event }) => (event === undefined ? [] : [foundIn(key, event)]));
  if (found.length > 0) return found;
  const searched = await searchEvents(connection, identity);
  return searched.length > 0 ? searched : searchNames(connection, identity);
}

async function searchEvents(connection: Connection, identity: string): Promise<FoundEvent[]> {
  const found: FoundEvent[] = [];
  const request = {
    table: connection.tables.events,
    attributes: ['pk'],
    where: { attribute: 'pk', is: 'containing', text: `#${identity}` } as const,
  };
  for await (const { pk } of scanItems(await connection.tableReader(), request)) {
    if (typeof pk !== 'string' || !pk.endsWith(`#${identity}`)) continue;
    const event = await getEvent(connection, pk);
    if (event !== undefined) found.push(foundIn(pk, event));
  }
  return found;
}

/** Where the identity is not what the provider itself calls the event, that name stands beside it. */
async function searchNames(connection: Connection, name: string): Promise<FoundEvent[]> {
  const found: FoundEvent[] = [];
  const request = {
    table: connection.tables.events,
    attributes: ['pk'],
    where: { attribute: 'eventId', is: 'equal', text: name } as const,
  };
  for await (const { pk } of scanItems(await connection.tableReader(), request)) {
    const event = typeof pk === 'string' ? await getEvent(connection, pk) : undefined;
    if (typeof pk === 'string' && event !== undefined) found.push(foundIn(pk, event));
  }
  return found;
}

/** What a consumer published has no item in Events, and its key does not tell its partition. */
async function publishedByKey(connection: Connection, key: string): Promise<FoundEvent[]> {
  const request = { table: connection.tables.outbox, attributes: ['pk'], where: { attribute: 'sk', is: 'equal', text: key } as const };
  for await (const { pk } of scanItems(await connection.tableReader(), request)) {
    if (typeof pk === 'string') return [{ id: key, event: undefined, partition: pk }];
  }
  return [];
}

async function getEvent(connection: Connection, key: string): Promise<Item | undefined> {
  const reader = await connection.tableReader();
  return readAgain(() => reader.get(connection.tables.events, { pk: key }));
}

function foundIn(id: string, event: Item): FoundEvent {
  return { id, event, partition: typeof event['outboxPk'] === 'string' ? event['outboxPk'] : undefined };
}
