/** The pipeline's ports straight on the services' wire form: what `lambdas/aws/` does through the SDK, without it. */
import type {
  Action,
  Backlogs,
  CancellationReason,
  Expression,
  Indexes,
  Key,
  Partitions,
  Queues,
  Secrets,
  Store,
  TransactionAnswer,
  Value,
} from '../../lambdas/core/ports.ts';
import type { JsonObject } from '../../local/engines/service-engine.ts';
import { codeOf, type ServiceCall, type ServiceReply } from './service-call.ts';
import type { WireItem } from './sighting.ts';
import { fromWire, toWire, toWireValue } from './wire-item.ts';

/** One call over the simulated network. */
export type Call = (call: ServiceCall) => Promise<ServiceReply>;

export function portStore(call: Call): Store {
  return {
    transact: async ({ actions, token }): Promise<TransactionAnswer> => {
      let items: readonly JsonObject[];
      try {
        items = actions.map(wireAction);
      } catch (cause) {
        return { kind: 'failed', code: 'NOT_SENDABLE', cause };
      }
      const reply = await call({
        service: 'dynamodb',
        operation: 'TransactWriteItems',
        input: { ClientRequestToken: token, TransactItems: items },
      });
      const code = errorOf(reply);
      if (code === undefined) return { kind: 'committed' };
      if (code !== 'TransactionCanceledException' || 'lost' in reply) return { kind: 'failed', code, cause: new Error(code) };
      return { kind: 'cancelled', reasons: (reply.body['CancellationReasons'] as readonly WireReason[]).map(reasonOf) };
    },
    get: async (table: string, key: Key) => {
      const input = { TableName: table, Key: toWire(key), ConsistentRead: true };
      const body = success(await call({ service: 'dynamodb', operation: 'GetItem', input }));
      return body['Item'] === undefined ? undefined : fromWire(body['Item'] as WireItem);
    },
  };
}

export function portQueues(call: Call): Queues {
  return {
    sendBatch: async (queueUrl, entries) => {
      const input = { QueueUrl: queueUrl, Entries: entries.map(({ id, body }) => ({ Id: id, MessageBody: body })) };
      const reply = await call({ service: 'sqs', operation: 'SendMessageBatch', input });
      const code = errorOf(reply);
      if (code !== undefined || 'lost' in reply) return { kind: 'failed', code: code ?? 'UNKNOWN', cause: new Error(code) };
      const named = (member: string) => (reply.body[member] ?? []) as readonly { readonly [name: string]: unknown }[];
      return {
        kind: 'answered',
        sent: named('Successful').map(({ Id }) => String(Id)),
        failed: named('Failed').map(({ Id, Code, SenderFault }) => ({
          id: String(Id),
          code: String(Code),
          senderFault: SenderFault === true,
        })),
      };
    },
    hide: async (queueUrl, receiptHandle, seconds) => {
      const input = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
      success(await call({ service: 'sqs', operation: 'ChangeMessageVisibility', input }));
    },
  };
}

export function portSecrets(call: Call): Secrets {
  return {
    current: async (secretId) => {
      const input = { SecretId: secretId, VersionStage: 'AWSCURRENT' };
      return String(success(await call({ service: 'secrets', operation: 'GetSecretValue', input }))['SecretString']);
    },
  };
}

export function portPartitions(call: Call): Partitions {
  return {
    page: async (table, { partition, from, through }, after) => {
      const range =
        from !== undefined && through !== undefined
          ? ' AND sk BETWEEN :from AND :through'
          : from !== undefined
            ? ' AND sk >= :from'
            : through !== undefined
              ? ' AND sk <= :through'
              : '';
      const values = {
        ':pk': partition,
        ...(from === undefined ? {} : { ':from': from }),
        ...(through === undefined ? {} : { ':through': through }),
      };
      const input = {
        TableName: table,
        KeyConditionExpression: `pk = :pk${range}`,
        ExpressionAttributeValues: toWire(values),
        ConsistentRead: true,
        ...(after === undefined ? {} : { ExclusiveStartKey: toWire(after) }),
      };
      const body = success(await call({ service: 'dynamodb', operation: 'Query', input }));
      const last = body['LastEvaluatedKey'] as WireItem | undefined;
      return {
        items: (body['Items'] as readonly WireItem[]).map(fromWire),
        after: last === undefined ? undefined : (fromWire(last) as Key),
      };
    },
    existing: async (table, partitions) => {
      const Keys = partitions.map((pk) => toWire({ pk }));
      const input = { RequestItems: { [table]: { Keys, ProjectionExpression: 'pk' } } };
      const body = success(await call({ service: 'dynamodb', operation: 'BatchGetItem', input }));
      const pks = (items: unknown) => ((items ?? []) as readonly WireItem[]).map(({ pk }) => String(pk?.S));
      const left = (body['UnprocessedKeys'] as { [name: string]: { Keys?: unknown } } | undefined)?.[table]?.Keys;
      return { found: pks((body['Responses'] as { [name: string]: unknown } | undefined)?.[table]), unanswered: pks(left) };
    },
    createdAtMillis: async (table) => {
      const body = success(await call({ service: 'dynamodb', operation: 'DescribeTable', input: { TableName: table } }));
      return Number((body['Table'] as JsonObject)['CreationDateTime']) * 1000;
    },
  };
}

