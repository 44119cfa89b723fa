/** The bounds hold on the wire: a service that never answers, or never ends its answer, costs one request and at most the bound. */
import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { clientBounds } from '../../lambdas/aws/client-bounds.ts';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { createSecretsManager } from '../../lambdas/aws/secrets-manager.ts';
import { createSqsQueues } from '../../lambdas/aws/sqs-queues.ts';
import { decide } from '../../lambdas/core/cancellation.ts';
import { REQUEST_TIMEOUT_MILLIS } from '../../lambdas/core/limits.ts';
import type { TransactionAnswer } from '../../lambdas/core/ports.ts';
import { type LoopbackService, type Reply, startLoopbackService } from './loopback-service.ts';

type Timed<T> = { readonly millis: number; readonly result: T | 'still waiting'; readonly requests: number };

/** How long the work took and its result, or `still waiting` when it should long have ended. */
async function timed<T>(reply: Reply, work: (access: LoopbackService['access']) => Promise<T>): Promise<Timed<T>> {
  const service = await startLoopbackService(() => reply);
  try {
    const start = performance.now();
    const result = await Promise.race([
      work(service.access),
      wait(REQUEST_TIMEOUT_MILLIS + 2000, 'still waiting' as const, { ref: false }),
    ]);
    return { millis: performance.now() - start, result, requests: service.requests.length };
  } finally {
    await service.close();
  }
}

/** Concurrent tests wait together: each of them takes the whole bound. */
describe.each([
  ['that never answers', 'silence'],
  ['whose answer begins and never ends', 'endless'],
] as const)('a service %s', (_, reply) => {
  const oneTryWithinTheBound = ({ millis, requests }: Timed<unknown>) => {
    expect(millis).toBeGreaterThan(REQUEST_TIMEOUT_MILLIS - 100);
    expect(millis).toBeLessThan(REQUEST_TIMEOUT_MILLIS + 1500);
    expect(requests).toBe(1);
  };
  const timesOut = expect.objectContaining({ name: 'AbortError' });

  it.concurrent('costs the store one transaction and its time, and the transaction counts as undecided', async () => {
    const cost = await timed(reply, (access) => {
      const store = createDynamoStore(new DynamoDBClient({ ...clientBounds, ...access }));
      return store.transact({ token: 'a', frozenAtMillis: 0, actions: [{ kind: 'put', table: 'Events', item: { pk: 'a' } }] });
    });
    expect(cost.result).toMatchObject({ kind: 'failed', cause: timesOut });
    expect(decide(cost.result as TransactionAnswer, ['done'])).toMatchObject({ kind: 'again' });
    oneTryWithinTheBound(cost);
  });

  it.concurrent('costs the store one read and its time', async () => {
    const cost = await timed(reply, (access) =>
      createDynamoStore(new DynamoDBClient({ ...clientBounds, ...access }))
        .get('Books', { pk: 'a', sk: 'b' })
        .catch((error: unknown) => error),
    );
    expect(cost.result).toEqual(timesOut);
    oneTryWithinTheBound(cost);
  });

  it.concurrent('costs a queue one batch and its time', async () => {
    const cost = await timed(reply, (access) =>
      createSqsQueues(new SQSClient({ ...clientBounds, ...access })).sendBatch('https://sqs.us-east-1.amazonaws.com/1/q', [
        { id: '0', body: 'x' },
      ]),
    );
    expect(cost.result).toMatchObject({ kind: 'failed', cause: timesOut });
    oneTryWithinTheBound(cost);
  });

  it.concurrent('costs a message that is to be hidden one call and its time', async () => {
    const cost = await timed(reply, (access) =>
      createSqsQueues(new SQSClient({ ...clientBounds, ...access }))
        .hide('https://sqs.us-east-1.amazonaws.com/1/q', 'receipt', 5)
        .catch((error: unknown) => error),
    );
    expect(cost.result).toEqual(timesOut);
    oneTryWithinTheBound(cost);
  });

  it.concurrent('costs a secret one read and its time', async () => {
    const cost = await timed(reply, (access) =>
      createSecretsManager(new SecretsManagerClient({ ...clientBounds, ...access }))
        .current('s')
        .catch((error: unknown) => error),
    );
    expect(cost.result).toEqual(timesOut);
    oneTryWithinTheBound(cost);
  });
});

it('a client whose calls are given no bound of their own still throws where nothing is answered', async () => {
  const { millis, result } = await timed('silence', (access) =>
    new SecretsManagerClient({ ...clientBounds, ...access })
      .send(new GetSecretValueCommand({ SecretId: 's' }))
      .catch((error: unknown) => error),
  );
  expect(result).toMatchObject({ name: 'TimeoutError' });
  expect(millis).toBeLessThan(REQUEST_TIMEOUT_MILLIS + 1500);
});
