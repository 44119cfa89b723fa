/** The network over HTTPS: one try that follows no redirect, ends in time, and reads no more than it is told to. */
import { once } from 'node:events';
import { type IncomingMessage, request as openPlainRequest } from 'node:http';
import { request as openRequest, type RequestOptions } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { TrustedRoots } from '../core/certificate-chain.ts';
import { RetryableError } from '../core/errors.ts';
import { FETCH_CONNECTION_TIMEOUT_MILLIS, FETCH_TIMEOUT_MILLIS, KEY_BYTES_MAX } from '../core/limits.ts';
import type { HttpAnswer, HttpRequest, Network } from '../core/ports.ts';

/** `roots` of the options are trusted instead of Node's own list, for connections and for what is fetched over them. */
export function openHttpsNetwork({ roots }: TrustedRoots = {}): Network & TrustedRoots {
  return { roots: roots ?? rootCertificates, send: (request) => send(request, roots) };
}

const KEY_BOUNDS = { timeoutMillis: FETCH_TIMEOUT_MILLIS, answerBytes: KEY_BYTES_MAX };

/** A connection of its own for each call: they are rare, and one that is kept is dead when a frozen function wakes up. */
async function send(
  { method, url, headers = {}, body, bounds = KEY_BOUNDS }: HttpRequest,
  roots: TrustedRoots['roots'],
): Promise<HttpAnswer> {
  const over = AbortSignal.timeout(bounds.timeoutMillis);
  const { open, connected } = protocolOf(url);
  const call = open(url, {
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
  call.once('socket', (socket) => socket.once(connected, () => unconnected.removeEventListener('abort', giveUp)));
  try {
    call.end(body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, headers: headersOf(response), body: await bodyOf(response, bounds.answerBytes) };
  } catch (cause) {
    throw over.aborted || cause === unconnected.reason ? timedOut(cause, bounds.timeoutMillis) : cause;
  } finally {
    unconnected.removeEventListener('abort', giveUp);
  }
}

type Protocol = {
  open(url: string, options: RequestOptions): ReturnType<typeof openRequest>;
  readonly connected: 'secureConnect' | 'connect';
};

/** Plain HTTP goes to this machine and nowhere else: that is where a laptop's stand-in of a provider listens. */
function protocolOf(url: string): Protocol {
  if (url.startsWith('https://')) return { open: openRequest, connected: 'secureConnect' };
  if (/^http:\/\/127\.0\.0\.1(:\d{1,5})?(\/|$)/.test(url)) return { open: openPlainRequest, connected: 'connect' };
  throw new TypeError('Only https is spoken here, and plain http to 127.0.0.1.');
}

/** A header that came several times counts as one, joined as in HTTP; cookies are nobody's here. */
function headersOf({ headers }: IncomingMessage): { readonly [lowerCaseName: string]: string } {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

async function bodyOf(response: AsyncIterable<Buffer>, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > bytesMax)
      throw new RetryableError('ANSWER_TOO_LARGE', `An answer of more than ${bytesMax} bytes was cut off; what is asked for is smaller.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function timedOut(cause: unknown, timeoutMillis: number): RetryableError {
  return new RetryableError(
    'NETWORK_TIMEOUT',
    `No connection within ${FETCH_CONNECTION_TIMEOUT_MILLIS} ms, or no whole answer within ${timeoutMillis} ms.`,
    { cause },
  );
}
