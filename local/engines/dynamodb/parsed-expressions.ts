/** Expressions of a program are few and come again with each request: each text is parsed once. */
import { type Condition, parseCondition } from './condition-syntax.ts';
import type { WrittenPath } from './document-path.ts';
import { readTokens, type TokenReader } from './expression-tokens.ts';
import { parseProjection } from './projection.ts';
import { parseUpdate, type Update } from './update-syntax.ts';

/** More than any program has; a test with random expressions starts afresh now and then. */
const KEPT_MAX = 2_000;

export const parsedCondition: (label: string, text: string) => Condition = remembering(parseCondition);
export const parsedUpdate: (label: string, text: string) => Update = remembering(parseUpdate);
export const parsedProjection: (label: string, text: string) => readonly WrittenPath[] = remembering(parseProjection);

function remembering<Tree>(parse: (tokens: TokenReader) => Tree): (label: string, text: string) => Tree {
  const trees = new Map<string, Tree>();
  return (label, text) => {
    const key = `${label} ${text}`;
    const known = trees.get(key);
    if (known !== undefined) return known;
    const tree = parse(readTokens(label, text));
    if (trees.size >= KEPT_MAX) trees.clear();
    trees.set(key, tree);
    return tree;
  };
}
