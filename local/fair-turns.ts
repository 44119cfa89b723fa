/**
 * Lets only a few requests into an engine at a time, and every caller in turn. DynamoDB Local has one writer: more at a time only queue up
 * inside it, where a batch of forty transactions of a consumer would stand before each webhook. DynamoDB itself has no such queue.
 */

export class FairTurns {
  readonly #limit: number;
  #running = 0;
  /** The callers that wait, in the order of their turns, each with its requests. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs the work when it is the caller's turn. */
  async run<T>(caller: string, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#enqueue(caller, resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#pass();
    }
  }

  #enqueue(caller: string, start: () => void): void {
    const queue = this.#waiting.get(caller);
    if (queue === undefined) this.#waiting.set(caller, [start]);
    else queue.push(start);
  }

  /** Hands the place to the caller whose turn it is; that caller's other requests go behind everybody else's. */
  #pass(): void {
    const [caller, queue] = this.#waiting.entries().next().value ?? [];
    if (caller === undefined || queue === undefined) {
      this.#running -= 1;
      return;
    }
    const start = queue.shift();
    this.#waiting.delete(caller);
    if (queue.length > 0) this.#waiting.set(caller, queue);
    start?.();
  }
}
