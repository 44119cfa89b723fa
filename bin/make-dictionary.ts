/**
 * `npm run dictionary -- <provider> …` writes the next dictionary of each named provider, and without a name one for each provider that has
 * fixtures and none yet. An existing file is never written over: what was stored with it needs it.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtureOf, fixtureProviders } from '../ops/fixtures/fixture-of.ts';
import { allDictionariesFile, dictionaryFile, makeNamedDictionary } from '../ops/make-dictionary.ts';
import { print, printError } from '../ops/terminal.ts';

const folder = join(import.meta.dirname, '..', 'lambdas', 'dictionaries');
mkdirSync(folder, { recursive: true });

const nextVersion = (provider: string) => {
  let version = 1;
  while (existsSync(join(folder, `${provider}-${version}.ts`))) version += 1;
  return version;
};

const named = process.argv.slice(2);
for (const provider of named.length > 0 ? named : fixtureProviders().filter((name) => nextVersion(name) === 1)) {
  const fixture = await fixtureOf(provider);
  if (fixture === undefined) {
    printError(`There are no fixtures of ${JSON.stringify(provider)}; there are some of ${fixtureProviders().join(', ')}.`);
    process.exitCode = 2;
    continue;
  }
  const file = `${provider}-${nextVersion(provider)}.ts`;
  writeFileSync(join(folder, file), dictionaryFile(await makeNamedDictionary(provider, nextVersion(provider), fixture)), {
    flag: 'wx',
  });
  print(`wrote lambdas/dictionaries/${file}`);
}
const names = readdirSync(folder)
  .filter((file) => /-\d+\.ts$/.test(file))
  .map((file) => file.slice(0, -3));
writeFileSync(join(folder, 'all.ts'), allDictionariesFile(names.sort()));
