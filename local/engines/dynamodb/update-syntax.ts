/** Reads update expressions into a tree. */
import { parsePath, seesPath, type WrittenPath } from './document-path.ts';
import type { TokenReader } from './expression-tokens.ts';

export type UpdateOperand =
  | { readonly kind: 'path'; readonly path: WrittenPath }
  | { readonly kind: 'value'; readonly placeholder: string }
  | { readonly kind: 'arithmetic'; readonly operator: '+' | '-'; readonly left: UpdateOperand; readonly right: UpdateOperand }
  | { readonly kind: 'if_not_exists'; readonly path: WrittenPath; readonly otherwise: UpdateOperand }
  | { readonly kind: 'list_append'; readonly first: UpdateOperand; readonly second: UpdateOperand };

export type Update = {
  readonly SET: readonly { readonly path: WrittenPath; readonly value: UpdateOperand }[];
  readonly REMOVE: readonly { readonly path: WrittenPath }[];
  readonly ADD: readonly { readonly path: WrittenPath; readonly placeholder: string }[];
  readonly DELETE: readonly { readonly path: WrittenPath; readonly placeholder: string }[];
};

type Section = keyof Update;

export function parseUpdate(tokens: TokenReader): Update {
  const sections: Partial<{ [section in Section]: unknown[] }> = {};
  while (tokens.next.kind !== 'end') {
    const section = SECTIONS.find((name) => tokens.sees(name));
    if (section === undefined) throw tokens.syntaxError();
    tokens.take();
    if (sections[section] !== undefined) throw tokens.invalid(`The "${section}" section can only be used once in an update expression;`);
    const clauses: unknown[] = [CLAUSES[section](tokens)];
    while (tokens.takes(',')) clauses.push(CLAUSES[section](tokens));
    sections[section] = clauses;
  }
  return { SET: [], REMOVE: [], ADD: [], DELETE: [], ...sections } as Update;
}

const SECTIONS: readonly Section[] = ['SET', 'REMOVE', 'ADD', 'DELETE'];

const CLAUSES: { readonly [section in Section]: (tokens: TokenReader) => Update[section][number] } = {
  SET: (tokens) => {
    const path = parsePath(tokens);
    tokens.expect('=');
    return { path, value: parseSum(tokens) };
  },
  REMOVE: (tokens) => ({ path: parsePath(tokens) }),
  ADD: parsePathAndValue,
  DELETE: parsePathAndValue,
};

function parsePathAndValue(tokens: TokenReader): { readonly path: WrittenPath; readonly placeholder: string } {
  const path = parsePath(tokens);
  if (tokens.next.kind !== 'attributeValue') throw tokens.syntaxError();
  return { path, placeholder: tokens.take().text };
}

/** At most one `+` or `-`. */
function parseSum(tokens: TokenReader): UpdateOperand {
  const left = parseOperand(tokens);
  const operator = tokens.takes('+') ? '+' : tokens.takes('-') ? '-' : undefined;
  return operator === undefined ? left : { kind: 'arithmetic', operator, left, right: parseOperand(tokens) };
}

function parseOperand(tokens: TokenReader): UpdateOperand {
  if (tokens.takes('(')) {
    const operand = parseSum(tokens);
    tokens.expect(')');
    return operand;
  }
  if (tokens.next.kind === 'attributeValue') return { kind: 'value', placeholder: tokens.take().text };
  if (tokens.next.kind === 'name' && tokens.seesAfter('(')) return parseFunction(tokens);
  if (seesPath(tokens)) return { kind: 'path', path: parsePath(tokens) };
  throw tokens.syntaxError();
}

function parseFunction(tokens: TokenReader): UpdateOperand {
  const name = tokens.take().text;
  if (name !== 'if_not_exists' && name !== 'list_append')
    throw tokens.invalid(
      CONDITION_FUNCTIONS.has(name)
        ? `The function is not allowed in an update expression; function: ${name}`
        : `Invalid function name; function: ${name}`,
    );
  tokens.expect('(');
  const first = parseOperand(tokens);
  tokens.expect(',');
  const second = parseOperand(tokens);
  tokens.expect(')');
  if (name === 'list_append') return { kind: 'list_append', first, second };
  if (first.kind !== 'path') throw tokens.invalid('Operator or function requires a document path; operator or function: if_not_exists');
  return { kind: 'if_not_exists', path: first.path, otherwise: second };
}

const CONDITION_FUNCTIONS: ReadonlySet<string> = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
]);
