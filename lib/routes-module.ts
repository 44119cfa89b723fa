/** The module behind `#routes` in a bundle: who gets which events, who is only delivered to, and who is gone for good, decided at synth. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Route } from '../lambdas/core/routes.ts';
import type { LoadedConsumer } from './consumers.ts';

/** Writes the module below the cloud assembly and returns its path. Equal consumers give equal bytes, so that bundles keep their hash. */
export function writeRoutesModule(outdir: string, consumers: readonly LoadedConsumer[], retired: readonly string[]): string {
  const routes: readonly Route[] = consumers.map(({ address, subscribes }) => ({ address, subscribes }));
  const delivered = consumers.filter(({ settled }) => !settled).map(({ name }) => name);
  const folder = join(outdir, 'generated');
  const file = join(folder, 'routes.mjs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    file,
    `/* Written at synth. */\nexport const routes = ${JSON.stringify(routes, null, 2)};\nexport const retired = ${JSON.stringify(retired)};\n` +
      `export const delivered = ${JSON.stringify(delivered)};\n`,
  );
  return file;
}
