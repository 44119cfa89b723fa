/** The routes of a template's HTTP API and the function behind each. */
import { LocalError } from './local-error.ts';
import { type Reading, resourcesOf } from './resources-of.ts';

export type RoutePlan = {
  /** `POST /webhooks/stripe`. */
  readonly routeKey: string;
  /** The logical id of the function behind it. */
  readonly functionId: string;
  /** Who may call it: everybody, or in AWS only whom IAM allows to. */
  readonly callers: 'all' | 'iam';
};

/** What an HTTP API waits for a function, whatever the function's own timeout (quotas page of the developer guide). */
const INTEGRATION_SECONDS_MAX = 30;

/** Throws `UNSUPPORTED_ROUTE` for an API that the local front would answer differently from AWS. */
export function routePlans(reading: Reading): readonly RoutePlan[] {
  const integrations = new Map(
    resourcesOf(reading, 'AWS::ApiGatewayV2::Integration').map(({ logicalId, property }) => [reading.names.ref(logicalId), property]),
  );
  const functions = resourcesOf(reading, 'AWS::Lambda::Function');
  for (const { logicalId, property } of resourcesOf(reading, 'AWS::ApiGatewayV2::Stage')) {
    if (property('StageName') !== '$default') throw unsupported(logicalId, 'a stage other than $default puts its name into each path');
  }
  return resourcesOf(reading, 'AWS::ApiGatewayV2::Route').map(({ logicalId, property }) => {
    const routeKey = String(property('RouteKey'));
    const integration = integrations.get(String(property('Target')).replace(/^integrations\//, ''));
    if (integration === undefined || integration('PayloadFormatVersion') !== '2.0')
      throw unsupported(logicalId, 'it has no integration with payload format 2.0');
    const uri = String(integration('IntegrationUri'));
    const target = functions.find((candidate) => {
      const arn = reading.names.attribute(candidate.logicalId, 'Arn');
      return uri === arn || uri.endsWith(`/functions/${arn}/invocations`);
    });
    if (target === undefined) throw unsupported(logicalId, `its integration ${uri} is no function of the template`);
    if (Number(target.property('Timeout') ?? 0) > INTEGRATION_SECONDS_MAX)
      throw unsupported(logicalId, 'its function may run longer than an HTTP API waits');
    if (!isRouteKey(routeKey)) throw unsupported(logicalId, `its key ${routeKey} has a parameter that is no whole segment of the path`);
    return { routeKey, functionId: target.logicalId, callers: callersOf(logicalId, property('AuthorizationType')) };
  });
}

/** `$default`, or a method and a path whose segments are literals or `{name}`; a greedy `{name+}` is neither. */
function isRouteKey(routeKey: string): boolean {
  const path = /^[A-Z]+ \/(.*)$/.exec(routeKey)?.[1];
  return routeKey === '$default' || (path?.split('/').every((segment) => /^(?:[^{}]*|\{[\w.-]+\})$/.test(segment)) ?? false);
}

function callersOf(logicalId: string, authorizationType: unknown): RoutePlan['callers'] {
  if (authorizationType === undefined || authorizationType === 'NONE') return 'all';
  if (authorizationType === 'AWS_IAM') return 'iam';
  throw unsupported(logicalId, `its callers are authorised by ${authorizationType}; allowed are none and AWS_IAM`);
}

function unsupported(logicalId: string, why: string): LocalError {
  return new LocalError('UNSUPPORTED_ROUTE', `${logicalId} cannot be run here: ${why}.`);
}
