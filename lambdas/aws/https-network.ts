/** The network over HTTPS: one try that follows no redirect, ends in time, and reads no more than a key can be long. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as openRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { TrustedRoots } from '../core/certificate-chain.ts';
import { RetryableError } from '../core/errors.ts';
import { FETCH_CONNECTION_TIMEOUT_MILLIS, FETCH_TIMEOUT_MILLIS, KEY_BYTES_MAX } from '../core/limits.ts';
import type { HttpAnswer, HttpRequest, Network } from '../core/ports.ts';

/** `roots` of the options are trusted instead of Node's own list, for connections and for what is fetched over them. */
export function openHttpsNetwork({ roots }: TrustedRoots = {}): Network & TrustedRoots {
  return { roots: roots ?? rootCertificates, send: (request) => send(request, roots) };
}

/** A connection of its own for each call: they are rare, and one that is kept is dead when a frozen function wakes up. */
async function send({ method, url, headers = {}, body }: HttpRequest, roots: TrustedRoots['roots']): Promise<HttpAnswer> {
  if (!url.startsWith('https://')) throw new TypeError('Only https is spoken here.');
  const over = AbortSignal.timeout(FETCH_TIMEOUT_MILLIS);
  const call = openRequest(url, {
    method,
    headers: { 'user-agent': 'oncehook', accept: '*/*', ...headers },
    agent: false,
    signal: over,
    // Said here, so that no environment variable can say otherwise.
    rejectUnauthorized: true,
    ...(roots === undefined ? {} : { ca: [...roots] }),
  });
  // Whoever waits for the answer gets an error; one that comes when nobody waits must not end the process.
  call.on('error', () => undefined);
  const unconnected = AbortSignal.timeout(FETCH_CONNECTION_TIMEOUT_MILLIS);
  const giveUp = () => call.destroy(unconnected.reason as Error);
  unconnected.addEventListener('abort', giveUp);
  call.once('socket', (socket) => socket.once('secureConnect', () => unconnected.removeEventListener('abort', giveUp)));
  try {
    call.end(body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await bodyOf(response) };
  } catch (cause) {
    throw over.aborted || cause === unconnected.reason ? timedOut(cause) : cause;
  } finally {
    unconnected.removeEventListener('abort', giveUp);
  }
}

async function bodyOf(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > KEY_BYTES_MAX) {
      throw new RetryableError(
        'ANSWER_TOO_LARGE',
        `An answer of more than ${KEY_BYTES_MAX} bytes was cut off; a certificate or a key is a few KB.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function timedOut(cause: unknown): RetryableError {
  return new RetryableError(
    'NETWORK_TIMEOUT',
    `No connection within ${FETCH_CONNECTION_TIMEOUT_MILLIS} ms, or no whole answer within ${FETCH_TIMEOUT_MILLIS} ms.`,
    { cause },
  );
}
