/** Middleware: metrics leave with the invocation they belong to, whether it succeeds or not. */
import type { MiddlewareObj } from '@middy/core';
import type { Telemetry } from '../core/ports.ts';

export function flushTelemetry(telemetry: Telemetry): MiddlewareObj {
  // Returns nothing: what a middleware returns, middy takes for the answer of the function.
  const flush = () => {
    telemetry.flush();
  };
  return { name: 'flush-telemetry', after: flush, onError: flush };
}
