/** An HTTP request as the HTTP API hands it to a function (payload format 2.0), and the function's answer as an HTTP response. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { InvocationResult } from './function-instance.ts';
import { decoded } from './match-route.ts';
import { ACCOUNT } from './physical-names.ts';
import type { RoutePlan } from './route-plan.ts';

export type HttpAnswer = {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string | string[] };
  readonly body: Buffer;
};

export type EventInput = {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly route: RoutePlan;
  readonly pathParameters: { readonly [name: string]: string } | undefined;
  readonly nowMillis: number;
};

/** Who calls a route that IAM authorises: nobody signs here, so it is always the same user. */
export const LOCAL_USER_ARN = `arn:aws:iam::${ACCOUNT}:user/local`;

const LOCAL_CALLER = {
  accessKey: 'local',
  accountId: ACCOUNT,
  callerId: 'local',
  cognitoIdentity: null,
  principalOrgId: null,
  userArn: LOCAL_USER_ARN,
  userId: 'local',
};

export function httpEvent({ request, body, route, pathParameters, nowMillis }: EventInput): object {
  const { routeKey, callers } = route;
  const { cookies, headers } = headersOf(request);
  const [rawPath = '/', rawQueryString = ''] = splitOnce(request.url ?? '/', '?');
  const base64 = !isText(headers['content-type']);
  return {
    version: '2.0',
    routeKey,
    rawPath: decoded(rawPath),
    rawQueryString,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers,
    ...(rawQueryString === '' ? {} : { queryStringParameters: queryParameters(rawQueryString) }),
    ...(pathParameters === undefined ? {} : { pathParameters }),
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'local',
      ...(callers === 'iam' ? { authorizer: { iam: LOCAL_CALLER } } : {}),
      domainName: headers['host'] ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method: request.method,
        path: decoded(rawPath),
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: clfTime(nowMillis),
      timeEpoch: nowMillis,
    },
    ...(body.byteLength === 0 ? {} : { body: body.toString(base64 ? 'base64' : 'utf8') }),
    isBase64Encoded: body.byteLength > 0 && base64,
  };
}

/** What the sender gets: the function's answer where it is one, otherwise the same 500 that AWS gives. */
export function httpAnswer(result: InvocationResult): HttpAnswer {
  if (!result.ok) return jsonAnswer(500, 'Internal Server Error');
  const payload = result.payload;
  if (typeof payload !== 'object' || payload === null || !('statusCode' in payload)) {
    // A function may answer with the body alone (payload format 2.0).
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(payload)) };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = payload as { readonly [name: string]: unknown };
  if (typeof statusCode !== 'number' || statusCode < 100 || statusCode > 599) return jsonAnswer(500, 'Internal Server Error');
  const answered: Record<string, string | string[]> = { 'content-type': 'text/plain;charset=UTF-8' };
  for (const [name, value] of Object.entries(headers ?? {})) answered[name.toLowerCase()] = String(value);
  if (Array.isArray(cookies)) answered['set-cookie'] = cookies.map(String);
  return {
    statusCode,
    headers: answered,
    body: Buffer.from(typeof body === 'string' ? body : '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

export function jsonAnswer(statusCode: number, message: string): HttpAnswer {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ message })) };
}

/** Header names in lower case, repeated ones joined by a comma, cookies apart, and what the gateway adds. */
function headersOf(request: IncomingMessage): { cookies: string[]; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] as string).toLowerCase();
    const value = request.rawHeaders[index + 1] as string;
    if (name === 'cookie') cookies.push(...value.split('; '));
    else headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  headers['x-forwarded-for'] ??= request.socket.remoteAddress ?? '127.0.0.1';
  headers['x-forwarded-proto'] ??= 'http';
  return { cookies, headers };
}

/** The gateway decides by the content type alone whether a body travels as text; a body that is no UTF-8 is broken by it then, here as there. */
function isText(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || ['application/json', 'application/javascript', 'application/xml'].includes(type);
}

function queryParameters(query: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query))
    parameters[name] = parameters[name] === undefined ? value : `${parameters[name]},${value}`;
  return parameters;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** `12/Mar/2026:19:03:58 +0000`. */
function clfTime(millis: number): string {
  const [, day, month, year, time] = new Date(millis).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
