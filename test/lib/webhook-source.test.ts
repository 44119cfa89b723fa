import { beforeAll, describe, expect, it } from '@jest/globals';
import { INGEST_DEADLINE_MILLIS, REQUEST_TIMEOUT_MILLIS } from '../../lambdas/core/limits.ts';
import { type SynthesizedStack, synthesizedStack } from './synthesized-stack.ts';

let stack: SynthesizedStack;

beforeAll(async () => {
  stack = await synthesizedStack();
});

const variables = (fn: string) =>
  (stack.readable(stack.at(fn).properties['Environment']) as { Variables: { [name: string]: string } }).Variables;

describe('the HTTP API', () => {
  it('has one literal POST route for each source and no route that takes the rest', () => {
    const routes = stack.ofType('AWS::ApiGatewayV2::Route').map(({ properties }) => properties['RouteKey']);

    expect(routes).toEqual(['POST /webhooks/stripe', 'POST /webhooks/shop-eu']);
  });

  it("leads each route to its source's own function, with the body as it came", () => {
    const integrations = stack.ofType('AWS::ApiGatewayV2::Integration').map(({ properties }) => stack.readable(properties));

    expect(integrations).toEqual(
      ['IngestStripe', 'IngestShopEu'].map((source) => ({
        ApiId: 'Webhooks/Api',
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: `${source}/Ingest/Function.Arn`,
        PayloadFormatVersion: '2.0',
      })),
    );
  });

  it('limits the requests of each source by itself, after its route is there', () => {
    const { properties, dependsOn } = stack.at('Webhooks/Stage');

    const limits = { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 };
    expect(properties['DefaultRouteSettings']).toEqual(limits);
    expect(properties['RouteSettings']).toEqual({ 'POST /webhooks/stripe': limits, 'POST /webhooks/shop-eu': limits });
    expect(dependsOn).toEqual(expect.arrayContaining(['Webhooks/Stripe', 'Webhooks/ShopEu']));
  });

  it('logs each request to a log group of its own, without headers and bodies', () => {
    const settings = stack.readable(stack.at('Webhooks/Stage').properties['AccessLogSettings']) as {
      DestinationArn: string;
      Format: string;
    };

    expect(settings.DestinationArn).toBe('Webhooks/AccessLog.Arn');
    expect(Object.values(JSON.parse(settings.Format)).sort()).toEqual([
      '$context.identity.sourceIp',
      '$context.integration.status',
      '$context.integrationErrorMessage',
      '$context.requestId',
      '$context.requestLength',
      '$context.requestTime',
      '$context.responseLatency',
      '$context.routeKey',
      '$context.status',
    ]);
  });

  it('is reached at its own address, as there is no other', () => {
    expect(stack.at('Webhooks/Api').properties).toEqual({ Name: 'oncehook', ProtocolType: 'HTTP' });
  });
});

describe('the function of a source', () => {
  it('is told its tables, its secret and where its provider has another tolerance', () => {
    expect(variables('IngestShopEu/Ingest/Function')).toEqual({
      POWERTOOLS_SERVICE_NAME: 'oncehook-ingest-shop-eu',
      POWERTOOLS_METRICS_NAMESPACE: 'oncehook',
      SOURCE: 'shop-eu',
      EVENTS_TABLE: 'Tables/Events/Table',
      OUTBOX_TABLE: 'Tables/Outbox/Table',
      SECRET_ID: 'IngestShopEu/Secret',
      TOLERANCE_SECONDS: '600',
    });
    expect(variables('IngestStripe/Ingest/Function')).not.toHaveProperty('TOLERANCE_SECONDS');
  });

  it('is told what its events must be, and the URL its provider signs', async () => {
    const url = 'https://pay.shop.example/webhooks/square';
    const sources = {
      sandbox: { provider: 'square', mode: 'test', account: 'MLM17SMWSXAJ8' },
      own: { provider: 'square', url },
    };
    const squares = await synthesizedStack({ context: { sources } });
    const told = (fn: string) =>
      (squares.readable(squares.at(fn).properties['Environment']) as { Variables: { [name: string]: string } }).Variables;

    expect(told('IngestSandbox/Ingest/Function')).toMatchObject({ EXPECTED_MODE: 'test', EXPECTED_ACCOUNT: 'MLM17SMWSXAJ8' });
    expect(JSON.stringify(squares.at('IngestSandbox/Ingest/Function').properties['Environment'])).toContain('/webhooks/sandbox');
    expect(told('IngestOwn/Ingest/Function')).toMatchObject({ SIGNED_URL: url });
    expect(variables('IngestStripe/Ingest/Function')).not.toHaveProperty('SIGNED_URL');
  });

  it('lives long enough to give its own answer at its deadline, and less than the API waits', () => {
    const timeoutSeconds = Number(stack.at('IngestStripe/Ingest/Function').properties['Timeout']);

    expect(timeoutSeconds * 1000).toBeGreaterThan(INGEST_DEADLINE_MILLIS + REQUEST_TIMEOUT_MILLIS);
    expect(timeoutSeconds).toBeLessThan(30);
  });
});

describe('the secret of a source', () => {
  it('has no value in the template: none is generated, and no deployment can write over what an operator put in', () => {
    for (const { properties } of stack.ofType('AWS::SecretsManager::Secret')) expect(properties).toEqual({});
  });

  it('is kept when the stack goes, under a logical id that never changes', () => {
    const secrets = stack
      .ofType('AWS::SecretsManager::Secret')
      .map(({ logicalId, deletionPolicy, updateReplacePolicy }) => [logicalId, deletionPolicy, updateReplacePolicy]);

    expect(secrets).toEqual([
      ['IngestStripeSecret16243702', 'Retain', 'Retain'],
      [expect.stringMatching(/^IngestShopEuSecret/), 'Retain', 'Retain'],
    ]);
  });
});

describe('each function', () => {
  it('runs on Node 24 on arm64, logs to a group of its own for 90 days, and has nothing in its environment but what is meant', () => {
    const functions = stack.ofType('AWS::Lambda::Function');

    expect(functions).toHaveLength(6);
    for (const { path, properties } of functions) {
      const logs = path.replace(/Function$/, 'Logs');
      expect(stack.readable(properties)).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: 512,
        Handler: 'index.handler',
        LoggingConfig: { LogGroup: logs },
      });
      expect(stack.at(logs).properties).toEqual({ RetentionInDays: 90 });
      expect(Object.keys(variables(path)).filter((name) => /AWS_|NODE_|ENDPOINT/.test(name))).toEqual([]);
    }
  });

  it('has the name of its stack in its metrics, so that a throw-away stack rings no alarm of another', async () => {
    const other = await synthesizedStack({ context: { stackName: 'try-out' } });

    const services = other.ofType('AWS::Lambda::Function').map(({ properties }) => JSON.stringify(properties));
    expect(services).toHaveLength(6);
    for (const properties of services) expect(properties).toContain('"POWERTOOLS_SERVICE_NAME":"try-out-');
  });
});
