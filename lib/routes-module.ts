/** The module behind `#routes` in a bundle: who gets which events, and who is gone for good, decided at synth. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Route } from '../lambdas/core/routes.ts';

export type RoutesModule = { readonly routes: readonly Route[]; readonly retired: readonly string[] };

/** Writes the module below the cloud assembly and returns its path. Equal routes give equal bytes, so that bundles keep their hash. */
export function writeRoutesModule(outdir: string, { routes, retired }: RoutesModule): string {
  const plain = routes.map(({ address, subscribes }) => ({ address, subscribes }));
  const folder = join(outdir, 'generated');
  const file = join(folder, 'routes.mjs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    file,
    `/* Written at synth. */\nexport const routes = ${JSON.stringify(plain, null, 2)};\nexport const retired = ${JSON.stringify(retired)};\n`,
  );
  return file;
}
