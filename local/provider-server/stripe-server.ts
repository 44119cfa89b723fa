/** The Stripe model behind HTTP, on 127.0.0.1: Stripe's own libraries work with it unchanged, and its webhooks go where they are told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../lambdas/core/ports.ts';
import { bodyOf } from '../body-of.ts';
import { type LoopbackServer, listenOnLoopback } from '../loopback-server.ts';
import { apiJson } from './api-json.ts';
import type { StripeAnswer } from './api-request.ts';
import type { StoredEvent } from './object-store.ts';
import { createStripeModel, type StripeModel, type StripeModelOptions } from './stripe-model.ts';
import { startWebhookDriver, type WebhookDriver } from './webhook-driver.ts';
import type { WebhookOptions } from './webhook-queue.ts';

export type StripeServerOptions = Omit<StripeModelOptions, 'clock' | 'webhooks'> & {
  readonly clock: Clock;
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Where events are posted. `dropped` says which are never told. @default nobody is told */
  readonly webhooks?: WebhookOptions & { readonly url: string; readonly dropped?: (event: StoredEvent) => boolean };
};

export type StripeServer = LoopbackServer & { readonly model: StripeModel };

/** Throws `PORT_TAKEN`. */
export async function startStripeServer(options: StripeServerOptions): Promise<StripeServer> {
  const { clock, port = 0, webhooks, ...more } = options;
  const model = createStripeModel({ ...more, clock, ...(webhooks === undefined ? {} : { webhooks: withoutDropped(webhooks) }) });
  let driver: WebhookDriver | undefined;
  const stopped = new AbortController();
  const serving = { model, pause: (millis: number) => clock.sleep(millis, stopped.signal), wake: () => driver?.wake() };
  const server = createServer((request, reply) => {
    serve(serving, request, reply).catch((error: unknown) => {
      // A request that did not come as a whole has nobody who could be answered.
      if (request.complete) write(reply, faultAnswer(error));
      else request.socket.destroy();
    });
  });
  const front = await listenOnLoopback(server, port);
  driver = webhooks === undefined ? undefined : startWebhookDriver({ model, url: webhooks.url, clock });
  return {
    url: front.url,
    model,
    stop: async () => {
      stopped.abort();
      await driver?.stop();
      await front.stop();
    },
  };
}

function withoutDropped({ dropped, ...webhooks }: NonNullable<StripeServerOptions['webhooks']>): WebhookOptions {
  if (dropped === undefined) return webhooks;
  return { ...webhooks, delays: (event) => (dropped(event) ? [] : (webhooks.delays?.(event) ?? [0])) };
}

type Serving = { readonly model: StripeModel; readonly pause: (millis: number) => Promise<void>; readonly wake: () => void };

async function serve({ model, pause, wake }: Serving, request: IncomingMessage, reply: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]));
  const underway = model.begin({ method: request.method ?? 'GET', path: request.url ?? '/', headers, body: body.toString('utf8') });
  const { answer, millisBefore, millisAfter } = underway.fate;
  if (millisBefore > 0) await pause(millisBefore);
  underway.execute();
  wake();
  if (millisAfter > 0) await pause(millisAfter);
  // The work is done and its answer is kept, whoever is still there to read it.
  const finished = underway.finish();
  if (answer === 'lost') request.socket.destroy();
  else write(reply, finished);
}

function write(reply: ServerResponse, { status, headers, body }: StripeAnswer): void {
  reply.writeHead(status, headers).end(body);
}

/** The model has a fault: said aloud, so that no test takes it for an outage of the provider. */
function faultAnswer(error: unknown): StripeAnswer {
  const message = `The local provider server failed: ${error instanceof Error ? error.message : String(error)}`;
  const body = apiJson({ error: { type: 'api_error', code: 'local_server_fault', message } });
  return { status: 500, headers: { 'content-type': 'application/json', 'stripe-should-retry': 'false' }, body };
}
