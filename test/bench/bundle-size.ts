/** What a synthesized bundle is made of, in KB by package: the same build as at synth, once more with esbuild's own account of it. */

import { join } from 'node:path';
import { build } from 'esbuild';
import { bundling } from '../../lib/house-function.ts';
import { projectRoot, providersFolder } from '../../lib/project.ts';
import { loadProviders } from '../../lib/providers.ts';
import { ingestAliases } from '../../lib/webhook-source.ts';

export type BundleSize = { readonly totalBytes: number; readonly packages: readonly { readonly name: string; readonly bytes: number }[] };

/** Bytes of the minified output, the largest package first; files of ours are counted as `oncehook`. */
export async function measureIngestBundle(routesFile: string): Promise<BundleSize> {
  const stripe = (await loadProviders(providersFolder)).find(({ name }) => name === 'stripe');
  if (stripe === undefined) throw new Error('lambdas/providers has no stripe.ts');
  const settings = bundling(ingestAliases(stripe, routesFile));
  const aliases = Object.entries(settings.esbuildArgs ?? {}).map(([flag, file]) => [flag.replace('--alias:', ''), String(file)]);
  const result = await build({
    entryPoints: [join(projectRoot, 'lambdas', 'entry', 'ingest.ts')],
    absWorkingDir: projectRoot,
    alias: Object.fromEntries(aliases),
    mainFields: [...(settings.mainFields ?? [])],
    target: String(settings.target),
    minify: settings.minify === true,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    write: false,
    metafile: true,
  });
  const [output] = Object.values(result.metafile.outputs);
  if (output === undefined) throw new Error('esbuild wrote no output');
  const packages = new Map<string, number>();
  for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
    packages.set(packageOf(file), (packages.get(packageOf(file)) ?? 0) + bytesInOutput);
  }
  const sorted = [...packages].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  return { totalBytes: output.bytes, packages: sorted };
}

function packageOf(file: string): string {
  const inside = file.split('node_modules/').at(-1) ?? file;
  if (inside === file) return 'oncehook';
  return inside
    .split('/')
    .slice(0, inside.startsWith('@') ? 2 : 1)
    .join('/');
}
