/** A cloud assembly written by hand, as `cdk synth` would write it: for tests of the stand-in that need another stack than the product's. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

export type SmallStack = {
  readonly resources: { readonly [logicalId: string]: { readonly Type: string; readonly Properties?: object } };
  readonly outputs?: { readonly [name: string]: { readonly Value: unknown } };
  /** The code of functions by S3 key: CommonJS text that exports `handler`. */
  readonly code?: { readonly [objectKey: string]: string };
};

/** Returns the cdk output directory. */
export function writeSmallStack({ resources, outputs = {}, code = {} }: SmallStack): string {
  const outdir = temporaryFolder('small');
  const write = (file: string, content: unknown) => writeFileSync(join(outdir, file), JSON.stringify(content));
  for (const [objectKey, text] of Object.entries(code)) {
    mkdirSync(join(outdir, `asset.${objectKey}`));
    writeFileSync(join(outdir, `asset.${objectKey}`, 'index.js'), text);
  }
  const files = Object.keys(code).map((objectKey) => [
    objectKey,
    { source: { path: `asset.${objectKey}`, packaging: 'zip' }, destinations: { 'current_account-current_region': { objectKey } } },
  ]);
  write('package.json', { type: 'commonjs' });
  write('small.template.json', { Resources: resources, Outputs: outputs });
  write('small.assets.json', { version: '36.0.0', files: Object.fromEntries(files) });
  write('manifest.json', {
    version: '36.0.0',
    artifacts: {
      'small.assets': { type: 'cdk:asset-manifest', properties: { file: 'small.assets.json' } },
      small: { type: 'aws:cloudformation:stack', properties: { templateFile: 'small.template.json' } },
    },
  });
  return outdir;
}

/** A function's resource with the code of that key. */
export function functionResource(objectKey: string, properties: object = {}): { Type: string; Properties: object } {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: { Code: { S3Bucket: 'assets', S3Key: objectKey }, Handler: 'index.handler', ...properties },
  };
}
