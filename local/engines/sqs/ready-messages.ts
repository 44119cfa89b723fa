/** The visible messages of a queue, in the order in which they became visible or in a drawn one. */
import type { Random } from '../../../lambdas/core/ports.ts';
import type { StoredMessage } from './stored-message.ts';

type Entry = { readonly message: StoredMessage; readonly turn: number };

/** As many taken places are left at the front before the list is copied without them. */
const TAKEN_MAX = 1_024;

export class ReadyMessages {
  /** Where it is given, each message is drawn with it. */
  readonly #random: Random | undefined;
  #entries: Entry[] = [];
  #taken = 0;

  constructor(random: Random | undefined) {
    this.#random = random;
  }

  add(message: StoredMessage): void {
    this.#entries.push({ message, turn: message.turn });
  }

  /** The next one that is still visible. */
  take(): StoredMessage | undefined {
    while (this.#taken < this.#entries.length) {
      const { message, turn } = this.#next();
      if (message.turn === turn) return message;
    }
    return undefined;
  }

  #next(): Entry {
    if (this.#random !== undefined) this.#swapInDrawn(this.#random);
    const entry = this.#entries[this.#taken] as Entry;
    this.#taken += 1;
    if (this.#taken > TAKEN_MAX && this.#taken * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#taken);
      this.#taken = 0;
    }
    return entry;
  }

  #swapInDrawn(random: Random): void {
    const drawn = this.#taken + Math.floor(random.fraction() * (this.#entries.length - this.#taken));
    const [front, other] = [this.#entries[this.#taken] as Entry, this.#entries[drawn] as Entry];
    this.#entries[this.#taken] = other;
    this.#entries[drawn] = front;
  }
}
