/** The function of one source. Synth decides which provider it bundles. */

import { dictionary } from '#dictionary';
import { createFetchReadings, network } from '#network';
import provider from '#provider';
import { routes } from '#routes';
import { openDynamoStore } from '../aws/dynamo-store.ts';
import { createPowertoolsTelemetry } from '../aws/powertools-telemetry.ts';
import { openSecretsManager } from '../aws/secrets-manager.ts';
import { systemClock } from '../aws/system-clock.ts';
import { systemRandom } from '../aws/system-random.ts';
import { openDictionary } from '../core/dictionary.ts';
import { createIngest } from '../pipeline/ingest.ts';
import { readEnvironment } from './environment.ts';

const environment = readEnvironment(process.env);

export const handler = createIngest(
  {
    source: environment.text('SOURCE'),
    provider,
    routes,
    tables: { events: environment.text('EVENTS_TABLE'), outbox: environment.text('OUTBOX_TABLE') },
    secretId: environment.text('SECRET_ID'),
    toleranceSeconds: environment.seconds('TOLERANCE_SECONDS'),
    url: environment.optional('SIGNED_URL'),
    mode: environment.mode('EXPECTED_MODE'),
    account: environment.optional('EXPECTED_ACCOUNT'),
    apiOrigin: environment.optional('PROVIDER_API_URL'),
    dictionary: dictionary === undefined ? undefined : openDictionary(dictionary),
  },
  {
    store: openDynamoStore(),
    secrets: openSecretsManager(),
    network,
    createFetchReadings,
    clock: systemClock,
    random: systemRandom,
    telemetry: createPowertoolsTelemetry(),
  },
);
