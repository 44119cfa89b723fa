import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWhere } from '../not-run.ts';
import { oldNode, pretending, run } from '../old-node.ts';

const bin = join(import.meta.dirname, '../../bin');
const old = oldNode();
const launcher = 'bin/oncehook.mjs';
const sentence = /^oncehook needs Node 24 or newer and was started with Node \S+: .+\n$/;

let project: string;

/** A project with our launcher and a command that tells what reached it. */
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'oncehook-launcher-'));
  for (const folder of ['bin', 'ops', 'local', 'node_modules/node/bin']) mkdirSync(join(project, folder), { recursive: true });
  for (const file of ['oncehook.mjs', 'require-node.mjs']) copyFileSync(join(bin, file), join(project, 'bin', file));
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(project, 'ops/cli.ts'),
    'export async function main(argv: string[]): Promise<number> { process.stdout.write(JSON.stringify([process.versions.node.split(".")[0], ...argv])); return 7; }',
  );
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

const bringNode = () => symlinkSync(process.execPath, join(project, 'node_modules/node/bin/node'));
const major = process.versions.node.split('.')[0];

describe('The launcher', () => {
  it('hands the command line to the command and ends with its exit code', () => {
    expect(run(process.execPath, [launcher, 'send', 'stripe'], project)).toEqual({
      code: 7,
      output: JSON.stringify([major, 'send', 'stripe']),
      errors: '',
    });
  });

  it('ends with the sentence of the guard where the Node is too old and npm brought none', () => {
    const { code, output, errors } = run(process.execPath, [pretending('20.1.0'), launcher, 'status'], project);

    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(sentence);
  });

  it('lets the Node that npm brought take over from one that is too old', () => {
    bringNode();

    expect(run(process.execPath, [pretending('20.1.0'), launcher, 'send', 'a b'], project)).toEqual({
      code: 7,
      output: JSON.stringify([major, 'send', 'a b']),
      errors: '',
    });
  });

  it('shows a fault of the command with its stack and ends with 1', () => {
    writeFileSync(join(project, 'ops/cli.ts'), 'export async function main(): Promise<number> { throw new Error("broken inside"); }');

    const { code, errors } = run(process.execPath, [launcher], project);

    expect(code).toBe(1);
    expect(errors).toMatch(/Error: broken inside\n +at .*main.*ops\/cli\.ts/);
  });
});

describeWhere(
  { holds: () => old !== undefined, reason: 'no Node older than 24 is on this machine.' },
  'The launcher on an old Node of this machine',
  () => {
    it('hands over to the Node that npm brought', () => {
      bringNode();

      expect(run(old ?? '', [launcher, 'status', '--json'], project)).toEqual({
        code: 7,
        output: JSON.stringify([major, 'status', '--json']),
        errors: '',
      });
    });

    it('does not go round in circles where that one is too old as well', () => {
      symlinkSync(old ?? '', join(project, 'node_modules/node/bin/node'));

      const { code, errors } = run(old ?? '', [launcher], project);

      expect(code).toBe(1);
      expect(errors).toMatch(sentence);
    });
  },
);
