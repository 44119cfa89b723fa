/** The functions' code as `npx cdk synth` writes it on a machine that has no credentials, no network and its own Node first in the path. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../lib/project.ts';
import { oldNode } from '../old-node.ts';
import { emptyFolder } from './synthesized-stack.ts';

export type BundledFunction = {
  readonly kind: string;
  readonly logicalId: string;
  /** The file that Lambda loads, and whatever else is in the package. */
  readonly file: string;
  readonly packaged: readonly string[];
  readonly text: string;
};

type Template = {
  readonly Resources: {
    readonly [id: string]: { readonly Type: string; readonly Properties: { readonly Code: { readonly S3Key: string } } };
  };
};

export async function bundledFunctions(): Promise<BundledFunction[]> {
  const outdir = emptyFolder();
  await promisify(execFile)('npx', ['--no', '--', 'cdk', 'synth', '--quiet', '--output', outdir], {
    cwd: projectRoot,
    env: bareEnvironment(),
  });
  const template: Template = JSON.parse(readFileSync(join(outdir, 'oncehook.template.json'), 'utf8'));
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([logicalId, { Properties }]) => {
      const folder = join(outdir, `asset.${Properties.Code.S3Key.replace(/\.zip$/, '')}`);
      const file = join(folder, 'index.js');
      const kind =
        /^(?:Ingest|Relay|Consume|Settle|PaymentsPay|PaymentsStripe(?:Charge|Confirm|Clock|Reconcile))/.exec(logicalId)?.[0] ?? logicalId;
      return { kind, logicalId, file, packaged: readdirSync(folder), text: readFileSync(file, 'utf8') };
    });
}

/**
 * Not npm's path, where the Node that came with the packages is found first: a Node that is too old comes first where the machine has
 * one. And no variable that names an account or a Region.
 */
export function bareEnvironment(): { readonly [name: string]: string } {
  const old = oldNode();
  const machine = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const path = old === undefined ? machine : [dirname(old), ...machine];
  const nowhere = 'http://127.0.0.1:9';
  return { PATH: path.join(delimiter), HOME: emptyFolder(), HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere };
}
