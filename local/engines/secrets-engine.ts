/** Secrets Manager in this process: the operations the product and its operators use, over AWS's JSON 1.1 protocol, on 127.0.0.1. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { bodyOf } from '../body-of.ts';
import { listenOnLoopback } from '../loopback-server.ts';
import { type SecretError, SecretStore, secretError } from './secret-store.ts';

export type SecretsEngine = {
  readonly url: string;
  readonly store: SecretStore;
  /** While it is on, every request is answered as during an outage of the service. */
  setOutage(on: boolean): void;
  stop(): Promise<void>;
};

/** `nowMillis` is the time written on what is created. */
export async function startSecretsEngine(nowMillis: () => number): Promise<SecretsEngine> {
  const store = new SecretStore(nowMillis);
  let outage = false;
  const server = createServer((request, reply) => {
    answer(store, request, () => outage).then(
      ({ status, body }) => write(reply, status, body),
      () => request.socket.destroy(),
    );
  });
  const { url, stop } = await listenOnLoopback(server);
  return {
    url,
    store,
    stop,
    setOutage: (on) => {
      outage = on;
    },
  };
}

type Answer = { readonly status: number; readonly body: object };

async function answer(store: SecretStore, request: IncomingMessage, outage: () => boolean): Promise<Answer> {
  const body = await bodyOf(request);
  if (outage()) return failure({ code: 'InternalServiceError', message: 'An error occurred on the server side.' }, 500);
  const operation =
    String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) ?? '';
  try {
    return { status: 200, body: store.perform(operation, JSON.parse(body.toString('utf8'))) };
  } catch (error) {
    return failure(secretError(error), 400);
  }
}

function failure({ code, message }: SecretError, status: number): Answer {
  return { status, body: { __type: code, message, Message: message } };
}

function write(reply: ServerResponse, status: number, body: object): void {
  reply.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
