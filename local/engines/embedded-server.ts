/**
 * The embedded engines behind the AWS JSON protocols, on 127.0.0.1: the SDK's own clients and errors work unchanged. Requests are not
 * authenticated. An operation that an engine does not model is answered as an error that says so, never as a success.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock, Random } from '../../lambdas/core/ports.ts';
import { bodyOf } from '../body-of.ts';
import { LocalError } from '../local-error.ts';
import { type LoopbackServer, listenOnLoopback } from '../loopback-server.ts';
import { UnmodelledError } from './dynamodb/service-error.ts';
import { longPolled, type PollingEngine } from './embedded-long-polling.ts';
import type { JsonObject, ServiceAnswer, ServiceEngine } from './service-engine.ts';
import { queryErrorHeader } from './sqs/sqs-error.ts';

export type EmbeddedServerOptions = {
  readonly dynamodb?: ServiceEngine & { readonly streams: ServiceEngine };
  readonly sqs?: ServiceEngine;
  readonly clock: Clock;
  readonly random: Random;
};

/** One server for all of them: the target of a request says which service it is for. */
export async function startEmbeddedServer({ dynamodb, sqs, clock, random }: EmbeddedServerOptions): Promise<LoopbackServer> {
  const engines = new Map<string, PollingEngine>();
  if (dynamodb !== undefined) engines.set('DynamoDB_20120810', dynamodb).set('DynamoDBStreams_20120810', dynamodb.streams);
  if (sqs !== undefined) engines.set('AmazonSQS', longPolled(sqs, clock));
  const server = createServer((request, reply) => {
    serve(engines, request, reply).then(
      (answer) => write(reply, random.uuid(), answer),
      // The request did not come as a whole; nobody is there to be answered.
      () => request.socket.destroy(),
    );
  });
  return await listenOnLoopback(server);
}

type Reply = ServiceAnswer & { readonly service: string };

async function serve(engines: ReadonlyMap<string, PollingEngine>, request: IncomingMessage, reply: ServerResponse): Promise<Reply> {
  const gone = new AbortController();
  reply.once('close', () => {
    if (!reply.writableEnded) gone.abort();
  });
  const body = await bodyOf(request);
  const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  const engine = engines.get(service);
  if (engine === undefined)
    return { service, ...failure(400, 'UnknownOperationException', `Nothing here serves ${service || 'a request without X-Amz-Target'}.`) };
  const input = parsed(body);
  if (input === undefined) return { service, ...failure(400, 'SerializationException', 'The body is not a JSON object.') };
  try {
    return { service, ...(await engine.perform(operation, input, gone.signal)) };
  } catch (error) {
    return { service, ...rejected(error) };
  }
}

function rejected(error: unknown): ServiceAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof LocalError || error instanceof UnmodelledError
    ? failure(501, 'UnknownOperationException', message)
    : failure(500, 'InternalFailure', `The embedded engine failed: ${message}`);
}

function failure(status: number, name: string, message: string): ServiceAnswer {
  return { status, body: { __type: name, message } };
}

function parsed(body: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function write(reply: ServerResponse, requestId: string, { service, status, body }: Reply): void {
  const error = status < 300 ? undefined : String(body['__type']).split('#').at(-1);
  reply.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': requestId,
    ...(service === 'AmazonSQS' && error !== undefined ? { 'x-amzn-query-error': queryErrorHeader(error) } : {}),
  });
  reply.end(JSON.stringify(body));
}
