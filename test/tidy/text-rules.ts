/** What may not stand in any file: leftovers, switched-off checks, places that exist on one machine only. */
import { dirname, join } from 'node:path/posix';
import { type Finding, isCode, lineAt, type Tree } from './finding.ts';

/** Put together here, so that this file does not hold what it looks for. */
const word = (...parts: string[]) => parts.join('');

const LEFTOVERS = new RegExp(`\\b(?:${[word('TO', 'DO'), word('FIX', 'ME'), word('XX', 'X'), word('HA', 'CK')].join('|')})\\b`);
const SWITCHED_OFF = new RegExp(
  [
    word('biome', '-ignore'),
    word('@ts', '-ignore'),
    word('@ts', '-nocheck'),
    word('@ts', '-expect-error'),
    word('eslint', '-disable'),
  ].join('|'),
);
const REGISTRY = new RegExp(
  word('\\bregistry', '\\.[a-z0-9-]+\\.[a-z]{2,}|\\bnpm', 'mirror\\b|\\b(?:deb|ftp|security|snapshot)\\.debian', '\\.org'),
  'i',
);
const MACHINE_PATH = new RegExp(word('(?<![\\w.~-])/(?:wo', 'rk|ho', 'me|ro', 'ot|Us', 'ers)/[\\w.-]|[A-Z]:\\\\Us', 'ers\\\\'));

function everywhere(tree: Tree, pattern: RegExp, advice: string): Finding[] {
  return [...tree].flatMap(([path, text]) => {
    const found = pattern.exec(text);
    return found === null ? [] : [`${path}:${lineAt(text, found.index)}: ${JSON.stringify(found[0])}, ${advice}`];
  });
}

export function leftovers(tree: Tree): Finding[] {
  return everywhere(tree, LEFTOVERS, 'do it, or write it down where work is planned');
}

export function switchedOffChecks(tree: Tree): Finding[] {
  return everywhere(
    new Map([...tree].filter(([path]) => isCode(path))),
    SWITCHED_OFF,
    'change the code; a rule that is wrong is changed for all in biome.json',
  );
}

/** The lock file is looked at by test/lock.test.ts. */
export function registryHosts(tree: Tree): Finding[] {
  return everywhere(tree, REGISTRY, 'a host of a package registry; the one who installs has chosen theirs');
}

export function machinePaths(tree: Tree): Finding[] {
  return everywhere(tree, MACHINE_PATH, 'a path of one machine; make it relative to the file or the working directory');
}

/** A link of a page to a file or a folder of the repository. */
export function deadLinks(tree: Tree): Finding[] {
  const isThere = (target: string) => [...tree.keys()].some((path) => path === target || path.startsWith(`${target.replace(/\/$/, '')}/`));
  return [...tree].flatMap(([path, text]) => {
    if (!path.endsWith('.md')) return [];
    const links = [...text.matchAll(/\]\((?![a-z]+:)([^)#\s]+)[^)]*\)/g)];
    const dead = links.filter(([, target = '']) => !isThere(join(dirname(path), target)));
    return dead.map(({ 1: target, index }) => `${path}:${lineAt(text, index)}: links to ${target}, which is not there; mend the link`);
  });
}
