/** The bounds hold on the wire: a service that never answers costs one request and at most the bound. */
import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { clientBounds } from '../../lambdas/aws/client-bounds.ts';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { createSqsQueues } from '../../lambdas/aws/sqs-queues.ts';
import { REQUEST_TIMEOUT_MILLIS } from '../../lambdas/core/limits.ts';
import { type LoopbackService, startLoopbackService } from './loopback-service.ts';

let service: LoopbackService | undefined;

afterEach(async () => {
  await service?.close();
});

/** Milliseconds and the result of the work, or `still waiting` when it should long have ended. */
async function timed<T>(
  work: (access: LoopbackService['access']) => Promise<T>,
): Promise<{ readonly millis: number; readonly result: T | 'still waiting' }> {
  service = await startLoopbackService(() => 'silence');
  const start = performance.now();
  const result = await Promise.race([work(service.access), wait(REQUEST_TIMEOUT_MILLIS + 2000, 'still waiting' as const, { ref: false })]);
  return { millis: performance.now() - start, result };
}

describe('a service that never answers', () => {
  const within = (millis: number) => {
    expect(millis).toBeGreaterThan(REQUEST_TIMEOUT_MILLIS - 100);
    expect(millis).toBeLessThan(REQUEST_TIMEOUT_MILLIS + 1500);
    expect(service?.requests).toHaveLength(1);
  };

  it('costs the store one transaction and its time', async () => {
    const { millis, result } = await timed((access) => {
      const store = createDynamoStore(new DynamoDBClient({ ...clientBounds, ...access }));
      return store.transact({ token: 'a', frozenAtMillis: 0, actions: [{ kind: 'put', table: 'Events', item: { pk: 'a' } }] });
    });
    expect(result).toMatchObject({ kind: 'failed', cause: { name: 'TimeoutError' } });
    within(millis);
  });

  it('costs a queue one batch and its time', async () => {
    const { millis, result } = await timed((access) =>
      createSqsQueues(new SQSClient({ ...clientBounds, ...access })).sendBatch('https://sqs.us-east-1.amazonaws.com/1/q', [
        { id: '0', body: 'x' },
      ]),
    );
    expect(result).toMatchObject({ kind: 'failed', cause: { name: 'TimeoutError' } });
    within(millis);
  });

  it('costs a secret one read and its time', async () => {
    const { millis, result } = await timed((access) =>
      new SecretsManagerClient({ ...clientBounds, ...access })
        .send(new GetSecretValueCommand({ SecretId: 's' }))
        .catch((error: unknown) => error),
    );
    expect(result).toMatchObject({ name: 'TimeoutError' });
    within(millis);
  });
});
