/** Secrets as Secrets Manager has them now, and as text only. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createSecretsManager } from '../../lambdas/aws/secrets-manager.ts';
import { failure } from '../pipeline/dynamo-answers.ts';

const secretsManager = mockClient(SecretsManagerClient);
const secrets = createSecretsManager(new SecretsManagerClient({ region: 'us-east-1' }));

beforeEach(() => {
  secretsManager.reset();
});

describe('current', () => {
  it('reads the current version and no other', async () => {
    secretsManager.on(GetSecretValueCommand).resolves({ SecretString: '{"active":[]}' });
    expect(await secrets.current('arn:secret')).toBe('{"active":[]}');
    expect(secretsManager.commandCalls(GetSecretValueCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { SecretId: 'arn:secret', VersionStage: 'AWSCURRENT' },
    ]);
  });

  it('says what is allowed where the secret is binary, and does not quote it', async () => {
    secretsManager.on(GetSecretValueCommand).resolves({ SecretBinary: Buffer.from('whsec_hidden') });
    await expect(secrets.current('arn:secret')).rejects.toMatchObject({
      code: 'SECRET_NOT_TEXT',
      message: expect.not.stringContaining('whsec_hidden'),
    });
  });

  it('throws what the service throws', async () => {
    secretsManager.on(GetSecretValueCommand).rejects(failure('InternalServiceError'));
    await expect(secrets.current('arn:secret')).rejects.toMatchObject({ name: 'InternalServiceError' });
  });
});
