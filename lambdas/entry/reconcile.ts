/** The function that holds a provider's lists against our records. Synth decides which provider, and whose books. */
import { books } from '#books';
import { dictionary } from '#dictionary';
import provider from '#provider';
import api from '#provider-api';
import { routes } from '#routes';
import { openDynamoIndexes } from '../aws/dynamo-indexes.ts';
import { openDynamoPartitions } from '../aws/dynamo-partitions.ts';
import { openDictionary } from '../core/dictionary.ts';
import { createReconcile } from '../pipeline/reconcile.ts';
import { readEnvironment } from './environment.ts';
import { openWorkPorts, workTables } from './work-ports.ts';

const environment = readEnvironment(process.env);

export const handler = createReconcile(
  {
    source: environment.text('SOURCE'),
    provider,
    api,
    routes,
    books,
    tables: {
      ...workTables(environment),
      events: environment.text('EVENTS_TABLE'),
      inbox: environment.text('INBOX_TABLE'),
      reconciliation: environment.text('RECONCILIATION_TABLE'),
      books: environment.map('BOOKS_TABLES'),
    },
    listedMode: environment.mode('MODE') ?? 'live',
    mode: environment.mode('EXPECTED_MODE'),
    account: environment.optional('EXPECTED_ACCOUNT'),
    dictionary: dictionary === undefined ? undefined : openDictionary(dictionary),
  },
  { ...openWorkPorts(api, environment), partitions: openDynamoPartitions(), indexes: openDynamoIndexes() },
);
