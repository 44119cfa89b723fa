/** Secrets Manager for an operator's verb. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Secrets } from '../core/ports.ts';
import { type OperatorAccess, operatorOptions } from './operator-access.ts';
import { createSecretsManager } from './secrets-manager.ts';

export function openSecrets(access: OperatorAccess): Secrets {
  return createSecretsManager(new SecretsManagerClient(operatorOptions(access)));
}
