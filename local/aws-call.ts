/** What one request to an AWS service asks for, and of what: read from its headers and its JSON body. */
import type { IncomingHttpHeaders } from 'node:http';
import type { CallPart } from './recorded-calls.ts';

export type Service = 'dynamodb' | 'sqs' | 'secretsmanager' | 'cloudwatch';

export type AwsCall = {
  /** The access key the request is signed with: a function's logical id, or `operator`. */
  readonly caller: string;
  readonly service: Service;
  /** The operation as the service names it, for example `TransactWriteItems`. */
  readonly operation: string;
  /** What IAM would be asked for. */
  readonly parts: readonly CallPart[];
  /** The parsed body of the request. */
  readonly body: JsonObject;
};

type JsonObject = { readonly [name: string]: unknown };

export function awsCall(service: Service, headers: IncomingHttpHeaders, body: Buffer): AwsCall {
  const operation =
    String(headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) ?? '';
  const caller = /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'nobody';
  const parsed = parse(body);
  return { caller, service, operation, body: parsed, parts: PARTS[service](operation, parsed) };
}

function parse(body: Buffer): JsonObject {
  try {
    return JSON.parse(body.toString('utf8')) as JsonObject;
  } catch {
    return {};
  }
}

const PARTS: { readonly [service in Service]: (operation: string, body: JsonObject) => readonly CallPart[] } = {
  dynamodb: dynamoParts,
  sqs: (operation, body) => [{ action: operation.replace(/Batch$/, ''), resource: lastSegment(body['QueueUrl'] ?? body['QueueName']) }],
  // Metrics have no ARN, so IAM is asked for all of them.
  cloudwatch: (operation) => [{ action: operation, resource: '*' }],
  secretsmanager: (operation, body) => [{ action: operation, resource: secretName(body['SecretId'] ?? body['Name']) }],
};

const TRANSACTION_ACTIONS: { readonly [member: string]: string } = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

function dynamoParts(operation: string, body: JsonObject): readonly CallPart[] {
  const items = body['TransactItems'];
  if (Array.isArray(items)) {
    return items.flatMap((item: JsonObject) =>
      Object.entries(item).map(([member, request]) => ({
        action: TRANSACTION_ACTIONS[member] ?? member,
        resource: String((request as JsonObject)['TableName']),
      })),
    );
  }
  const requests = body['RequestItems'];
  if (typeof requests === 'object' && requests !== null) return Object.keys(requests).map((resource) => ({ action: operation, resource }));
  const stream = body['StreamArn'] ?? body['ShardIterator'];
  if (typeof stream === 'string')
    return [{ action: operation, resource: `${/table\/([^/]+)\/stream/.exec(stream)?.[1] ?? stream}/stream` }];
  const table = String(body['TableName'] ?? '*');
  return [{ action: operation, resource: body['IndexName'] === undefined ? table : `${table}/index/${String(body['IndexName'])}` }];
}

function lastSegment(url: unknown): string {
  return String(url ?? '*')
    .split('/')
    .at(-1) as string;
}

/** A secret is named by its name or by its ARN, which ends in a hyphen and six characters. */
function secretName(id: unknown): string {
  const text = String(id ?? '*');
  return text.startsWith('arn:') ? (text.split(':').at(-1) as string).replace(/-[A-Za-z0-9]{6}$/, '') : text;
}
