/** The stack as it is synthesized from given settings and the two sample consumers, with readable names for its resources. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnResource } from 'aws-cdk-lib';
import { type AppOptions, createApp } from '../../lib/app.ts';
import { consumersFolder } from '../../lib/project.ts';

type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

/** `path` is the construct's path in the stack without what CDK adds: `Tables/Events/Table`, for example. */
export type Resource = {
  readonly path: string;
  readonly type: string;
  readonly logicalId: string;
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
};

export type SynthesizedStack = {
  readonly resources: readonly Resource[];
  readonly outputs: { readonly [name: string]: { readonly Value: Json } };
  /** All resources of one CloudFormation type. */
  ofType(type: string): Resource[];
  /** The one resource at a path. */
  at(path: string): Resource;
  /** `{ Ref }` and `{ Fn::GetAtt }` as `path` or `path.Attribute`, everything around them as it is. */
  readable(value: Json | undefined): Json;
};

export const SOURCES = { stripe: { provider: 'stripe' }, 'shop-eu': { provider: 'standardwebhooks', toleranceSeconds: 600 } };

/** A provider that payments are charged through, for the tests that look at the whole stack. */
export const PAYMENTS = { stripe: { source: 'stripe', mode: 'test' } };

/** A folder with the sample consumers and any further file, so that a consumer that a user adds to the repository changes no test. */
export function consumersWith(files: { readonly [file: string]: string } = {}): string {
  const folder = emptyFolder();
  for (const name of ['ledger', 'receipts']) {
    writeFileSync(join(folder, `${name}.ts`), `export { default } from ${JSON.stringify(join(consumersFolder, `${name}.ts`))};\n`);
  }
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'oncehook-lib-'));
}

export async function synthesizedStack(options: AppOptions = {}): Promise<SynthesizedStack> {
  const { app, stack } = await createApp({
    outdir: emptyFolder(),
    bundle: false,
    consumersFolder: consumersWith(),
    ...options,
    // Without payments unless they are asked for: that is the smaller of the two stacks there are.
    context: { sources: SOURCES, payments: {}, ...options.context },
  });
  const template = app.synth().getStackArtifact(stack.artifactId).template;
  const paths = new Map(
    stack.node
      .findAll()
      .filter((node) => CfnResource.isCfnResource(node))
      .map((node) => [stack.resolve(node.logicalId), shortPath(node.node.path)]),
  );
  return readStack(template, paths);
}

function shortPath(path: string): string {
  return path
    .split('/')
    .slice(1)
    .filter((part) => part !== 'Resource')
    .join('/');
}

function readStack(
  template: { readonly Resources: { [id: string]: JsonObject }; readonly Outputs: SynthesizedStack['outputs'] },
  paths: ReadonlyMap<string, string>,
): SynthesizedStack {
  const pathOf = (logicalId: string) => paths.get(logicalId) ?? logicalId;
  const resources = Object.entries(template.Resources).map(([logicalId, resource]) => ({
    path: pathOf(logicalId),
    type: String(resource['Type']),
    logicalId,
    properties: (resource['Properties'] ?? {}) as JsonObject,
    dependsOn: [resource['DependsOn'] ?? []].flat().map((id) => pathOf(String(id))),
    deletionPolicy: resource['DeletionPolicy'] as string | undefined,
    updateReplacePolicy: resource['UpdateReplacePolicy'] as string | undefined,
  }));
  const readable = (value: Json | undefined): Json => {
    if (Array.isArray(value)) return value.map(readable);
    if (typeof value !== 'object' || value === null) return value ?? null;
    const object = value as JsonObject;
    if (typeof object['Ref'] === 'string') return pathOf(object['Ref']);
    if (Array.isArray(object['Fn::GetAtt']))
      return object['Fn::GetAtt'].map((part, index) => (index === 0 ? pathOf(part) : part)).join('.');
    if (Array.isArray(object['Fn::Join'])) return joined(readable(object['Fn::Join']) as [string, string[]]);
    return Object.fromEntries(Object.entries(object).map(([name, inner]) => [name, readable(inner)]));
  };
  return {
    resources,
    outputs: template.Outputs,
    readable,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    at: (path) => {
      const found = resources.filter((resource) => resource.path === path);
      if (found.length !== 1)
        throw new Error(`${found.length} resources at ${path}; there are: ${resources.map((one) => one.path).join(', ')}`);
      return found[0] as Resource;
    },
  };
}

function joined([separator, parts]: [string, string[]]): string {
  return parts.join(separator);
}
