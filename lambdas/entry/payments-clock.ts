/** The scheduled function that takes up payments which are due at one provider. Synth decides which one it bundles. */
import api from '#provider-api';
import { routes } from '#routes';
import { openDynamoIndexes } from '../aws/dynamo-indexes.ts';
import { createPaymentsClock } from '../pipeline/payments-clock.ts';
import { readEnvironment } from './environment.ts';
import { openWorkPorts, workTables } from './work-ports.ts';

const environment = readEnvironment(process.env);

export const handler = createPaymentsClock(
  { api, routes, tables: workTables(environment) },
  { ...openWorkPorts(api, environment), indexes: openDynamoIndexes() },
);
