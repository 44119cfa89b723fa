/** One mutant: a patch that takes one guard away, with the test or the seed of the simulator that must notice written above the diff. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export type Mutant = {
  readonly name: string;
  /** What the patch takes away, in words. */
  readonly guard: string;
  readonly killer: Killer;
  readonly patch: string;
  /** The top-level folders it changes; none where it changes a file at the top. */
  readonly folders: readonly string[];
};

export type Killer = NamedTest | Seed;

/** `title` matches the full name of exactly one test of that file. */
export type NamedTest = { readonly kind: 'test'; readonly testFile: string; readonly title: string };

/** A seed of the simulator that an invariant fails for. */
export type Seed = { readonly kind: 'seed'; readonly seed: number; readonly level: 'ports' | 'sdk' | 'payments' };

const GUARD = /^# guard: (.+)$/m;
const TEST = /^# test: (\S+) -t "(.+)"$/m;
const SEED = /^# seed: (\d{1,15}) (ports|sdk|payments)$/m;

/** All patches of a folder, by name; with names given, only those, and each of them must be there. */
export function readMutants(folder: string, names: readonly string[]): Mutant[] {
  const all = readdirSync(folder)
    .filter((file) => file.endsWith('.patch'))
    .sort();
  const unknown = names.filter((name) => !all.includes(`${name}.patch`));
  if (unknown.length > 0)
    throw new Error(`There is no mutant ${unknown.join(', ')}; there are: ${all.map((file) => basename(file, '.patch')).join(', ')}.`);
  const wanted = names.length === 0 ? all : names.map((name) => `${name}.patch`);
  return wanted.map((file) => readMutant(join(folder, file)));
}

/** Writes into the patch that another seed finds it. */
export function nameSeed(patch: string, seed: number): void {
  writeFileSync(
    patch,
    readFileSync(patch, 'utf8').replace(SEED, (_, __, level: string) => `# seed: ${seed} ${level}`),
  );
}

function readMutant(patch: string): Mutant {
  const text = readFileSync(patch, 'utf8');
  const guard = GUARD.exec(text)?.[1];
  const killer = readKiller(text);
  if (guard === undefined || killer === undefined) {
    throw new Error(
      `${patch} has to say above its diff which guard it takes away and what must fail: "# guard: …", and "# test: test/… -t \\"title\\"" or "# seed: 17 ports".`,
    );
  }
  const paths = [...text.matchAll(/^\+\+\+ b\/(\S+)/gm)].map(([, path = '']) => path);
  const folders = paths.every((path) => path.includes('/')) ? [...new Set(paths.map((path) => path.split('/')[0] ?? ''))] : [];
  return { name: basename(patch, '.patch'), guard, killer, patch, folders };
}

function readKiller(text: string): Killer | undefined {
  const [, testFile, title] = TEST.exec(text) ?? [];
  if (testFile !== undefined && title !== undefined) return { kind: 'test', testFile, title };
  const [, seed, level] = SEED.exec(text) ?? [];
  return seed === undefined ? undefined : { kind: 'seed', seed: Number(seed), level: level as Seed['level'] };
}
