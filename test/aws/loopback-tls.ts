/** A server over TLS on loopback that answers as it is told, or not at all, and remembers what it was asked. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Certificate, makeCertificate } from '../core/made-certificates.ts';

export type Asked = { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

/** `endless` begins a body and never ends it, `dripping` sends a byte of it now and then, `short` ends the connection before its end. */
export type TlsReply =
  | { readonly status: number; readonly body?: string; readonly headers?: { readonly [name: string]: string } }
  | 'silence'
  | 'endless'
  | 'dripping'
  | 'short';

export type TlsServer = {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** How many connections there ever were, and how many are open. */
  connections(): number;
  open(): Promise<number>;
  close(): Promise<void>;
};

export const root = makeCertificate({ name: 'Test Root', authority: true });
export const localhost = makeCertificate({ name: 'loopback', issuer: root, ip: [127, 0, 0, 1] });

export async function startTlsServer(reply: TlsReply, certificate: Certificate = localhost): Promise<TlsServer> {
  const asked: Asked[] = [];
  let connections = 0;
  const key = certificate.keys.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ cert: certificate.pem, key }, (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      asked.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() });
      answer(outgoing, incoming, reply);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  // A client that does not trust the certificate ends the handshake.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    connections: () => connections,
    open: () => new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(outgoing: ServerResponse, incoming: IncomingMessage, reply: TlsReply): void {
  if (reply === 'silence') return;
  if (typeof reply === 'object') {
    outgoing.writeHead(reply.status, reply.headers).end(reply.body);
    return;
  }
  outgoing.writeHead(200, { 'content-length': '1000' }).write('{');
  if (reply === 'short') incoming.socket.end();
  if (reply !== 'dripping') return;
  const drip = setInterval(() => outgoing.write(' '), 100);
  outgoing.on('close', () => clearInterval(drip));
}
