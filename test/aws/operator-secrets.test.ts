/** An operator's secrets: what is put becomes the current version, within the bounds of every client. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { openSecrets } from '../../lambdas/aws/operator-secrets.ts';
import { REQUEST_TIMEOUT_MILLIS } from '../../lambdas/core/limits.ts';
import { errorReply, type LoopbackService, startLoopbackService } from './loopback-service.ts';

const services: LoopbackService[] = [];

afterEach(() => Promise.all(services.splice(0).map((service) => service.close())));

async function serviceThat(reply: Parameters<typeof startLoopbackService>[0]): Promise<LoopbackService> {
  const service = await startLoopbackService(reply);
  services.push(service);
  return service;
}

describe('put', () => {
  it('makes the text the current version of the secret', async () => {
    const service = await serviceThat(() => ({ status: 200, body: {} }));
    await openSecrets(service.access).put('arn:secret', '{"active":[]}');
    const [request] = service.requests;
    expect(request?.operation).toBe('PutSecretValue');
    expect(JSON.parse(request?.text ?? '')).toMatchObject({ SecretId: 'arn:secret', SecretString: '{"active":[]}' });
  });

  it('throws what the service throws, after one try', async () => {
    const service = await serviceThat(() => errorReply('InternalServiceError', {}, 500));
    await expect(openSecrets(service.access).put('arn:secret', '{}')).rejects.toMatchObject({ name: 'InternalServiceError' });
    expect(service.requests).toHaveLength(1);
  });

  it('gives up where no answer comes', async () => {
    const service = await serviceThat(() => 'endless');
    const startedMillis = performance.now();
    await expect(openSecrets(service.access).put('arn:secret', '{}')).rejects.toThrow();
    expect(performance.now() - startedMillis).toBeGreaterThan(REQUEST_TIMEOUT_MILLIS - 100);
  });
});

describe('current', () => {
  it('reads as a function does', async () => {
    const service = await serviceThat(() => ({ status: 200, body: { SecretString: '{"active":[]}' } }));
    expect(await openSecrets(service.access).current('arn:secret')).toBe('{"active":[]}');
    expect(JSON.parse(service.requests[0]?.text ?? '')).toEqual({ SecretId: 'arn:secret', VersionStage: 'AWSCURRENT' });
  });
});
