/** The module behind `#routes` in a bundle: who gets which events, decided at synth from the consumers there are. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Route } from '../lambdas/core/routes.ts';
import type { LoadedConsumer } from './consumers.ts';

/** Writes the module below the cloud assembly and returns its path. Equal consumers give equal bytes, so that bundles keep their hash. */
export function writeRoutesModule(outdir: string, consumers: readonly LoadedConsumer[]): string {
  const routes: readonly Route[] = consumers.map(({ address, subscribes }) => ({ address, subscribes }));
  const folder = join(outdir, 'generated');
  const file = join(folder, 'routes.mjs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `/* Written at synth. */\nexport const routes = ${JSON.stringify(routes, null, 2)};\n`);
  return file;
}
