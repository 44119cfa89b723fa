import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseSync } from '@swc/core';
import { describeWhere } from '../not-run.ts';
import { oldNode, pretending, run } from '../old-node.ts';

const repository = join(import.meta.dirname, '../..');
const guard = '--import=./bin/require-node.mjs';
const old = oldNode();
/** Dies under an old Node before a line of it runs. */
const typeScript = 'lambdas/core/limits.ts';

describe('The guard', () => {
  it('lets Node 24 and later pass without a word', () => {
    expect(run(process.execPath, [guard, '-p', '1'], repository)).toEqual({ code: 0, output: '1\n', errors: '' });
    expect(run(process.execPath, [pretending('25.0.0'), guard, '-p', '1'], repository)).toEqual({ code: 0, output: '1\n', errors: '' });
  });

  it.each(['4.9.1', '18.20.8', '20.20.2', '23.11.1'])(
    'ends Node %s with one sentence: what was found, what is needed, how to get it',
    (version) => {
      const { code, output, errors } = run(process.execPath, [pretending(version), guard, '-p', '1'], repository);

      expect({ code, output }).toEqual({ code: 1, output: '' });
      expect(errors).toBe(
        `oncehook needs Node 24 or newer and was started with Node ${version}: run "npm ci" without --ignore-scripts, which brings Node 24 as the npm package "node" for every npm script and npx, or install Node 24 or newer yourself.\n`,
      );
    },
  );

  it('is written in what every Node with ES modules can read', () => {
    const newer = ['OptionalChainingExpression', 'BigIntLiteral', 'AwaitExpression', 'StaticBlock', 'PrivateName', 'ClassProperty'];
    const used = (text: string) =>
      newer.filter((type) => JSON.stringify(parseSync(text, { syntax: 'ecmascript', target: 'es2024' })).includes(`"type":"${type}"`));

    expect(used('await (a?.b);')).toEqual(['OptionalChainingExpression', 'AwaitExpression']);
    for (const name of ['require-node.mjs', 'oncehook.mjs']) expect(used(readFileSync(join(repository, 'bin', name), 'utf8'))).toEqual([]);
  });

  it('is loaded first by every script that runs a file of ours', () => {
    const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { scripts: { [name: string]: string } };
    const ours = Object.entries(scripts).filter(([, script]) =>
      /\.(?:ts|mjs)\b/.test(script.replace('--import ./bin/require-node.mjs', '')),
    );

    expect(ours.map(([name]) => name)).toEqual(expect.arrayContaining(['start', 'test', 'mutants', 'bench']));
    for (const [, script] of ours) expect(script).toMatch(/^(?:exec )?node --import \.\/bin\/require-node\.mjs /);
  });
});

describeWhere(
  { holds: () => old !== undefined, reason: 'no Node older than 24 is on this machine.' },
  'The guard on an old Node of this machine',
  () => {
    it('speaks before a TypeScript file can fail', () => {
      const guarded = run(old ?? '', [guard, typeScript], repository);

      expect({ ...guarded, errors: '' }).toEqual({ code: 1, output: '', errors: '' });
      expect(guarded.errors).toMatch(/^oncehook needs Node 24 or newer and was started with Node \d+\.\d+\.\d+: .+\n$/);
      expect(run(old ?? '', [typeScript], repository).errors).toContain('ERR_UNKNOWN_FILE_EXTENSION');
    });
  },
);