export function portIndexes(call: Call): Indexes {
  return {
    page: async (table, { index, partition, from, through, limit }, after) => {
      const input = {
        TableName: table,
        IndexName: index.name,
        Limit: limit,
        KeyConditionExpression: `#partition = :partition AND ${from === undefined ? '#sort <= :through' : '#sort BETWEEN :from AND :through'}`,
        ExpressionAttributeNames: { '#partition': index.partition, '#sort': index.sort },
        ExpressionAttributeValues: toWire({
          ':partition': partition,
          ':through': through,
          ...(from === undefined ? {} : { ':from': from }),
        }),
        ...(after === undefined ? {} : { ExclusiveStartKey: toWire(after) }),
      };
      const body = success(await call({ service: 'dynamodb', operation: 'Query', input }));
      const last = body['LastEvaluatedKey'] as WireItem | undefined;
      const entries = (body['Items'] as readonly WireItem[]).map((item) => {
        const { [index.partition]: _partition, [index.sort]: sort, ...key } = fromWire(item);
        return { key: key as Key, sort: String(sort) };
      });
      return { entries, after: last === undefined ? undefined : (fromWire(last) as Key) };
    },
  };
}

/** The age of the oldest message comes from CloudWatch on AWS, which is late and sometimes silent. */
export function portBacklogs(call: Call): Backlogs {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'];
  const waiting = async (queueUrl: string) => {
    const body = success(
      await call({ service: 'sqs', operation: 'GetQueueAttributes', input: { QueueUrl: queueUrl, AttributeNames: names } }),
    );
    const attributes = (body['Attributes'] ?? {}) as { readonly [name: string]: string };
    return names.reduce((sum, name) => sum + Number(attributes[name] ?? 0), 0);
  };
  return {
    of: async (queueUrl) => {
      const [depth, deadLetters] = [await waiting(queueUrl), await waiting(`${queueUrl}-dead`)];
      if (depth === 0) return { waiting: 0, deadLetters, oldestSeconds: 0 };
      const body = success(await call({ service: 'cloudwatch', operation: 'OldestSeconds', input: { QueueUrl: queueUrl } }));
      const oldestSeconds = typeof body['Seconds'] === 'number' ? body['Seconds'] : undefined;
      return { waiting: depth, deadLetters, oldestSeconds };
    },
  };
}

function errorOf(reply: ServiceReply): string | undefined {
  return 'lost' in reply ? reply.lost : codeOf(reply);
}

function success(reply: ServiceReply): JsonObject {
  const code = errorOf(reply);
  if (code === undefined && 'body' in reply) return reply.body;
  throw Object.assign(new Error(code), { name: code });
}

type WireReason = { readonly Code?: string; readonly Item?: WireItem };

function reasonOf({ Code: code = 'None', Item: item }: WireReason): CancellationReason {
  return item === undefined ? { code } : { code, item: fromWire(item) };
}

function wireAction(action: Action): JsonObject {
  const { table: TableName, condition } = action;
  const ConditionExpression = condition === undefined ? {} : { ConditionExpression: condition.expression };
  switch (action.kind) {
    case 'put': {
      const returned = condition === undefined ? {} : { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
      return { Put: { TableName, Item: toWire(action.item), ...ConditionExpression, ...placeholders(condition), ...returned } };
    }
    case 'update': {
      const UpdateExpression = action.update.expression;
      return {
        Update: { TableName, Key: toWire(action.key), UpdateExpression, ...ConditionExpression, ...placeholders(action.update, condition) },
      };
    }
    case 'delete':
      return { Delete: { TableName, Key: toWire(action.key), ...ConditionExpression, ...placeholders(condition) } };
    case 'check':
      return { ConditionCheck: { TableName, Key: toWire(action.key), ...ConditionExpression, ...placeholders(condition) } };
  }
}

function placeholders(...expressions: readonly (Expression | undefined)[]): JsonObject {
  const names: Record<string, string> = Object.assign({}, ...expressions.map((one) => one?.names));
  const values: Record<string, Value> = Object.assign({}, ...expressions.map((one) => one?.values));
  const wire = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toWireValue(value)]));
  return {
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(wire).length === 0 ? {} : { ExpressionAttributeValues: wire }),
  };
}
