/** A provider that tells several events in one request: Stripe's own bodies, one on each line, under one signature. */
import type { Provider } from '../../lambdas/core/provider.ts';
import stripe from '../../lambdas/providers/stripe.ts';

/** No JSON text has a bare line break in it. */
const LINE_BREAK = 0x0a;

export const batchProvider: Provider = {
  ...stripe,
  events: (request) => linesOf(request.body).flatMap((body) => stripe.events({ ...request, body })),
};

export function joinBodies(bodies: readonly string[]): string {
  return bodies.join('\n');
}

function linesOf(body: Uint8Array): Uint8Array[] {
  const end = body.indexOf(LINE_BREAK);
  return end === -1 ? [body] : [body.subarray(0, end), ...linesOf(body.subarray(end + 1))];
}
