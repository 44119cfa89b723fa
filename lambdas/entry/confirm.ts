/** The function that holds a provider's webhooks against our payments. Synth decides which provider it bundles. */
import api from '#provider-api';
import { routes } from '#routes';
import { openDynamoStore } from '../aws/dynamo-store.ts';
import { createPowertoolsTelemetry } from '../aws/powertools-telemetry.ts';
import { openSqsQueues } from '../aws/sqs-queues.ts';
import { systemClock } from '../aws/system-clock.ts';
import { systemRandom } from '../aws/system-random.ts';
import { confirmConsumer } from '../pipeline/confirm-payment.ts';
import { createConsume } from '../pipeline/consume.ts';
import { readEnvironment } from './environment.ts';

const environment = readEnvironment(process.env);
const telemetry = createPowertoolsTelemetry();

export const handler = createConsume(
  {
    consumer: confirmConsumer(api, { source: environment.text('SOURCE'), mode: environment.mode('MODE') ?? 'live', telemetry }),
    routes,
    queueUrl: environment.text('QUEUE_URL'),
    tables: {
      inbox: environment.text('INBOX_TABLE'),
      outbox: environment.text('OUTBOX_TABLE'),
      own: { Payments: environment.text('PAYMENTS_TABLE') },
    },
  },
  {
    store: openDynamoStore(),
    queues: openSqsQueues(),
    clock: systemClock,
    random: systemRandom,
    telemetry,
  },
);
