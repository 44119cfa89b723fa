/** The function of one consumer that calls out with a secret of its own. Synth decides which consumer it bundles. */
import consumer from '#consumer';
import { routes } from '#routes';
import { openDynamoStore } from '../aws/dynamo-store.ts';
import { createPowertoolsTelemetry } from '../aws/powertools-telemetry.ts';
import { openSecretsManager } from '../aws/secrets-manager.ts';
import { openSqsQueues } from '../aws/sqs-queues.ts';
import { systemClock } from '../aws/system-clock.ts';
import { systemRandom } from '../aws/system-random.ts';
import { createConsume } from '../pipeline/consume.ts';
import { readEnvironment } from './environment.ts';

const environment = readEnvironment(process.env);

export const handler = createConsume(
  {
    consumer,
    routes,
    queueUrl: environment.text('QUEUE_URL'),
    tables: { inbox: environment.text('INBOX_TABLE'), outbox: environment.text('OUTBOX_TABLE'), own: environment.map('TABLES') },
    secretId: environment.text('SECRET_ID'),
  },
  {
    store: openDynamoStore(),
    queues: openSqsQueues(),
    secrets: openSecretsManager(),
    clock: systemClock,
    random: systemRandom,
    telemetry: createPowertoolsTelemetry(),
  },
);
