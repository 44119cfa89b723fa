/** The scheduled function that looks for what has not settled. */
import { delivered, retired } from '#routes';
import { openDynamoPartitions } from '../aws/dynamo-partitions.ts';
import { openDynamoStore } from '../aws/dynamo-store.ts';
import { createPowertoolsTelemetry } from '../aws/powertools-telemetry.ts';
import { openQueueBacklogs } from '../aws/queue-backlogs.ts';
import { openSqsQueues } from '../aws/sqs-queues.ts';
import { systemClock } from '../aws/system-clock.ts';
import { systemRandom } from '../aws/system-random.ts';
import { dictionaryOf } from '../dictionaries/all.ts';
import { createSettle } from '../pipeline/settle.ts';
import { readEnvironment } from './environment.ts';

const environment = readEnvironment(process.env);
export const handler = createSettle(
  {
    queueUrls: environment.map('QUEUE_URLS'),
    retired,
    delivered,
    dictionaryOf,
    tables: {
      outbox: environment.text('OUTBOX_TABLE'),
      inbox: environment.text('INBOX_TABLE'),
      settlement: environment.text('SETTLEMENT_TABLE'),
    },
  },
  {
    store: openDynamoStore(),
    partitions: openDynamoPartitions(),
    queues: openSqsQueues(),
    backlogs: openQueueBacklogs(systemClock),
    clock: systemClock,
    random: systemRandom,
    telemetry: createPowertoolsTelemetry(),
  },
);
