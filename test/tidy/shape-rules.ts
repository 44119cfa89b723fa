/** How large files are, how deep they lie, what they are called and how they begin. */
import { basename } from 'node:path/posix';
import { type Finding, isCode, lineCount, type Tree } from './finding.ts';

const FILE_LINES_MAX = 250;
const FILE_LINES_MEDIAN_MAX = 120;
const README_LINES_MAX = 150;
const FOLDERS_MAX = 3;
const NAMES_THAT_SAY_NOTHING = new Set(['index', 'util', 'utils', 'helper', 'helpers', 'common', 'shared', 'misc', 'types']);

export function fileLength(tree: Tree): Finding[] {
  return [...tree].flatMap(([path, text]) => {
    const allowed = path === 'README.md' ? README_LINES_MAX : isCode(path) ? FILE_LINES_MAX : Number.POSITIVE_INFINITY;
    return lineCount(text) > allowed
      ? [`${path}:${allowed + 1}: ${lineCount(text)} lines, allowed are ${allowed}; split it by subject`]
      : [];
  });
}

export function medianLength(tree: Tree): Finding[] {
  const lengths = [...tree].filter(([path]) => isCode(path)).map(([, text]) => lineCount(text));
  const median = lengths.sort((one, other) => one - other)[Math.floor(lengths.length / 2)] ?? 0;
  return median > FILE_LINES_MEDIAN_MAX
    ? [`the median source file has ${median} lines, allowed are ${FILE_LINES_MEDIAN_MAX}; split the longest ones`]
    : [];
}

export function folderDepth(tree: Tree): Finding[] {
  const deep = [...tree.keys()].filter((path) => path.split('/').length - 1 > FOLDERS_MAX);
  return deep.map((path) => `${path}:1: lies in more than ${FOLDERS_MAX} folders; move it up`);
}

export function telltaleNames(tree: Tree): Finding[] {
  const empty = (path: string) => path.split('/').some((part) => NAMES_THAT_SAY_NOTHING.has(basename(part).replace(/\..*$/, '')));
  return [...tree.keys()]
    .filter((path) => isCode(path) && empty(path))
    .map((path) => `${path}:1: the name says nothing; name it after what it exports`);
}

/** The first line says what the file is for. A test says it in its titles. */
export function purposeLine(tree: Tree): Finding[] {
  const begins = (text: string) => text.replace(/^#!.*\n/, '').startsWith('/**');
  const wanting = [...tree].filter(([path, text]) => isCode(path) && !path.endsWith('.test.ts') && !begins(text));
  return wanting.map(([path]) => `${path}:1: does not begin with its purpose; put one sentence in /** … */ on top`);
}
