/** What every function that calls a provider uses. */
import { openDynamoStore } from '../aws/dynamo-store.ts';
import { openHttpsNetwork } from '../aws/https-network.ts';
import { createPowertoolsTelemetry } from '../aws/powertools-telemetry.ts';
import { openSecretsManager } from '../aws/secrets-manager.ts';
import { systemClock } from '../aws/system-clock.ts';
import { systemRandom } from '../aws/system-random.ts';
import type { ProviderApi } from '../core/provider-api.ts';
import type { PaymentTables } from '../pipeline/payment-plan.ts';
import { createProviderCalls } from '../pipeline/provider-calls.ts';
import { createSecretCache } from '../pipeline/secret-cache.ts';
import type { WorkPorts } from '../pipeline/work-payment.ts';
import type { Environment } from './environment.ts';

export function openWorkPorts(api: ProviderApi, environment: Environment): WorkPorts {
  const telemetry = createPowertoolsTelemetry();
  const edges = { clock: systemClock, random: systemRandom, telemetry };
  const apiKeys = createSecretCache(environment.text('API_KEY_ID'), { ...edges, secrets: openSecretsManager() });
  // Where the provider is called is the one thing in which a laptop differs.
  const origin = environment.optional('PROVIDER_API_URL');
  const calls = createProviderCalls(
    api,
    { network: openHttpsNetwork(), apiKeys, ...edges },
    { origin, mode: environment.mode('MODE') ?? 'live' },
  );
  return { ...edges, store: openDynamoStore(), calls };
}

export function workTables(environment: Environment): PaymentTables {
  return { payments: environment.text('PAYMENTS_TABLE'), outbox: environment.text('OUTBOX_TABLE') };
}
