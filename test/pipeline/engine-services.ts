/** The SDK's own clients on the embedded engines, without a socket: what a test sees is what a function would. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../../lambdas/core/ports.ts';
import { createDynamoDbEngine } from '../../local/engines/dynamodb/dynamodb-engine.ts';
import type { JsonObject, ServiceAnswer } from '../../local/engines/service-engine.ts';
import { createSqsEngine } from '../../local/engines/sqs/sqs-engine.ts';
import { countedRandom } from './counted-random.ts';

export type EngineCall = { readonly service: string; readonly operation: string; readonly input: JsonObject };

export type EngineServices = {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly cloudwatch: CloudWatchClient;
  /** Every call so far, in order. */
  readonly calls: readonly EngineCall[];
  /** Asked before each call; an answer stands for the engine's own. */
  intercept(fault: (call: EngineCall) => ServiceAnswer | Error | undefined): void;
  /** Read and write units of everything so far, as DynamoDB counts them. */
  units(): { readonly read: number; readonly write: number };
};

/** The age of the oldest message as CloudWatch answers; `silent` for a queue that it does not know. */
export type EngineOptions = { readonly clock: Clock; readonly oldestIsKnown?: () => boolean };

export function createEngineServices({ clock, oldestIsKnown = () => true }: EngineOptions): EngineServices {
  const random = countedRandom();
  const dynamodb = createDynamoDbEngine({ clock, random });
  const sqs = createSqsEngine({ clock, random });
  const calls: EngineCall[] = [];
  const units = { read: 0, write: 0 };
  let fault: Parameters<EngineServices['intercept']>[0] = () => undefined;
  const performs: { readonly [service: string]: (operation: string, input: JsonObject) => Promise<ServiceAnswer> } = {
    dynamodb: async (operation, input) => {
      const counted = COUNTED.has(operation) ? { ...input, ReturnConsumedCapacity: 'TOTAL' } : input;
      const answer = await dynamodb.perform(operation, counted);
      const consumed = [answer.body['ConsumedCapacity'] ?? []].flat() as { CapacityUnits: number }[];
      const kind = /^(?:Get|Query|BatchGet|TransactGet)/.test(operation) ? 'read' : 'write';
      for (const { CapacityUnits: used } of consumed) units[kind] += used;
      return answer;
    },
    sqs: (operation, input) => sqs.perform(operation, input),
    cloudwatch: async (_operation, input) => {
      const [query] = input['MetricDataQueries'] as { Id: string; MetricStat: { Metric: { Dimensions: { Value: string }[] } } }[];
      const queue = query?.MetricStat.Metric.Dimensions[0]?.Value ?? '';
      const values = oldestIsKnown() ? [sqs.oldestSeconds(queue)] : [];
      return { status: 200, body: { MetricDataResults: [{ Id: query?.Id, Timestamps: values.map(() => 0), Values: values }] } };
    },
  };
  const settings = (service: string) => ({
    region: 'us-east-1',
    endpoint: 'http://engine.invalid',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: { headers: Record<string, string>; body?: unknown }) => {
        const operation = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
        const input = JSON.parse(new TextDecoder().decode(request.body as Uint8Array)) as JsonObject;
        const call = { service, operation, input };
        calls.push(call);
        const instead = fault(call);
        if (instead instanceof Error) throw instead;
        const { status, body } = instead ?? (await (performs[service] as (typeof performs)[string])(operation, input));
        const code = typeof body['__type'] === 'string' ? { 'x-amzn-query-error': `${body['__type']};Sender` } : {};
        const headers = { 'content-type': 'application/x-amz-json-1.0', ...code };
        return { response: { statusCode: status, headers, body: Buffer.from(JSON.stringify(body)) } };
      },
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    },
  });
  return {
    dynamodb: new DynamoDBClient(settings('dynamodb')),
    sqs: new SQSClient(settings('sqs')),
    cloudwatch: new CloudWatchClient(settings('cloudwatch')),
    calls,
    intercept: (given) => {
      fault = given;
    },
    units: () => units,
  };
}

const COUNTED = new Set(['GetItem', 'BatchGetItem', 'Query', 'TransactWriteItems']);
