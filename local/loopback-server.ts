/** Listens on 127.0.0.1 and nowhere else. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LocalError } from './local-error.ts';

export type LoopbackServer = {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  /** Ends each connection at once. */
  stop(): Promise<void>;
};

/** `port` 0 takes a free one. Throws `PORT_TAKEN`. */
export async function listenOnLoopback(server: Server, port = 0): Promise<LoopbackServer> {
  // A client that takes a kept connection must never meet our end of it closing.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cause.code === 'EADDRINUSE' ? portTaken(port, cause) : cause));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portTaken(port: number, cause: unknown): LocalError {
  return new LocalError(
    'PORT_TAKEN',
    `Port ${port} of 127.0.0.1 is taken, probably by a local stack that is already running. End it, or choose another with --port.`,
    cause,
  );
}
