/** Why a request got no answer, in the network's own word: fetch hides it in the cause of its error. */

/** For example `ECONNREFUSED` or `TimeoutError`; `NO_CONNECTION` where nothing more is known. */
export function networkCode(error: unknown): string {
  const { name, code, cause } = (error ?? {}) as { name?: unknown; code?: unknown; cause?: unknown };
  if (cause !== undefined) return networkCode(cause);
  if (typeof code === 'string') return code;
  return name === 'TimeoutError' ? name : 'NO_CONNECTION';
}
