/** Reads what `cdk synth` wrote: the one stack's template and where its functions' code lies. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { LocalError } from './local-error.ts';

export type Resource = {
  readonly Type: string;
  readonly Properties?: { readonly [name: string]: unknown };
};

export type Template = {
  readonly Resources: { readonly [logicalId: string]: Resource };
  readonly Outputs?: { readonly [name: string]: { readonly Value: unknown } };
};

export type SynthesizedStack = {
  readonly stackName: string;
  readonly template: Template;
  /** The folder of an asset, by the S3 key that the template names. Throws `UNKNOWN_ASSET`. */
  assetDirectory(objectKey: string): string;
};

type Artifact = { readonly type: string; readonly properties?: { readonly templateFile?: string; readonly file?: string } };
type AssetFile = {
  readonly source: { readonly path: string };
  readonly destinations: { readonly [name: string]: { readonly objectKey: string } };
};

/** `outdir` is a cdk output directory. Throws `NO_TEMPLATE` where it does not hold exactly one stack. */
export function readTemplate(outdir: string): SynthesizedStack {
  const artifacts = (readJson(join(outdir, 'manifest.json')) as { artifacts?: Record<string, Artifact> }).artifacts ?? {};
  const stacks = Object.entries(artifacts).filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack');
  const [stackName, stack] = stacks[0] ?? [];
  const templateFile = stack?.properties?.templateFile;
  if (stacks.length !== 1 || stackName === undefined || templateFile === undefined) {
    throw new LocalError(
      'NO_TEMPLATE',
      `${outdir} holds ${stacks.length} stacks (${stacks.map(([name]) => name).join(', ')}); the local stand-in runs exactly one. Synthesize one stack into a folder of its own.`,
    );
  }
  const directories = assetDirectories(outdir, artifacts);
  return {
    stackName,
    template: readJson(join(outdir, templateFile)) as Template,
    assetDirectory: (objectKey) => {
      const directory = directories.get(objectKey);
      if (directory !== undefined) return directory;
      throw new LocalError(
        'UNKNOWN_ASSET',
        `The template names the asset ${objectKey}, but no asset manifest in ${outdir} has it. Synthesize again into an empty folder.`,
      );
    },
  };
}

function assetDirectories(outdir: string, artifacts: Record<string, Artifact>): Map<string, string> {
  const directories = new Map<string, string>();
  for (const artifact of Object.values(artifacts)) {
    if (artifact.type !== 'cdk:asset-manifest' || artifact.properties?.file === undefined) continue;
    const manifest = readJson(join(outdir, artifact.properties.file)) as { files?: Record<string, AssetFile> };
    for (const { source, destinations } of Object.values(manifest.files ?? {})) {
      const directory = isAbsolute(source.path) ? source.path : join(outdir, source.path);
      for (const { objectKey } of Object.values(destinations)) directories.set(objectKey, directory);
    }
  }
  return directories;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new LocalError(
      'NO_TEMPLATE',
      `${file} cannot be read as JSON; the folder was not written by cdk synth. Run npx cdk synth first.`,
      cause,
    );
  }
}
