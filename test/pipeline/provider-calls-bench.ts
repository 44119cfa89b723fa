/** A provider API on this machine, and the calls to it over a real connection with the real cache of secrets. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openHttpsNetwork } from '../../lambdas/aws/https-network.ts';
import type { Network } from '../../lambdas/core/ports.ts';
import type { ApiAnswer, ProviderApi } from '../../lambdas/core/provider-api.ts';
import { createProviderCalls, type ProviderCallSettings } from '../../lambdas/pipeline/provider-calls.ts';
import { createSecretCache } from '../../lambdas/pipeline/secret-cache.ts';
import stripe from '../../lambdas/provider-apis/stripe.ts';
import { secretText } from './ingest-bench.ts';
import { recordedTelemetry } from './recorded-telemetry.ts';
import { createVirtualClock } from './virtual-clock.ts';

export const KEY = 'sk_test_51OncehookOncehookOncehook';

export type Sent = {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
/** What the server does with a request: an answer, or it hangs up before or in the middle of one. */
export type Reply = ApiAnswer | 'hang-up' | 'half';

const closing: (() => void)[] = [];

/** Ends every server that was started. */
export function closeServers(): void {
  for (const close of closing.splice(0)) close();
}

export async function startServer(reply: (sent: Sent) => Reply): Promise<{ readonly origin: string; readonly sent: readonly Sent[] }> {
  const sent: Sent[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method, url, headers } = incoming;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      sent.push(one);
      const given = reply(one);
      if (given === 'hang-up') incoming.socket.destroy();
      else if (given === 'half') outgoing.writeHead(200, { 'content-length': '1000' }).write('{"id":', () => incoming.socket.destroy());
      else outgoing.writeHead(given.status, given.headers).end(given.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent };
}

type BenchSettings = Partial<ProviderCallSettings> & {
  readonly api?: ProviderApi;
  readonly network?: Network;
  /** The text of the secret at its read of this number, from 0. */
  readonly secret?: (reads: number) => string | Error;
};

export function callsOf({ api = stripe, network = openHttpsNetwork(), secret = () => keyText(KEY), mode = 'test', origin }: BenchSettings) {
  let reads = 0;
  const [clock, telemetry] = [createVirtualClock(), recordedTelemetry()];
  const secrets = {
    current: async () => {
      const given = secret(reads);
      reads += 1;
      if (given instanceof Error) throw given;
      return given;
    },
  };
  const apiKeys = createSecretCache('api-key', { secrets, clock, telemetry });
  const calls = createProviderCalls(api, { network, apiKeys, telemetry }, { mode, origin });
  return { calls, clock, telemetry, reads: () => reads };
}

export const keyText = (...keys: readonly string[]) => secretText(...keys.map((secret, at) => ({ id: `key-${at}`, secret })));

export async function callsBench(reply: Reply | ((sent: Sent) => Reply), settings: BenchSettings = {}) {
  const server = await startServer(typeof reply === 'function' ? reply : () => reply);
  return { ...server, ...callsOf({ origin: server.origin, ...settings }) };
}
