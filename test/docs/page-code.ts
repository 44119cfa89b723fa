/** The code of a page, as its reader would copy it. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..', '..');

/** The blocks of one language, in order. Throws where there are not as many as are expected: then the page and its test no longer belong together. */
export function codeOf(page: string, language: string, count: number): readonly string[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);
  if (blocks.length !== count) throw new Error(`${page} has ${blocks.length} blocks of ${language} instead of ${count}.`);
  return blocks;
}

/** What a file of `lambdas/consumers/` with this text has as its default export. */
export async function defaultOf<T>(text: string): Promise<T> {
  const file = join(mkdtempSync(join(tmpdir(), 'oncehook-page-')), 'consumer.ts');
  writeFileSync(file, text.replaceAll("'../core/", `'${join(root, 'lambdas', 'core')}/`));
  return ((await import(pathToFileURL(file).href)) as { readonly default: T }).default;
}
