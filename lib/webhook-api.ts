/** The HTTP API that payment providers post to: one literal route for each source, so that an unknown source invokes nothing. */
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
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { pascalCase } from './pascal-case.ts';
import { LOG_RETENTION_DAYS, SOURCE_REQUESTS_BURST, SOURCE_REQUESTS_PER_SECOND } from './sizing.ts';

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
    this.throttle(`POST ${path}`, route);
  }

  /** A source has a throttle of its own, so that a flood on one does not take the requests of another. */
  private throttle(routeKey: string, route: HttpRoute): void {
    const stage = this.stage.node.defaultChild as CfnStage;
    stage.addPropertyOverride(`RouteSettings.${routeKey}`, {
      ThrottlingRateLimit: SOURCE_REQUESTS_PER_SECOND,
      ThrottlingBurstLimit: SOURCE_REQUESTS_BURST,
    });
    // API Gateway refuses settings of a route that does not exist yet.
    this.stage.node.addDependency(route);
  }
}

function pathOf(source: string): string {
  return `/webhooks/${source}`;
}
