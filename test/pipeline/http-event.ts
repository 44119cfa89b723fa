/** A request as the HTTP API hands it over (payload format 2.0). */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export type HttpOptions = {
  /** The gateway sends a body as base64 where its content type is not known to be text. */
  readonly base64?: boolean;
  /** What stands behind the `?` of the URL. */
  readonly query?: string;
};

export function httpEvent(
  body: Uint8Array,
  headers: { readonly [name: string]: string },
  options: HttpOptions = {},
): APIGatewayProxyEventV2 {
  const bytes = Buffer.from(body);
  return {
    version: '2.0',
    routeKey: 'POST /webhooks/stripe',
    rawPath: '/webhooks/stripe',
    rawQueryString: options.query ?? '',
    headers: { 'content-type': 'application/json', 'user-agent': 'Stripe/1.0', ...headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'api.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'api',
      http: { method: 'POST', path: '/webhooks/stripe', protocol: 'HTTP/1.1', sourceIp: '203.0.113.1', userAgent: 'Stripe/1.0' },
      requestId: 'request-1',
      routeKey: 'POST /webhooks/stripe',
      stage: '$default',
      time: '23/Nov/2026:22:25:00 +0000',
      timeEpoch: 1_795_472_700_000,
    },
    body: options.base64 === true ? bytes.toString('base64') : bytes.toString('utf8'),
    isBase64Encoded: options.base64 ?? false,
  };
}
