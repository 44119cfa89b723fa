/**
 * Lets only a few requests into an engine at a time, and every caller in turn. DynamoDB Local has one writer: more at a time only queue up
 * inside it, where a batch of forty transactions of a consumer would stand before each webhook. DynamoDB itself has no such queue.
 */

/** The callers that wait, in the order of their turns, each with its requests. */
type Waiting = Map<string, (() => void)[]>;

/** While others wait, too, urgent callers get this many turns for one of theirs: nobody waits without end. */
const URGENT_TURNS = 2;

export class FairTurns {
  readonly #limit: number;
  readonly #isUrgent: (caller: string) => boolean;
  readonly #urgent: Waiting = new Map();
  readonly #others: Waiting = new Map();
  #running = 0;
  #urgentInARow = 0;

  /** Urgent is a caller that somebody waits for: a webhook's sender does, a queue does not. */
  constructor(limit: number, isUrgent: (caller: string) => boolean) {
    this.#limit = limit;
    this.#isUrgent = isUrgent;
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
    const waiting = this.#isUrgent(caller) ? this.#urgent : this.#others;
    const queue = waiting.get(caller);
    if (queue === undefined) waiting.set(caller, [start]);
    else queue.push(start);
  }

  /** Hands the place on, or gives it up where nobody waits. */
  #pass(): void {
    const urgent = this.#others.size === 0 || (this.#urgent.size > 0 && this.#urgentInARow < URGENT_TURNS);
    const start = takeTurn(urgent ? this.#urgent : this.#others);
    this.#urgentInARow = urgent ? this.#urgentInARow + 1 : 0;
    if (start === undefined) this.#running -= 1;
    else start();
  }
}

/** The first request of the caller whose turn it is; that caller's other requests go behind everybody else's. */
function takeTurn(waiting: Waiting): (() => void) | undefined {
  const [caller, queue] = waiting.entries().next().value ?? [];
  if (caller === undefined || queue === undefined) return undefined;
  const start = queue.shift();
  waiting.delete(caller);
  if (queue.length > 0) waiting.set(caller, queue);
  return start;
}
