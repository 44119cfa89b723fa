/** The consumers: whatever files are in their folder. Adding one is adding a file. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Consumer, defineConsumer, type TableAccess } from '../lambdas/core/contracts.ts';
import { defineQueue, type QueueConsumer } from '../lambdas/core/define-queue.ts';
import { PUBLISHED } from '../lambdas/core/routes.ts';
import { ConfigurationError } from './configuration-error.ts';
import { checkPascalCase } from './pascal-case.ts';
import { moduleNames } from './project.ts';
import { CONSUMERS_MAX } from './sizing.ts';
import { TABLE_ACTIONS } from './table-actions.ts';

/** What synth needs of a consumer, and the file its function is bundled from. */
export type LoadedConsumer = Pick<Consumer, 'name' | 'subscribes' | 'tables'> & {
  /** `name@epoch`, by which events are sent to it. */
  readonly address: string;
  readonly file: string;
  /** Whether a part of its effects is elsewhere. */
  readonly performs: boolean;
  /** Whether it has a secret for that. */
  readonly hasSecret: boolean;
  /** False for a queue that somebody else reads: no function, and no markers to wait for. */
  readonly settled: boolean;
  /** The providers whose movements of money it books. */
  readonly books: readonly string[];
};

/** Tables of the product itself, present and planned: a consumer's table of the same name would be read as one of them. */
const RESERVED_TABLES = ['Events', 'Outbox', 'Inbox', 'Settlement', 'Payments', 'Reconciliation'];

/** What the consumers' files are checked against. */
export type Surroundings = {
  /** The names of the providers there are. */
  readonly providers: readonly string[];
  /** The names of the consumers that payments bring or may bring one day. */
  readonly reserved: readonly string[];
  /** How many of those there are in this stack. */
  readonly builtIn: number;
};

/** Imports each file of the folder and checks its declaration against the others and against what else there is. */
export async function loadConsumers(folder: string, { providers, reserved, builtIn }: Surroundings): Promise<LoadedConsumer[]> {
  const loaded: LoadedConsumer[] = [];
  for (const name of moduleNames(folder)) {
    const file = join(folder, `${name}.ts`);
    checkName(file, name, reserved);
    const consumer = loadedConsumer(await importConsumer(file, name), file);
    checkSubscriptions(consumer, providers);
    checkTables(consumer, loaded);
    loaded.push(consumer);
  }
  const names = loaded.map(({ name }) => name);
  checkPascalCase('consumer', names);
  if (names.length + builtIn > CONSUMERS_MAX) {
    const beside = builtIn === 0 ? '' : ` besides the ${builtIn} of payments`;
    throw new ConfigurationError(
      'TOO_MANY_CONSUMERS',
      `There are ${names.length} consumers in ${folder}; one stack takes up to ${CONSUMERS_MAX - builtIn}${beside}.`,
    );
  }
  return loaded;
}

function checkName(file: string, name: string, reserved: readonly string[]): void {
  if (!reserved.includes(name)) return;
  throw fault(
    'RESERVED_NAME',
    file,
    `its name ${JSON.stringify(name)} is that of a consumer which payments bring ("payments" in cdk.json); choose another name.`,
  );
}

function loadedConsumer(consumer: Consumer | QueueConsumer, file: string): LoadedConsumer {
  const { name, epoch, subscribes } = consumer;
  const plain = { name, address: `${name}@${epoch}`, subscribes, file };
  if (isQueue(consumer)) return { ...plain, tables: {}, performs: false, hasSecret: false, settled: false, books: [] };
  const { tables, perform, secret, books = {} } = consumer;
  return { ...plain, tables, performs: perform !== undefined, hasSecret: secret === true, settled: true, books: Object.keys(books) };
}

function isQueue(exported: object): exported is QueueConsumer {
  return 'settled' in exported && exported.settled === false;
}

async function importConsumer(file: string, name: string): Promise<Consumer | QueueConsumer> {
  const module = await importFile(file);
  const exported: unknown = module['default'];
  const isObject = typeof exported === 'object' && exported !== null;
  if (!isObject || !(isQueue(exported) || ('apply' in exported && typeof exported.apply === 'function'))) {
    throw fault(
      'NO_CONSUMER',
      file,
      'it has no consumer as its default export; write `export default defineConsumer({ … })` or `defineQueue({ … })`, or move the file elsewhere.',
    );
  }
  const consumer = declared(exported as Consumer | QueueConsumer, file);
  if (consumer.name !== name) {
    throw fault(
      'WRONG_NAME',
      file,
      `it declares the name ${JSON.stringify(consumer.name)}; a consumer has the name of its file: ${JSON.stringify(name)}.`,
    );
  }
  return consumer;
}

async function importFile(file: string): Promise<{ readonly [name: string]: unknown }> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    throw fault('NOT_IMPORTABLE', file, cause);
  }
}

/** The same checks that `defineConsumer` and `defineQueue` make, for a default export that was written without them. */
function declared(consumer: Consumer | QueueConsumer, file: string): Consumer | QueueConsumer {
  try {
    return isQueue(consumer) ? defineQueue(consumer) : defineConsumer(consumer);
  } catch (cause) {
    throw fault('BAD_CONSUMER', file, cause);
  }
}

function checkSubscriptions({ file, subscribes }: LoadedConsumer, providers: readonly string[]): void {
  const unknown = Object.keys(subscribes).find((provider) => provider !== PUBLISHED && !providers.includes(provider));
  if (unknown === undefined) return;
  const allowed = `allowed are ${providers.join(', ')} (the files in lambdas/providers) and ${PUBLISHED} for events that consumers publish`;
  throw fault('UNKNOWN_PROVIDER', file, `it subscribes to the provider ${JSON.stringify(unknown)}; ${allowed}.`);
}

function checkTables({ file, tables }: LoadedConsumer, others: readonly LoadedConsumer[]): void {
  for (const [table, { access }] of Object.entries(tables)) {
    if (RESERVED_TABLES.includes(table))
      throw fault('RESERVED_TABLE', file, `it declares the table ${table}, which is oncehook's own; choose another name.`);
    const owner = others.find((other) => Object.hasOwn(other.tables, table));
    if (owner !== undefined) {
      throw fault(
        'TABLE_TAKEN',
        file,
        `it declares the table ${table}, which belongs to ${owner.name}. A table has one owner: choose another name, or subscribe to what ${owner.name} publishes.`,
      );
    }
    checkAccess(file, table, access);
  }
}

function checkAccess(file: string, table: string, access: readonly TableAccess[]): void {
  const allowed = Object.keys(TABLE_ACTIONS);
  const unknown = access.filter((word) => !allowed.includes(word));
  if (access.length > 0 && unknown.length === 0) return;
  const received = access.length === 0 ? 'no access' : `the access ${unknown.map((word) => JSON.stringify(word)).join(', ')}`;
  throw fault('BAD_ACCESS', file, `it declares ${received} for the table ${table}; allowed are one or more of ${allowed.join(', ')}.`);
}

/** `reason` is a sentence, or the error that was caught. */
function fault(code: string, file: string, reason: unknown): ConfigurationError {
  if (typeof reason === 'string') return new ConfigurationError(code, `The consumer ${file}: ${reason}`);
  const message = reason instanceof Error ? reason.message : String(reason);
  return new ConfigurationError(code, `The consumer ${file} cannot be used: ${message}`, { cause: reason });
}
