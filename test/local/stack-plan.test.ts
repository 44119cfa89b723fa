/** What the local stand-in reads from a synthesized template, and what it refuses to run because it would run differently from AWS. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type StackPlan, stackPlan } from '../../local/stack-plan.ts';
import { readTemplate } from '../../local/template.ts';
import { functionResource, type SmallStack, writeSmallStack } from './small-stack.ts';

const around = { prefix: 'p-', apiUrl: 'http://127.0.0.1:3000', queueEndpoint: 'http://127.0.0.1:4000' };
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

function planOf(resources: SmallStack['resources'], outputs: SmallStack['outputs'] = {}): StackPlan {
  return stackPlan(readTemplate(writeSmallStack({ resources, outputs, code: { code1: '' } })), around);
}

const table = {
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: 5 },
  },
};
const stream = {
  EventSourceArn: { 'Fn::GetAtt': ['Outbox', 'StreamArn'] },
  FunctionName: { Ref: 'Relay' },
  StartingPosition: 'TRIM_HORIZON',
};
const mapping = (properties: object) => ({ Type: 'AWS::Lambda::EventSourceMapping', Properties: properties });
const base = { Outbox: table, Relay: functionResource('code1'), Failures: { Type: 'AWS::SQS::Queue' } };

describe('what is read from a template', () => {
  it('creates a table with the keys, the stream and the expiry that the template says', () => {
    const [plan] = planOf({ Outbox: table }).tables;
    expect(plan).toEqual({
      logicalId: 'Outbox',
      name: 'p-Outbox',
      expiryAttribute: 'expiresAt',
      request: {
        TableName: 'p-Outbox',
        KeySchema: table.Properties.KeySchema,
        AttributeDefinitions: table.Properties.AttributeDefinitions,
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      },
    });
  });

  it('creates a table with the indexes that the template says, and no throughput', () => {
    const index = {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'dueShard', KeyType: 'HASH' },
        { AttributeName: 'dueAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    };
    const OnDemandThroughput = { MaxReadRequestUnits: 5 };
    const properties = { ...table.Properties, GlobalSecondaryIndexes: [{ ...index, OnDemandThroughput }] };
    const [plan] = planOf({ Payments: { Type: 'AWS::DynamoDB::Table', Properties: properties } }).tables;
    expect(plan?.request.GlobalSecondaryIndexes).toEqual([index]);
  });

  it('creates dead-letter queues before the queues that name them, with the times and the redrive policy of the template', () => {
    const redrive = { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 12 };
    const { queues } = planOf({
      Messages: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 180, SqsManagedSseEnabled: true, RedrivePolicy: redrive } },
      Dead: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1209600 } },
    });
    expect(queues.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['p-Dead', { MessageRetentionPeriod: '1209600' }],
      [
        'p-Messages',
        {
          VisibilityTimeout: '180',
          RedrivePolicy: JSON.stringify({ ...redrive, deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:p-Dead' }),
        },
      ],
    ]);
  });

  it("fills in AWS's defaults of a stream mapping", () => {
    const [plan] = planOf({ ...base, Mapping: mapping(stream) }).mappings;
    expect(plan).toMatchObject({
      kind: 'stream',
      functionId: 'Relay',
      table: 'p-Outbox',
      batchSize: 100,
      windowSeconds: 0,
      lanes: 1,
      bisects: false,
    });
    expect(plan).toMatchObject({
      retriesMax: -1,
      recordAgeSecondsMax: -1,
      reportsItemFailures: false,
      filters: [],
      onFailureQueue: undefined,
      enabled: true,
    });
  });

  it('takes every setting of a stream mapping from the template', () => {
    const settings = {
      BatchSize: 7,
      ParallelizationFactor: 4,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 0,
      MaximumRecordAgeInSeconds: 60,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: arnOf('Failures') } },
      Enabled: false,
    };
    const [plan] = planOf({ ...base, Mapping: mapping({ ...stream, ...settings }) }).mappings;
    expect(plan).toMatchObject({
      batchSize: 7,
      lanes: 4,
      bisects: true,
      retriesMax: 0,
      recordAgeSecondsMax: 60,
      reportsItemFailures: true,
    });
    expect(plan).toMatchObject({ onFailureQueue: 'p-Failures', enabled: false });
  });

  it('reads a function with its defaults, and never more workers than its mapping allows', () => {
    const environment = { Variables: { TABLE: { Ref: 'Outbox' }, POWERTOOLS_SERVICE_NAME: 'shop-relay' } };
    const [plan] = planOf({ ...base, Relay: functionResource('code1', { Environment: environment }), Mapping: mapping(stream) }).functions;
    expect(plan).toMatchObject({
      logicalId: 'Relay',
      name: 'p-Relay',
      title: 'shop-relay',
      timeoutSeconds: 3,
      memoryMegabytes: 128,
      workersMax: 1,
    });
    expect(plan?.environment).toEqual({ TABLE: 'p-Outbox', POWERTOOLS_SERVICE_NAME: 'shop-relay' });
  });

  it('finds the function of a route behind its integration, not one whose name only begins alike, and who may call it', () => {
    const integration = {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { IntegrationUri: arnOf('IngestB'), PayloadFormatVersion: '2.0' },
    };
    const route = { RouteKey: 'POST /webhooks/b', Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] } };
    const resources = {
      Ingest: functionResource('code1'),
      IngestB: functionResource('code1'),
      Integration: integration,
      Route: { Type: 'AWS::ApiGatewayV2::Route', Properties: route },
    };
    expect(planOf(resources).routes).toEqual([{ routeKey: 'POST /webhooks/b', functionId: 'IngestB', callers: 'all' }]);
    const signed = { ...route, RouteKey: 'GET /payments/{id}', AuthorizationType: 'AWS_IAM' };
    expect(planOf({ ...resources, Route: { Type: 'AWS::ApiGatewayV2::Route', Properties: signed } }).routes).toEqual([
      { routeKey: 'GET /payments/{id}', functionId: 'IngestB', callers: 'iam' },
    ]);
  });

  it('resolves the outputs', () => {
    expect(planOf(base, { OutboxTable: { Value: { Ref: 'Outbox' } } }).outputs).toEqual({ OutboxTable: 'p-Outbox' });
  });
});

describe('what is refused', () => {
  const api = (routeKey: string, fn: object = {}, route: object = {}) => ({
    Ingest: functionResource('code1', fn),
    Integration: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { IntegrationUri: arnOf('Ingest'), PayloadFormatVersion: '2.0' } },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { RouteKey: routeKey, Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] }, ...route },
    },
  });
  const filters = (pattern: object) => ({ Filters: [{ Pattern: JSON.stringify(pattern) }] });

  it.each<[string, string, SmallStack['resources']]>([
    ['a FIFO queue', 'UNSUPPORTED_QUEUE', { Queue: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } } }],
    ['a queue name longer than SQS takes', 'UNSUPPORTED_QUEUE', { [`Queue${'x'.repeat(80)}`]: { Type: 'AWS::SQS::Queue' } }],
    ['a tumbling window', 'UNSUPPORTED_MAPPING', { ...base, Mapping: mapping({ ...stream, TumblingWindowInSeconds: 30 }) }],
    [
      'a stream mapping without a starting position',
      'UNSUPPORTED_MAPPING',
      { ...base, Mapping: mapping({ ...stream, StartingPosition: undefined }) },
    ],
    [
      'a mapping of a service that is not here',
      'UNSUPPORTED_MAPPING',
      { ...base, Mapping: mapping({ ...stream, EventSourceArn: 'arn:aws:kinesis:us-east-1:1:stream/x' }) },
    ],
    [
      'a mapping of a function that is not there',
      'UNSUPPORTED_MAPPING',
      { ...base, Mapping: mapping({ ...stream, FunctionName: 'elsewhere' }) },
    ],
    [
      'a filter operator it does not know',
      'UNSUPPORTED_FILTER',
      { ...base, Mapping: mapping({ ...stream, FilterCriteria: filters({ a: [{ numeric: ['>', 1] }] }) }) },
    ],
    ['a route that takes any number of segments', 'UNSUPPORTED_ROUTE', api('POST /webhooks/{source+}')],
    ['a route with a parameter within a segment', 'UNSUPPORTED_ROUTE', api('GET /payments/pay_{id}')],
    ['a route whose callers bear a token', 'UNSUPPORTED_ROUTE', api('GET /payments', {}, { AuthorizationType: 'JWT' })],
    ['a route to a function that may outlive the gateway', 'UNSUPPORTED_ROUTE', api('POST /webhooks/a', { Timeout: 60 })],
    [
      'a stage that changes the paths',
      'UNSUPPORTED_ROUTE',
      { Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { StageName: 'prod' } } },
    ],
    ['code that is no asset', 'UNSUPPORTED_FUNCTION', { Fn: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: '…' } } } }],
    ['an asset that is not in the folder', 'UNKNOWN_ASSET', { Fn: functionResource('gone') }],
  ])('%s', (_what, code, resources) => {
    expect(() => planOf(resources)).toThrow(expect.objectContaining({ code }));
  });

  it('an output that is no text', () => {
    expect(() => planOf({}, { Broken: { Value: { a: 1 } } })).toThrow(expect.objectContaining({ code: 'MALFORMED_OUTPUT' }));
  });

  it('a folder that cdk synth did not write, or that holds two stacks', () => {
    expect(() => readTemplate('/nowhere')).toThrow(expect.objectContaining({ code: 'NO_TEMPLATE' }));
    const outdir = writeSmallStack({ resources: {} });
    const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'small.template.json' } };
    writeFileSync(join(outdir, 'manifest.json'), JSON.stringify({ artifacts: { one: stack, two: stack } }));
    expect(() => readTemplate(outdir)).toThrow(/holds 2 stacks \(one, two\)/);
  });
});
