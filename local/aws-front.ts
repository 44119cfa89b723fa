/**
 * A loopback proxy before one engine: it forwards each request as it is, notes who asked for what, and lets a test cut or hold the wire.
 * What it forwards and answers are the engine's bytes; it decides nothing.
 */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { type AwsCall, awsCall, type Service } from './aws-call.ts';
import { bodyOf } from './body-of.ts';
import type { FairTurns } from './fair-turns.ts';
import { type LoopbackServer, listenOnLoopback } from './loopback-server.ts';
import type { RecordedCalls } from './recorded-calls.ts';

export type EngineAnswer = { readonly status: number; readonly body: Buffer };

/**
 * What happens to a call: `cut-before` ends the socket without forwarding; `cut-after` forwards, waits for the engine's whole
 * answer, then ends the socket; `answer` replies without asking the engine; `afterAnswer` runs between the engine's answer and the reply.
 */
export type Interception =
  | 'pass'
  | 'cut-before'
  | 'cut-after'
  | { readonly answer: { readonly status: number; readonly body: unknown } }
  | { readonly afterAnswer: (answer: EngineAnswer) => Promise<void> | void };

/** Called for each request before it is forwarded; a promise holds the request until it is settled. */
export type Intercept = (call: AwsCall) => Interception | Promise<Interception>;

export type AwsFrontOptions = {
  readonly service: Service;
  /** `http://127.0.0.1:port` of the engine. */
  readonly engineUrl: string;
  readonly calls: RecordedCalls;
  readonly intercept?: Intercept | undefined;
  /** For an engine that is slower the more it is asked at the same time. @default - everything is forwarded at once */
  readonly turns?: FairTurns | undefined;
};

/** Below the time after which an engine ends an idle connection, so that none is used again in that very moment. */
const IDLE_SOCKET_MILLIS = 4_000;

export async function startAwsFront(options: AwsFrontOptions): Promise<LoopbackServer> {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_SOCKET_MILLIS });
  const engine = new URL(options.engineUrl);
  const forward: Forward = (incoming, body) => exchange({ agent, hostname: engine.hostname, port: engine.port }, incoming, body);
  const server = createServer((incoming, reply) => {
    // Whatever goes wrong on the way to the engine looks to the caller as it would on a network: the connection ends.
    serve(options, forward, { incoming, reply }).catch(() => incoming.socket.destroy());
  });
  const front = await listenOnLoopback(server);
  return {
    ...front,
    stop: async () => {
      agent.destroy();
      await front.stop();
    },
  };
}

type Answer = EngineAnswer & { readonly headers: IncomingHttpHeaders };
type Forward = (incoming: IncomingMessage, body: Buffer) => Promise<Answer>;

async function serve(
  options: AwsFrontOptions,
  forward: Forward,
  { incoming, reply }: { incoming: IncomingMessage; reply: ServerResponse },
): Promise<void> {
  const body = await bodyOf(incoming);
  const call = awsCall(options.service, incoming.headers, body);
  for (const part of call.parts) options.calls.record(call.caller, options.service, part);
  const interception = options.intercept === undefined ? 'pass' : await options.intercept(call);
  if (interception === 'cut-before') return void incoming.socket.destroy();
  if (typeof interception === 'object' && 'answer' in interception) {
    const { status, body: made } = interception.answer;
    return void reply.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(made));
  }
  const answer = await (options.turns === undefined
    ? forward(incoming, body)
    : options.turns.run(call.caller, () => forward(incoming, body)));
  if (interception === 'cut-after') return void incoming.socket.destroy();
  if (typeof interception === 'object') await interception.afterAnswer(answer);
  reply.writeHead(answer.status, answer.headers).end(answer.body);
}

const NOT_FORWARDED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

function exchange(engine: { agent: Agent; hostname: string; port: string }, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers: IncomingHttpHeaders = { 'content-length': String(body.byteLength) };
    for (const [name, value] of Object.entries(incoming.headers)) if (!NOT_FORWARDED.has(name)) headers[name] = value;
    const outgoing = httpRequest({ ...engine, method: incoming.method, path: incoming.url, headers }, (response) => {
      bodyOf(response).then((answer) => {
        const answered: IncomingHttpHeaders = { 'content-length': String(answer.byteLength) };
        for (const [name, value] of Object.entries(response.headers)) if (!NOT_FORWARDED.has(name)) answered[name] = value;
        resolve({ status: response.statusCode ?? 502, headers: answered, body: answer });
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
