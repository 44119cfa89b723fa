/** Parts of items: what a projection expression asks for, and the parts that an update touched. */
import type { Attributes, AttributeValue } from './attribute-value.ts';
import { type Path, parsePath, pathClash, type WrittenPath } from './document-path.ts';
import type { TokenReader } from './expression-tokens.ts';
import type { Placeholders } from './placeholders.ts';
import { validation } from './service-error.ts';

export function parseProjection(tokens: TokenReader): readonly WrittenPath[] {
  const paths = [parsePath(tokens)];
  while (tokens.takes(',')) paths.push(parsePath(tokens));
  if (tokens.next.kind !== 'end') throw tokens.syntaxError();
  return paths;
}

export function bindProjection(written: readonly WrittenPath[], placeholders: Placeholders): (item: Attributes) => Attributes {
  const paths = written.map((path) => placeholders.path(path, 'ProjectionExpression'));
  const clash = pathClash(paths);
  if (clash !== undefined) throw validation(`Invalid ProjectionExpression: ${clash}`);
  return (item) => partsOf(item, paths);
}

/** Only what stands at the paths; members of lists keep their order and close up. */
export function partsOf(item: Attributes, paths: readonly Path[]): Attributes {
  const parts: { [name: string]: AttributeValue } = {};
  for (const [part, rests] of grouped(paths)) {
    const value = typeof part === 'string' && Object.hasOwn(item, part) ? item[part] : undefined;
    const found = value === undefined ? undefined : partOf(value, rests);
    if (found !== undefined) parts[String(part)] = found;
  }
  return parts;
}

function partOf(value: AttributeValue, paths: readonly Path[]): AttributeValue | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if (value.M !== undefined) {
    const parts = partsOf(value.M, paths);
    return Object.keys(parts).length === 0 ? undefined : { M: parts };
  }
  if (value.L === undefined) return undefined;
  const places = [...grouped(paths)].filter(([part]) => typeof part === 'number') as [number, Path[]][];
  const members = places
    .sort(([one], [other]) => one - other)
    .flatMap(([place, rests]) => {
      const member = value.L?.[place];
      const part = member === undefined ? undefined : partOf(member, rests);
      return part === undefined ? [] : [part];
    });
  return members.length === 0 ? undefined : { L: members };
}

function grouped(paths: readonly Path[]): Map<string | number, Path[]> {
  const groups = new Map<string | number, Path[]>();
  for (const [part = '', ...rest] of paths) groups.set(part, [...(groups.get(part) ?? []), rest]);
  return groups;
}
