/** A heap of entries by the time they are due, those of one time in the order they came in; each costs the logarithm of how many there are. */

export type DueEntry = {
  readonly dueAtMillis: number;
  /** Rises from entry to entry. */
  readonly order: number;
};

const isBefore = (one: DueEntry, other: DueEntry) =>
  one.dueAtMillis < other.dueAtMillis || (one.dueAtMillis === other.dueAtMillis && one.order < other.order);

export class DueTimes<Entry extends DueEntry> {
  #entries: Entry[] = [];

  add(entry: Entry): void {
    const entries = this.#entries;
    let position = entries.length;
    entries.push(entry);
    while (position > 0) {
      const parent = (position - 1) >> 1;
      const above = entries[parent] as Entry;
      if (isBefore(above, entry)) break;
      entries[position] = above;
      position = parent;
    }
    entries[position] = entry;
  }

  /** When the first entry is due; undefined where there is none. */
  nextAtMillis(): number | undefined {
    return this.#entries[0]?.dueAtMillis;
  }

  /** The entry that is due first, taken out, where its time has come. */
  takeDue(nowMillis: number): Entry | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.dueAtMillis > nowMillis) return undefined;
    const last = this.#entries.pop() as Entry;
    if (this.#entries.length > 0) this.#sink(last);
    return first;
  }

  clear(): void {
    this.#entries = [];
  }

  #sink(entry: Entry): void {
    const entries = this.#entries;
    let position = 0;
    for (;;) {
      let child = 2 * position + 1;
      if (child >= entries.length) break;
      const right = entries[child + 1];
      if (right !== undefined && isBefore(right, entries[child] as Entry)) child += 1;
      const below = entries[child] as Entry;
      if (isBefore(entry, below)) break;
      entries[position] = below;
      position = child;
    }
    entries[position] = entry;
  }
}
