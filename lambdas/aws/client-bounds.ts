/** The bounds of every AWS client (DESIGN rule 9): one try, short timeouts that throw; the retry loop is ours. */
import { CONNECTION_TIMEOUT_MILLIS, REQUEST_TIMEOUT_MILLIS } from '../core/limits.ts';

/** Passed to each client's constructor. Without `throwOnRequestTimeout` the SDK would only warn and wait on. */
export const clientBounds = {
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MILLIS,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    throwOnRequestTimeout: true,
  },
} as const;

/**
 * Passed with each call: ends it as a whole. The request timeout above ends with the first byte of the answer, and a body that never ends
 * would hang without it. A new one for each call, since it runs from its making.
 */
export function callBound(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(REQUEST_TIMEOUT_MILLIS) };
}
