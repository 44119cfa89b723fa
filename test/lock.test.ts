import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hosts, type Lock, looseVersions, type Manifest, missingEntries, unsealed } from './tidy/lock-rules.ts';

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, '..', name), 'utf8'));
const manifest = read('package.json') as Manifest;
const lock = read('package-lock.json') as Lock;
/** A package that ships a part per platform, and one of its parts. */
const biome = 'node_modules/@biomejs/biome';
const biomeForWindows = 'node_modules/@biomejs/cli-win32-x64';

const without = (place: string): Lock => ({
  packages: Object.fromEntries(Object.entries(lock.packages).filter(([name]) => name !== place)),
});
const changed = (place: string, change: object): Lock => ({
  packages: { ...lock.packages, [place]: { ...lock.packages[place], ...change } },
});

describe('The lock file', () => {
  it('has an entry for every dependency of every package, for all platforms', () => {
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
    expect(lock.packages[biome]?.optionalDependencies).toHaveProperty(['@biomejs/cli-win32-x64']);
    expect(missingEntries(lock)).toEqual([]);
  });

  it('would be refused without the part for another platform', () => {
    expect(missingEntries(without(biomeForWindows))).toEqual([`${biome} needs @biomejs/cli-win32-x64, which has no entry`]);
  });

  it('is refused where a nested dependency is found neither beside its package nor above it', () => {
    const nested: Lock = {
      packages: {
        'node_modules/a': { dependencies: { b: '1.0.0' } },
        'node_modules/a/node_modules/b': { dependencies: { '@scope/c': '1.0.0', a: '1.0.0' } },
        'node_modules/d/node_modules/@scope/c': {},
      },
    };

    expect(missingEntries(nested)).toEqual(['node_modules/a/node_modules/b needs @scope/c, which has no entry']);
  });

  it('names no host to install from', () => {
    expect(hosts(lock)).toEqual([]);
    expect(hosts(changed(biome, { resolved: 'https://packages.example/biome.tgz' }))).toEqual([
      `${biome} is resolved to https://packages.example/biome.tgz`,
    ]);
  });

  it('seals every package with a hash', () => {
    expect(unsealed(lock)).toEqual([]);
    expect(unsealed(changed(biome, { integrity: undefined }))).toEqual([`${biome} has no integrity hash`]);
  });

  it('belongs to this package.json', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;

    expect(lock.packages['']).toMatchObject({ dependencies, devDependencies, optionalDependencies });
  });
});

describe('package.json', () => {
  it('names exact versions only', () => {
    expect(looseVersions(manifest)).toEqual([]);
  });

  it.each(['^1.2.3', '~1.2.3', '1.x', '*', 'latest', '1.2', '>=1.2.3', 'file:../x'])('would be refused with %s', (version) => {
    expect(looseVersions({ ...manifest, devDependencies: { jest: version } })).toEqual([
      `devDependencies: jest is "${version}"; give one exact version`,
    ]);
  });
});
