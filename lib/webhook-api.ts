/** The HTTP API: one literal route for each source that payment providers post to, so that an unknown source invokes nothing, and the routes of payments. */
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { pascalCase } from './pascal-case.ts';
import {
  LOG_RETENTION_DAYS,
  PAYMENTS_REQUESTS_BURST,
  PAYMENTS_REQUESTS_PER_SECOND,
  SOURCE_REQUESTS_BURST,
  SOURCE_REQUESTS_PER_SECOND,
} from './sizing.ts';

/** What a request was answered, and how long it took. No header and no body: they hold signatures and personal data. */
const ACCESS_LOG_FIELDS = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  routeKey: '$context.routeKey',
  status: '$context.status',
  integrationStatus: '$context.integration.status',
  integrationError: '$context.integrationErrorMessage',
  latencyMillis: '$context.responseLatency',
  requestBytes: '$context.requestLength',
  sourceIp: '$context.identity.sourceIp',
};

export class WebhookApi extends Construct {
  private readonly api: HttpApi;
  private readonly stage: HttpStage;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // The execute-api endpoint stays enabled: it is the URL that is pasted into the provider, as long as there is no domain of one's own.
    this.api = new HttpApi(this, 'Api', { apiName: Stack.of(this).stackName, createDefaultStage: false });
    const accessLog = new LogGroup(this, 'AccessLog', { retention: LOG_RETENTION_DAYS, removalPolicy: RemovalPolicy.DESTROY });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: SOURCE_REQUESTS_PER_SECOND, burstLimit: SOURCE_REQUESTS_BURST },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_FIELDS)),
      },
    });
  }

  /** The URL to paste into the provider. */
  urlOf(source: string): string {
    return `${this.api.apiEndpoint}${pathOf(source)}`;
  }

  /** Sends `POST /webhooks/{source}` to the function. */
  addSource(source: string, fn: IFunction): void {
    const path = pathOf(source);
    const route = new HttpRoute(this, pascalCase(source), {
      httpApi: this.api,
      routeKey: HttpRouteKey.with(path, HttpMethod.POST),
      integration: new HttpLambdaIntegration('Integration', fn),
    });
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'A payment provider authenticates by the signature over the body, which the function verifies; it can bear no IAM or JWT identity.',
    });
    this.throttle(`POST ${path}`, route, SOURCE_LIMITS);
  }

  /** Sends the making of payments and the looks at them to the function, and returns the URL of payments. Callers sign their requests as for AWS. */
  addPayments(scope: Construct, fn: IFunction): string {
    const integration = new HttpLambdaIntegration('Integration', fn);
    const authorizer = new HttpIamAuthorizer();
    const routes = [
      { id: 'Make', method: HttpMethod.POST, path: PAYMENTS_PATH },
      { id: 'Look', method: HttpMethod.GET, path: `${PAYMENTS_PATH}/{id}` },
    ];
    for (const { id, method, path } of routes) {
      const routeKey = HttpRouteKey.with(path, method);
      const route = new HttpRoute(scope, id, { httpApi: this.api, routeKey, integration, authorizer });
      this.throttle(`${method} ${path}`, route, PAYMENTS_LIMITS);
    }
    return `${this.api.apiEndpoint}${PAYMENTS_PATH}`;
  }

  /** Each has a throttle of its own, so that a flood on one does not take the requests of another. */
  private throttle(routeKey: string, route: HttpRoute, limits: typeof SOURCE_LIMITS): void {
    const stage = this.stage.node.defaultChild as CfnStage;
    stage.addPropertyOverride(`RouteSettings.${routeKey}`, limits);
    // API Gateway refuses settings of a route that does not exist yet.
    this.stage.node.addDependency(route);
  }
}

const SOURCE_LIMITS = { ThrottlingRateLimit: SOURCE_REQUESTS_PER_SECOND, ThrottlingBurstLimit: SOURCE_REQUESTS_BURST };
const PAYMENTS_LIMITS = { ThrottlingRateLimit: PAYMENTS_REQUESTS_PER_SECOND, ThrottlingBurstLimit: PAYMENTS_REQUESTS_BURST };
const PAYMENTS_PATH = '/payments';

function pathOf(source: string): string {
  return `/webhooks/${source}`;
}
