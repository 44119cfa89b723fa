/** The module behind `#routes` in a bundle: who gets which events, who is only delivered to, and who is gone for good, decided at synth. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Route } from '../lambdas/core/routes.ts';
import type { LoadedConsumer } from './consumers.ts';

export type RoutesModule = {
  readonly consumers: readonly (Route & Pick<LoadedConsumer, 'name' | 'settled'>)[];
  /** The routes of consumers that payments bring. */
  readonly builtIn: readonly Route[];
  readonly retired: readonly string[];
};

/** Writes the module below the cloud assembly and returns its path. Equal routes give equal bytes, so that bundles keep their hash. */
export function writeRoutesModule(outdir: string, { consumers, builtIn, retired }: RoutesModule): string {
  const delivered = consumers.filter(({ settled }) => !settled).map(({ name }) => name);
  const plain = [...consumers, ...builtIn].map(({ address, subscribes }) => ({ address, subscribes }));
  const folder = join(outdir, 'generated');
  const file = join(folder, 'routes.mjs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    file,
    `/* Written at synth. */\nexport const routes = ${JSON.stringify(plain, null, 2)};\nexport const retired = ${JSON.stringify(retired)};\n` +
      `export const delivered = ${JSON.stringify(delivered)};\n`,
  );
  return file;
}
