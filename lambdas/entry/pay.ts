/** The function behind the routes of payments. Synth decides which providers it can charge through. */
import { payments } from '#payments';
import { routes } from '#routes';
import { openDynamoStore } from '../aws/dynamo-store.ts';
import { createPowertoolsTelemetry } from '../aws/powertools-telemetry.ts';
import { systemClock } from '../aws/system-clock.ts';
import { systemRandom } from '../aws/system-random.ts';
import { createPay } from '../pipeline/pay.ts';
import { readEnvironment } from './environment.ts';

const environment = readEnvironment(process.env);

export const handler = createPay(
  {
    providers: payments,
    routes,
    tables: {
      payments: environment.text('PAYMENTS_TABLE'),
      outbox: environment.text('OUTBOX_TABLE'),
      events: environment.text('EVENTS_TABLE'),
    },
  },
  { store: openDynamoStore(), clock: systemClock, random: systemRandom, telemetry: createPowertoolsTelemetry() },
);
