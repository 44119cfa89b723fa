/** The module behind `#books` in a bundle: the consumers that keep books of one provider, decided at synth. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedConsumer } from './consumers.ts';

export type BookKeeper = Pick<LoadedConsumer, 'file' | 'address' | 'books' | 'tables'>;

/** What the function that reconciles one provider needs of the books kept of it. */
export type ProviderBooks = { readonly file: string; readonly tables: readonly string[] };

/** The module, and the declared names of the tables in which books are kept. */
export function providerBooks(outdir: string, provider: string, consumers: readonly BookKeeper[]): ProviderBooks {
  const keepers = consumers.filter(({ books }) => books.includes(provider));
  return { file: writeBooksModule(outdir, provider, keepers), tables: keepers.flatMap(({ tables }) => Object.keys(tables)) };
}

/** Writes the module below the cloud assembly and returns its path. Its imports name files of this machine; what is bundled from it does not. */
function writeBooksModule(outdir: string, provider: string, keepers: readonly BookKeeper[]): string {
  const folder = join(outdir, 'generated');
  const file = join(folder, `books-${provider}.mjs`);
  mkdirSync(folder, { recursive: true });
  const imports = keepers.map((keeper, index) => `import consumer${index} from ${JSON.stringify(keeper.file)};\n`);
  const entries = keepers.map(
    ({ address }, index) => `  { address: ${JSON.stringify(address)}, books: consumer${index}.books[${JSON.stringify(provider)}] },\n`,
  );
  writeFileSync(file, `/* Written at synth. */\n${imports.join('')}export const books = [\n${entries.join('')}];\n`);
  return file;
}
