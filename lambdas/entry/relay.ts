/** The function that forwards new outbox items to the queues. */
import { createPowertoolsTelemetry } from '../aws/powertools-telemetry.ts';
import { openSqsQueues } from '../aws/sqs-queues.ts';
import { systemClock } from '../aws/system-clock.ts';
import { systemRandom } from '../aws/system-random.ts';
import { dictionaryOf } from '../dictionaries/all.ts';
import { createRelay } from '../pipeline/relay.ts';
import { readEnvironment } from './environment.ts';

const environment = readEnvironment(process.env);

export const handler = createRelay(
  { queueUrls: environment.map('QUEUE_URLS'), dictionaryOf },
  {
    queues: openSqsQueues(),
    clock: systemClock,
    random: systemRandom,
    telemetry: createPowertoolsTelemetry(),
  },
);
