/** A service of AWS on loopback that answers as it is told, or not at all: to see what really goes over the wire. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ReceivedRequest = {
  /** The operation, for example `TransactWriteItems`. */
  readonly operation: string;
  /** The body byte for byte. */
  readonly text: string;
};

/**
 * An answer in the AWS JSON protocol; `silence` never answers, `endless` begins a body and never ends it, `hang-up` takes the request and
 * cuts the connection.
 */
export type Reply = { readonly status: number; readonly body: object } | 'silence' | 'endless' | 'hang-up';

export type LoopbackService = {
  readonly requests: readonly ReceivedRequest[];
  /** Options for the constructor of an AWS client. */
  readonly access: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  close(): Promise<void>;
};

/** `reply` is asked for each request, with how many came before it. */
export async function startLoopbackService(reply: (request: ReceivedRequest, before: number) => Reply): Promise<LoopbackService> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = { operation: operationOf(incoming), text: Buffer.concat(chunks).toString() };
      requests.push(request);
      send(outgoing, incoming, reply(request, requests.length - 1));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    requests,
    access: { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An error of a service in the AWS JSON protocol. */
export function errorReply(type: string, more: object = {}, status = 400): Reply {
  return { status, body: { __type: `com.amazonaws.test#${type}`, message: `${type} of a test`, ...more } };
}

function operationOf(incoming: IncomingMessage): string {
  return String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
}

function send(outgoing: ServerResponse, incoming: IncomingMessage, reply: Reply): void {
  if (reply === 'silence') return;
  if (reply === 'hang-up') {
    incoming.socket.destroy();
    return;
  }
  outgoing.writeHead(reply === 'endless' ? 200 : reply.status, { 'content-type': 'application/x-amz-json-1.0' });
  if (reply === 'endless') {
    outgoing.write('{');
    return;
  }
  outgoing.end(JSON.stringify(reply.body));
}
