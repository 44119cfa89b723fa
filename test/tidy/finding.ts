/** The repository as the rules see it, and what they report. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Text files by their path in the repository. */
export type Tree = ReadonlyMap<string, string>;

/** `path:line: what is wrong, use what`. */
export type Finding = string;

export type Rule = (tree: Tree) => readonly Finding[];

/** Every file that git tracks or would track, as it is now; a file with a zero byte is no text and is left out. */
export function repositoryTree(root: string): Tree {
  const names = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const tree = new Map<string, string>();
  for (const path of names.split('\0')) {
    const stats = path === '' ? undefined : statSync(join(root, path), { throwIfNoEntry: false });
    if (stats?.isFile() !== true) continue;
    const text = readFileSync(join(root, path), 'utf8');
    if (!text.includes('\0')) tree.set(path, text);
  }
  return tree;
}

export function isCode(path: string): boolean {
  return /\.(ts|mts|cts|js|mjs|cjs)$/.test(path);
}

export function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** The 1-based line of a position in a text. */
export function lineAt(text: string, position: number): number {
  return lineCount(text.slice(0, position + 1));
}
