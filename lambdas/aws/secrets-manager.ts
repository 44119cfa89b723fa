/** Secrets on AWS Secrets Manager: the current version only, so that what an operator put last is what counts. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RetryableError } from '../core/errors.ts';
import type { Secrets } from '../core/ports.ts';
import { callBound, clientBounds } from './client-bounds.ts';

/** The secrets a function uses. */
export function openSecretsManager(): Secrets {
  return createSecretsManager(new SecretsManagerClient(clientBounds));
}

export function createSecretsManager(client: SecretsManagerClient): Secrets {
  return {
    current: async (secretId) => {
      const { SecretString } = await client.send(
        new GetSecretValueCommand({ SecretId: secretId, VersionStage: 'AWSCURRENT' }),
        callBound(),
      );
      if (SecretString !== undefined) return SecretString;
      throw new RetryableError(
        'SECRET_NOT_TEXT',
        'The secret holds binary data; allowed is the JSON text {"active":[{"id","secret"}]}. Set it as text.',
      );
    },
  };
}
