/** The HTTP API on loopback: only the template's routes, each to its function; and the stack's outputs for the command `oncehook`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../lambdas/core/ports.ts';
import type { FunctionPool } from './function-pool.ts';
import { type HttpAnswer, httpAnswer, httpEvent, jsonAnswer } from './http-event.ts';
import { type LoopbackServer, listenOnLoopback } from './loopback-server.ts';
import { matchRoute } from './match-route.ts';
import type { RoutePlan } from './route-plan.ts';

/** One request that its function answered: `cut` ends the socket instead of sending the answer. */
export type WebhookExchange = { readonly routeKey: string; readonly request: IncomingMessage; readonly answer: HttpAnswer };
export type InterceptWebhook = (exchange: WebhookExchange) => 'pass' | 'cut' | Promise<'pass' | 'cut'>;

export type HttpFrontOptions = { readonly port: number; readonly clock: Clock; readonly intercept?: InterceptWebhook | undefined };

export type Serving = {
  readonly routes: readonly RoutePlan[];
  readonly pools: ReadonlyMap<string, FunctionPool>;
  /** What `GET /__oncehook/outputs` answers. */
  readonly description: object;
};

export type HttpFront = LoopbackServer & {
  /** Until this is called every request is answered 503. */
  serve(serving: Serving): void;
};

/** The limits of an HTTP API (quotas page of the developer guide). */
const BODY_BYTES_MAX = 10 * 1024 * 1024;
const HEADER_BYTES_MAX = 10_240;

const OUTPUTS_PATH = '/__oncehook/outputs';

/** Throws `PORT_TAKEN`. */
export async function startHttpFront(options: HttpFrontOptions): Promise<HttpFront> {
  let serving: Serving | undefined;
  const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX }, (request, reply) => {
    respond(options, serving, { request, reply }).catch(() => request.socket.destroy());
  });
  const front = await listenOnLoopback(server, options.port);
  return {
    ...front,
    serve: (what) => {
      serving = what;
    },
  };
}

async function respond(
  options: HttpFrontOptions,
  serving: Serving | undefined,
  { request, reply }: { request: IncomingMessage; reply: ServerResponse },
): Promise<void> {
  if (serving === undefined) return write(reply, jsonAnswer(503, 'Service Unavailable'));
  const path = (request.url ?? '/').split('?')[0] as string;
  if (path === OUTPUTS_PATH && request.method === 'GET') return write(reply, descriptionAnswer(request, serving.description));
  const matched = matchRoute(serving.routes, request.method ?? '', path);
  const pool = matched === undefined ? undefined : serving.pools.get(matched.route.functionId);
  if (matched === undefined || pool === undefined) return write(reply, jsonAnswer(404, 'Not Found'));
  const { route, pathParameters } = matched;
  if (route.callers === 'iam' && !isNamedAsHere(request)) return write(reply, FORBIDDEN);
  const body = await boundedBody(request);
  if (body === undefined) {
    reply.shouldKeepAlive = false;
    return write(reply, jsonAnswer(413, 'Request Entity Too Large'));
  }
  const event = httpEvent({ request, body, route, pathParameters, nowMillis: options.clock.nowMillis() });
  const answer = httpAnswer(await pool.invoke(event));
  const decision = options.intercept === undefined ? 'pass' : await options.intercept({ routeKey: route.routeKey, request, answer });
  if (decision === 'cut') return void request.socket.destroy();
  write(reply, answer);
}

/** Undefined where it is too large. */
function boundedBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on('end', () => resolve(bytes <= BODY_BYTES_MAX ? Buffer.concat(chunks) : undefined));
    request.on('error', reject);
    request.on('close', () => reject(new Error('The sender left before its whole request had come.')));
  });
}

function descriptionAnswer(request: IncomingMessage, description: object): HttpAnswer {
  if (!isNamedAsHere(request)) return FORBIDDEN;
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(description)) };
}

const FORBIDDEN = jsonAnswer(403, 'Forbidden');

/**
 * Whoever is on this machine may see the access keys, which open nothing but this stack, and may ask for payments without signing. A page of
 * another site may not: it could reach this server by rebinding a name.
 */
function isNamedAsHere(request: IncomingMessage): boolean {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  return host === '127.0.0.1' || host === 'localhost';
}

function write(reply: ServerResponse, { statusCode, headers, body }: HttpAnswer): void {
  reply.writeHead(statusCode, { ...headers, 'content-length': String(body.byteLength) }).end(body);
}
