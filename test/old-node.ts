/** Starts our plain JavaScript with a Node that is too old: the machine's own where it is, and any version in name. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Ended = { readonly code: number | null; readonly output: string; readonly errors: string };

/** The first Node on the PATH, outside node_modules, that is older than 24; npm puts ours in front of it. */
export function oldNode(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin'];
  return folders
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .find((node) => existsSync(node) && majorOf(node) < 24);
}

/** Runs a Node to its end and tells what it wrote. */
export function run(node: string, commandLine: readonly string[], directory: string): Ended {
  // What npm and jest set for their own Node would change the one that is tried here.
  const { NODE_OPTIONS: _options, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(node, commandLine, { cwd: directory, encoding: 'utf8', env: environment, timeout: 60_000 });
  return { code: status, output: stdout, errors: stderr };
}

/** Loaded first, it makes this Node say that it is another one. */
export function pretending(version: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(`Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`)}`;
}

function majorOf(node: string): number {
  try {
    return Number(execFileSync(node, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8', timeout: 10_000 }));
  } catch {
    return Number.NaN;
  }
}
