import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Arrow, allowedArrows, forbiddenArrows } from './tidy/arrow-samples.ts';
import { lintSamples } from './tidy/lint-samples.ts';
import { inScratchTree } from './tidy/scratch-tree.ts';

type Diagnostic = { readonly category: string; readonly message: string; readonly location: { readonly path: string } };

const repository = join(import.meta.dirname, '..');
const ARROW = 'lint/style/noRestrictedImports';
/** Three spellings that reach the same module, each of which an arrow has to stop. */
const spellings = (to: string) => [
  `import '${to}';\n`,
  `import type { Any } from '${to}';\n\nexport type Mine = Any;\n`,
  `export const late = () => import('${to}');\n`,
];
const arrowPath = ({ from, to }: Arrow, spelling: number) =>
  `${from}/arrow-${spelling}-${to.replaceAll(/[^a-z]+/g, '-').replace(/^-|-$/g, '')}.ts`;

let found: ReadonlyMap<string, readonly Diagnostic[]>;

/** One run over all samples, with the repository's own configuration. */
beforeAll(async () => {
  const files = new Map<string, string>();
  for (const name of ['biome.json', 'package.json', 'tsconfig.json']) files.set(name, readFileSync(join(repository, name), 'utf8'));
  for (const name of readdirSync(join(repository, 'test/lint')))
    files.set(`test/lint/${name}`, readFileSync(join(repository, 'test/lint', name), 'utf8'));
  for (const sample of lintSamples) {
    files.set(sample.path, sample.text);
    if (sample.allowedAt !== undefined) files.set(sample.allowedAt, `${files.get(sample.allowedAt) ?? ''}${sample.text}`);
  }
  for (const arrow of [...forbiddenArrows, ...allowedArrows])
    for (const [index, text] of spellings(arrow.to).entries()) files.set(arrowPath(arrow, index), text);
  found = await inScratchTree(files, check);
}, 60_000);

describe('Biome, with the configuration of this repository,', () => {
  it.each(lintSamples)('reports $rule in $path', ({ path, category, says }) => {
    expect(at(path)).toContainEqual(expect.objectContaining({ category, message: expect.stringContaining(says ?? '') }));
  });

  it.each(lintSamples.filter(({ allowedAt }) => allowedAt !== undefined))(
    'allows $rule in $allowedAt',
    ({ allowedAt = '', category, says }) => {
      expect(at(allowedAt)).not.toContainEqual(expect.objectContaining({ category, message: expect.stringContaining(says ?? '') }));
    },
  );

  it.each(forbiddenArrows)('forbids $from to import $to in any spelling', (arrow) => {
    for (const index of [0, 1, 2]) expect(at(arrowPath(arrow, index))).toContainEqual(expect.objectContaining({ category: ARROW }));
  });

  it.each(allowedArrows)('lets $from import $to', (arrow) => {
    for (const index of [0, 1, 2]) expect(at(arrowPath(arrow, index)).filter(({ category }) => category === ARROW)).toEqual([]);
  });

  it('has a sample for each rule that the configuration turns on', () => {
    const { linter } = JSON.parse(readFileSync(join(repository, 'biome.json'), 'utf8'));
    const { preset: _preset, ...groups } = linter.rules;
    const rules = Object.entries<object>(groups).flatMap(([group, names]) =>
      Object.entries(names).map(([name, level]) => ({ category: `lint/${group}/${name}`, level })),
    );
    const sampled = new Set([ARROW, ...lintSamples.map(({ category }) => category)]);

    expect(rules.filter(({ category, level }) => level !== 'off' && !sampled.has(category))).toEqual([]);
  });

  it.each(readdirSync(join(repository, 'test/lint')))('runs %s, which has a sample', (plugin) => {
    const text = readFileSync(join(repository, 'test/lint', plugin), 'utf8');

    expect(lintSamples.filter(({ category, says }) => category === 'plugin' && text.includes(says ?? '')).length).toBeGreaterThan(0);
    expect(readFileSync(join(repository, 'biome.json'), 'utf8')).toContain(`./test/lint/${plugin}`);
  });

  it('counts a warning as a failure, as the script "lint" runs it', () => {
    const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));

    expect(scripts.lint).toContain('--error-on-warnings');
  });
});

function at(path: string): readonly Diagnostic[] {
  return found.get(path) ?? [];
}

function check(folder: string): Promise<Map<string, Diagnostic[]>> {
  const biome = join(repository, 'node_modules/.bin/biome');
  return new Promise((resolve, reject) => {
    execFile(
      biome,
      ['check', '--reporter=json', '--max-diagnostics=none', '.'],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
      (_failure, output, errors) => {
        try {
          const { diagnostics } = JSON.parse(output) as { diagnostics: Diagnostic[] };
          resolve(Map.groupBy(diagnostics, ({ location }) => location.path));
        } catch (cause) {
          reject(new Error(`Biome gave no report: ${errors.slice(0, 2000)}`, { cause }));
        }
      },
    );
  });
}
