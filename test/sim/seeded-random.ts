/** Everything that looks random in a simulation: one seed, one stream of numbers for each purpose. */
import type { Random } from '../../lambdas/core/ports.ts';

export type SeededRandom = Random & {
  chance(probability: number): boolean;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
  /** A stream of its own, so that one more draw here moves nothing there. */
  fork(label: string): SeededRandom;
};

/** The generator sfc32: 128 bits of state, so that neighbouring seeds have nothing in common after the first rounds. */
export function createSeededRandom(seed: number, label = ''): SeededRandom {
  let [a, b, c, counter] = [seed | 0, (seed / 2 ** 32) | 0, hashOf(label), 1];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) next();
  const fraction = () => next() / 2 ** 32;
  const hex = () => next().toString(16).padStart(8, '0');
  return {
    fraction,
    uuid: () => {
      const [first, second, third, fourth] = [hex(), hex(), hex(), hex()];
      return `${first}-${second.slice(0, 4)}-4${second.slice(5)}-8${third.slice(1, 4)}-${third.slice(4)}${fourth}`;
    },
    chance: (probability) => probability > 0 && fraction() < probability,
    between: (from, to) => from + Math.floor(fraction() * (to - from + 1)),
    pick: (list) => list[Math.floor(fraction() * list.length)] as (typeof list)[number],
    fork: (name) => createSeededRandom(seed, `${label}/${name}`),
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash | 0;
}
