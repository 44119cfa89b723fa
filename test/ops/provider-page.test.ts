/** The page about the providers is what the providers say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type ProviderModule, providerPage } from '../../ops/provider-page.ts';

const root = join(import.meta.dirname, '..', '..');
const files = readdirSync(join(root, 'lambdas', 'providers')).sort();
const modules = await Promise.all(files.map((file) => import(`../../lambdas/providers/${file}`) as Promise<ProviderModule>));

describe('docs/providers.md', () => {
  it('is up to date: `npm run docs` writes it', () => {
    expect(readFileSync(join(root, 'docs', 'providers.md'), 'utf8')).toBe(providerPage(modules));
  });

  it.each(modules.map((module) => ({ name: module.default.name, module })))(
    'knows everything of $name that a person must',
    ({ module }) => {
      const { setup, pitfalls, sources, title, header, signs, secret, identity, retries } = module.guide;
      for (const text of [title, header, signs, secret, identity, retries]) expect(text.trim().length).toBeGreaterThan(3);
      for (const sentence of [...setup, ...pitfalls]) expect(sentence).toMatch(/^[A-Z`"„*].*[.)]$/);
      expect([setup.length > 0 || module.default.needsFetch !== undefined, pitfalls.length > 0, sources.length > 0]).toEqual([
        true,
        true,
        true,
      ]);
    },
  );
});
