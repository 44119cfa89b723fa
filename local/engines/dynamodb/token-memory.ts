/** Client request tokens of transactions: under way, or committed within the last ten minutes. One that was cancelled is not remembered. */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../lambdas/core/ports.ts';
import { ServiceError } from './service-error.ts';

/** Counted from when the first request is finished (API reference, TransactWriteItems). */
const REMEMBERED_MILLIS = 10 * 60 * 1000;

type Entry = { readonly parameters: unknown; readonly finishedAtMillis: number | undefined };

export class TokenMemory {
  readonly #clock: Clock;
  /** In the order in which they were finished, but for those under way. */
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Says whether the same transaction has been committed. Throws where the token belongs to another one, or the same is under way. */
  isCommitted(token: string, parameters: unknown): boolean {
    this.#forget();
    const entry = this.#entries.get(token);
    if (entry === undefined) return false;
    if (!isDeepStrictEqual(entry.parameters, parameters))
      throw new ServiceError(
        'IdempotentParameterMismatchException',
        'Request was already made with the same client token but the parameters of the request are different',
      );
    if (entry.finishedAtMillis === undefined)
      throw new ServiceError('TransactionInProgressException', 'The transaction with the given request token is already in progress.');
    return true;
  }

  begin(token: string, parameters: unknown): void {
    this.#entries.set(token, { parameters, finishedAtMillis: undefined });
  }

  finish(token: string): void {
    const entry = this.#entries.get(token);
    this.#entries.delete(token);
    if (entry !== undefined) this.#entries.set(token, { ...entry, finishedAtMillis: this.#clock.nowMillis() });
  }

  #forget(): void {
    const horizonMillis = this.#clock.nowMillis() - REMEMBERED_MILLIS;
    for (const [token, { finishedAtMillis }] of this.#entries) {
      if (finishedAtMillis === undefined) continue;
      if (finishedAtMillis > horizonMillis) return;
      this.#entries.delete(token);
    }
  }
}
