/** Where a value stands inside an item: `name`, `#alias`, `map.member`, `list[0]`. */
import type { Attributes, AttributeValue } from './attribute-value.ts';
import type { TokenReader } from './expression-tokens.ts';
import { isReserved } from './reserved-words.ts';

/** As written: an alias still has its `#`. */
export type WrittenPath = readonly (string | number)[];
/** With real names; a number is the place in a list. */
export type Path = readonly (string | number)[];

export function seesPath(tokens: TokenReader): boolean {
  return tokens.next.kind === 'name' || tokens.next.kind === 'attributeName';
}

export function parsePath(tokens: TokenReader): WrittenPath {
  const parts: (string | number)[] = [parseName(tokens)];
  for (;;) {
    if (tokens.takes('.')) parts.push(parseName(tokens));
    else if (tokens.takes('[')) {
      if (tokens.next.kind !== 'number') throw tokens.syntaxError();
      parts.push(Number(tokens.take().text));
      tokens.expect(']');
    } else return parts;
  }
}

function parseName(tokens: TokenReader): string {
  if (!seesPath(tokens)) throw tokens.syntaxError();
  const { kind, text } = tokens.take();
  if (kind === 'name' && isReserved(text)) throw tokens.invalid(`Attribute name is a reserved keyword; reserved keyword: ${text}`);
  return text;
}

export function valueAt(item: Attributes | undefined, path: Path): AttributeValue | undefined {
  let value = item === undefined ? undefined : own(item, path[0] as string);
  for (let index = 1; index < path.length && value !== undefined; index += 1) {
    const part = path[index] as string | number;
    value = typeof part === 'number' ? value.L?.[part] : value.M === undefined ? undefined : own(value.M, part);
  }
  return value;
}

export function samePath(left: Path, right: Path): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index]);
}

/** As the service writes paths in its errors: `[map, member, [0]]`. */
export function pathText(path: Path): string {
  return `[${path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join(', ')}]`;
}

/** Says what is wrong with two paths in one expression: one is inside the other, or they want the same place to be a map and a list. */
export function pathClash(paths: readonly Path[]): string | undefined {
  for (const [index, one] of paths.entries()) {
    for (const other of paths.slice(0, index)) {
      const differs = other.findIndex((part, place) => part !== one[place]);
      const clash =
        differs === -1 || differs >= one.length ? 'overlap' : typeof one[differs] !== typeof other[differs] ? 'conflict' : undefined;
      if (clash !== undefined)
        return `Two document paths ${clash} with each other; must remove or rewrite one of these paths; path one: ${pathText(other)}, path two: ${pathText(one)}`;
    }
  }
  return undefined;
}

function own(attributes: Attributes, name: string): AttributeValue | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}
