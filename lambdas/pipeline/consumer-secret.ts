/** What a consumer that calls out is known by to the other side: the newest entry of its secret, held for a while. */
import { RetryableError } from '../core/errors.ts';
import type { Clock, Secrets, Telemetry } from '../core/ports.ts';
import { createSecretCache } from './secret-cache.ts';

export type ReadSecret = () => Promise<string>;

type Settings = { readonly consumer: { readonly name: string }; readonly secretId?: string };
type Ports = { readonly secrets?: Secrets; readonly clock: Clock; readonly telemetry: Telemetry };

/** What it returns throws a retryable error where the consumer declares no secret, where none was put in yet, and what `active` throws. */
export function consumerSecret({ consumer, secretId }: Settings, { secrets, clock, telemetry }: Ports): ReadSecret {
  const cache = secretId === undefined || secrets === undefined ? undefined : createSecretCache(secretId, { secrets, clock, telemetry });
  return async () => {
    const [newest] = (await cache?.active()) ?? [];
    if (newest !== undefined) return newest.secret;
    throw new RetryableError('NO_SECRET', `The consumer ${consumer.name} declares no secret. Add \`secret: true\` to it and deploy.`);
  };
}
