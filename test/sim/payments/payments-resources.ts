/** The tables and queues of a stack that charges, on the simulated services. */
import { RECEIVES_MAX } from '../../../lambdas/core/limits.ts';
import { DUE_INDEX, MADE_INDEX } from '../../../lambdas/core/payment.ts';
import type { SparseIndex } from '../../../lambdas/core/ports.ts';
import { CHARGE_TIMEOUT_SECONDS, CONSUME_TIMEOUT_SECONDS, VISIBILITY_TIMEOUTS } from '../../../lib/sizing.ts';
import type { JsonObject } from '../../../local/engines/service-engine.ts';
import type { SimulatedCloud } from '../simulated-cloud.ts';

export const QUEUES = ['charge-stripe', 'confirm-stripe', 'ledger', 'teller'] as const;

/** Of the one queue whose function may take longer than a consumer. */
export const CHARGE_VISIBILITY_SECONDS = VISIBILITY_TIMEOUTS * CHARGE_TIMEOUT_SECONDS;

export async function createPaymentsTables({ dynamo }: SimulatedCloud): Promise<void> {
  const create = async (name: string, keys: readonly ('pk' | 'sk')[], more: JsonObject = {}, indexes: readonly SparseIndex[] = []) => {
    const schema = (names: readonly string[]) =>
      names.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' }));
    const named = [...new Set([...keys, ...indexes.flatMap(({ partition, sort }) => [partition, sort])])];
    const answer = await dynamo.perform('CreateTable', {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: named.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: schema(keys),
      ...(indexes.length === 0
        ? {}
        : {
            GlobalSecondaryIndexes: indexes.map(({ name: IndexName, partition, sort }) => ({
              IndexName,
              KeySchema: schema([partition, sort]),
              Projection: { ProjectionType: 'KEYS_ONLY' },
            })),
          }),
      ...more,
    });
    if (answer.status >= 300) throw new Error(`CreateTable ${name}: ${JSON.stringify(answer.body)}`);
  };
  await create('Events', ['pk']);
  await create('Inbox', ['pk']);
  await create('Settlement', ['pk', 'sk']);
  await create('Outbox', ['pk', 'sk'], { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } });
  await create('Payments', ['pk'], {}, [DUE_INDEX, MADE_INDEX]);
  await create('Told', ['pk', 'sk']);
  await create('Ledger', ['pk', 'sk']);
  await create('Reconciliation', ['pk', 'sk']);
}

export async function createPaymentsQueues({ sqs }: SimulatedCloud): Promise<{ readonly [name: string]: string }> {
  const create = async (QueueName: string, Attributes: JsonObject) => {
    const { status, body } = await sqs.perform('CreateQueue', { QueueName, Attributes });
    if (status >= 300) throw new Error(`CreateQueue ${QueueName}: ${JSON.stringify(body)}`);
    return String(body['QueueUrl']);
  };
  const urls: Record<string, string> = {};
  for (const name of QUEUES) {
    await create(`${name}-dead`, { MessageRetentionPeriod: String(14 * 86_400) });
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${name}-dead`;
    urls[name] = await create(name, {
      MessageRetentionPeriod: String(4 * 86_400),
      VisibilityTimeout: String(name === 'charge-stripe' ? CHARGE_VISIBILITY_SECONDS : VISIBILITY_TIMEOUTS * CONSUME_TIMEOUT_SECONDS),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: RECEIVES_MAX }),
    });
  }
  return urls;
}
