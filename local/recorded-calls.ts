/** Who called what: IAM is not enforced by any local engine, so the calls are kept and a test holds them against the roles. */

export type RecordedCall = {
  /** The access key of the caller: a function's logical id, or `operator`. */
  readonly caller: string;
  readonly service: string;
  /** The action as IAM names it: a batch or a transaction counts as its parts. */
  readonly action: string;
  /** The physical name of the table, queue or secret; `{table}/stream` for a stream, `{table}/index/{name}` for an index. */
  readonly resource: string;
  readonly times: number;
};

/** One call, or one part of a batch or transaction. */
export type CallPart = { readonly action: string; readonly resource: string };

/** Counts instead of keeping each call, because a local stack may serve for days. */
export class RecordedCalls {
  readonly #counted = new Map<string, { call: Omit<RecordedCall, 'times'>; times: number }>();

  record(caller: string, service: string, part: CallPart): void {
    const key = `${caller} ${service} ${part.action} ${part.resource}`;
    const counted = this.#counted.get(key);
    if (counted === undefined) this.#counted.set(key, { call: { caller, service, ...part }, times: 1 });
    else counted.times += 1;
  }

  list(): readonly RecordedCall[] {
    return [...this.#counted.values()].map(({ call, times }) => ({ ...call, times }));
  }
}
