/** The local Secrets Manager, asked by the SDK's own client. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type SecretsEngine, startSecretsEngine } from '../../local/engines/secrets-engine.ts';
import { clientSettings } from '../../local/function-client.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:stripe-local1';
let engine: SecretsEngine;
let client: SecretsManagerClient;

beforeEach(async () => {
  engine = await startSecretsEngine(() => 1_767_225_600_000);
  engine.store.create({ name: 'stripe', arn: ARN });
  client = new SecretsManagerClient(clientSettings(engine.url, 'IngestA1'));
});
afterEach(async () => {
  client.destroy();
  await engine.stop();
});

const get = (input: { SecretId: string; VersionStage?: string; VersionId?: string }) => client.send(new GetSecretValueCommand(input));

describe('a secret', () => {
  it('is read by name and by ARN, as it was put', async () => {
    engine.store.put('stripe', '{"active":[]}');
    for (const SecretId of ['stripe', ARN]) {
      expect(await get({ SecretId })).toMatchObject({
        ARN,
        Name: 'stripe',
        SecretString: '{"active":[]}',
        VersionStages: ['AWSCURRENT'],
        CreatedDate: new Date('2026-01-01'),
      });
    }
  });

  it('keeps what was current as previous', async () => {
    await client.send(new PutSecretValueCommand({ SecretId: 'stripe', SecretString: 'old' }));
    const { VersionId } = await client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: 'new' }));
    expect((await get({ SecretId: 'stripe' })).SecretString).toBe('new');
    expect((await get({ SecretId: 'stripe', VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('old');
    expect((await get({ SecretId: 'stripe', VersionId: VersionId as string })).SecretString).toBe('new');
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: 'stripe' }));
    expect(VersionIdsToStages?.[VersionId as string]).toEqual(['AWSCURRENT']);
  });

  it('is written once for a token, however often that is tried', async () => {
    const put = (SecretString: string) =>
      client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString, ClientRequestToken: 'a'.repeat(32) }));
    await put('first');
    await put('first');
    expect((await get({ SecretId: ARN })).SecretString).toBe('first');
    await expect(put('second')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it.each([
    ['is unknown', { SecretId: 'paypal' }],
    ['has no value yet', { SecretId: 'stripe' }],
    ['has no previous value', { SecretId: 'stripe', VersionStage: 'AWSPREVIOUS' }],
  ])('that %s is the error of the service', async (_what, input) => {
    await expect(get(input)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

it('refuses an operation it does not have, by name', async () => {
  await expect(client.send(new ListSecretsCommand({}))).rejects.toThrow('does not know ListSecrets');
});

it('answers like a service in an outage while the switch is on, and as before afterwards', async () => {
  engine.store.put('stripe', 'text');
  engine.setOutage(true);
  await expect(get({ SecretId: 'stripe' })).rejects.toMatchObject({ name: 'InternalServiceError', $fault: 'server' });
  engine.setOutage(false);
  expect((await get({ SecretId: 'stripe' })).SecretString).toBe('text');
});
