/** Secrets Manager for an operator's verb: reading, and the one writing there is. */
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Secrets } from '../core/ports.ts';
import { callBound } from './client-bounds.ts';
import { type OperatorAccess, operatorOptions } from './operator-access.ts';
import { createSecretsManager } from './secrets-manager.ts';

export type OperatorSecrets = Secrets & {
  /** Makes the text the current version; one try. Throws what the service throws, whose message may quote the text. */
  put(secretId: string, text: string): Promise<void>;
};

export function openSecrets(access: OperatorAccess): OperatorSecrets {
  const client = new SecretsManagerClient(operatorOptions(access));
  return {
    ...createSecretsManager(client),
    put: async (secretId, text) => {
      await client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: text }), callBound());
    },
  };
}
