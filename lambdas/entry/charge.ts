/** The function that charges through one provider. Synth decides which one it bundles. */
import api from '#provider-api';
import { routes } from '#routes';
import { openSqsQueues } from '../aws/sqs-queues.ts';
import { createCharge } from '../pipeline/charge.ts';
import { readEnvironment } from './environment.ts';
import { openWorkPorts, workTables } from './work-ports.ts';

const environment = readEnvironment(process.env);

export const handler = createCharge(
  {
    api,
    routes,
    name: `charge-${api.name}`,
    queueUrl: environment.text('QUEUE_URL'),
    inbox: environment.text('INBOX_TABLE'),
    tables: workTables(environment),
  },
  { ...openWorkPorts(api, environment), queues: openSqsQueues() },
);
