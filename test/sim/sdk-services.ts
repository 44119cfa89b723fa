/** The same ports through the SDK's own clients: their serialisation, their deserialisation and their error classes, without a socket. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createDynamoIndexes } from '../../lambdas/aws/dynamo-indexes.ts';
import { createDynamoPartitions } from '../../lambdas/aws/dynamo-partitions.ts';
import { createDynamoStore } from '../../lambdas/aws/dynamo-store.ts';
import { createSecretsManager } from '../../lambdas/aws/secrets-manager.ts';
import { createSqsQueues } from '../../lambdas/aws/sqs-queues.ts';
import type { Indexes, Partitions, Queues, Secrets, Store } from '../../lambdas/core/ports.ts';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import type { Call } from './port-services.ts';
import { codeOf, type Service } from './service-call.ts';

export type SdkServices = {
  readonly store: Store;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly partitions: Partitions;
  readonly indexes: Indexes;
};

type SdkRequest = { readonly headers: { readonly [name: string]: string }; readonly body?: unknown };

/** A client is made when it is first used: making one costs more than a hundred calls, and no function uses all of them. */
export function sdkServices(call: Call): SdkServices {
  const dynamo = once(() => new DynamoDBClient(settings('dynamodb', call)));
  const store = once(() => createDynamoStore(dynamo()));
  const partitions = once(() => createDynamoPartitions(dynamo()));
  const indexes = once(() => createDynamoIndexes(dynamo()));
  const queues = once(() => createSqsQueues(new SQSClient(settings('sqs', call))));
  const secrets = once(() => createSecretsManager(new SecretsManagerClient(settings('secrets', call))));
  return {
    store: { transact: (transaction) => store().transact(transaction), get: (table, key) => store().get(table, key) },
    partitions: {
      page: (table, range, after) => partitions().page(table, range, after),
      existing: (table, keys) => partitions().existing(table, keys),
      createdAtMillis: (table) => partitions().createdAtMillis(table),
    },
    indexes: { page: (table, range, after) => indexes().page(table, range, after) },
    queues: {
      sendBatch: (queueUrl, entries) => queues().sendBatch(queueUrl, entries),
      hide: (queueUrl, receiptHandle, seconds) => queues().hide(queueUrl, receiptHandle, seconds),
    },
    secrets: { current: (secretId) => secrets().current(secretId) },
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

let warm: Promise<void> | undefined;

/** The clients load parts of themselves at their first call, which takes real time: to be awaited before a seed begins. */
export async function warmSdk(): Promise<void> {
  warm ??= (async () => {
    const answers: { readonly [operation: string]: JsonObject } = {
      SendMessageBatch: { Successful: [], Failed: [] },
      GetSecretValue: { SecretString: '' },
      BatchGetItem: { Responses: {}, UnprocessedKeys: {} },
      Query: { Items: [] },
    };
    const { store, queues, secrets, partitions, indexes } = sdkServices(async ({ operation }) => ({
      status: 200,
      body: answers[operation] ?? {},
    }));
    await store.transact({ token: 'warm', frozenAtMillis: 0, actions: [{ kind: 'put', table: 'T', item: { pk: 'x' } }] });
    await store.get('T', { pk: 'x' });
    await partitions.page('T', { partition: 'x' });
    await indexes.page('T', { index: { name: 'i', partition: 'p', sort: 's' }, partition: 'x', through: 'y', limit: 1 });
    await queues.sendBatch('http://simulated.invalid/q', [{ id: '0', body: 'x' }]);
    await secrets.current('x');
    const failing = sdkServices(async () => ({ status: 400, body: { __type: 'ThrottlingException', message: 'warm' } }));
    await failing.store.transact({ token: 'warm', frozenAtMillis: 0, actions: [{ kind: 'put', table: 'T', item: { pk: 'x' } }] });
    await failing.queues.sendBatch('http://simulated.invalid/q', [{ id: '0', body: 'x' }]);
    await failing.secrets.current('x').catch(() => undefined);
  })();
  return warm;
}

/** Everything that a client would otherwise look up in files or in the environment, which takes real time. */
function settings(service: Service, call: Call) {
  return {
    region: 'us-east-1',
    credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
    // Nobody here looks at signatures, and making them is a sixth of the work.
    signer: { sign: <T>(request: T) => Promise.resolve(request) },
    endpoint: 'http://simulated.invalid',
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    requestHandler: requestHandler(service, call),
  } as const;
}

function requestHandler(service: Service, call: Call) {
  return {
    handle: async (request: SdkRequest) => {
      const operation = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
      const text = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body as Uint8Array);
      const reply = await call({ service, operation, input: JSON.parse(text) as JsonObject });
      if ('lost' in reply) throw networkError(reply.lost);
      const code = codeOf(reply);
      return {
        response: {
          statusCode: reply.status,
          headers: {
            'content-type': 'application/x-amz-json-1.0',
            ...(code === undefined ? {} : { 'x-amzn-query-error': `${code};Sender` }),
          },
          body: Buffer.from(JSON.stringify(reply.body)),
        },
      };
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    destroy: () => {},
  };
}

/** As the SDK's HTTP handler throws them. */
function networkError(lost: 'ECONNRESET' | 'TimeoutError'): Error {
  if (lost === 'TimeoutError') return Object.assign(new Error('The request took too long.'), { name: 'TimeoutError' });
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}
