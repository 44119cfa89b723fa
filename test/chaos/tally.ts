/** Counts what happened, by its name. */

export type Tally = {
  count(what: string, times?: number): void;
  of(what: string): number;
  all(): { readonly [what: string]: number };
};

export function createTally(): Tally {
  const counts = new Map<string, number>();
  return {
    count: (what, times = 1) => void counts.set(what, (counts.get(what) ?? 0) + times),
    of: (what) => counts.get(what) ?? 0,
    all: () => Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1))),
  };
}
