/** Reads condition, filter and key-condition expressions into a tree. */
import { parsePath, seesPath, type WrittenPath } from './document-path.ts';
import type { TokenReader } from './expression-tokens.ts';

export type Operand =
  | { readonly kind: 'path'; readonly path: WrittenPath }
  | { readonly kind: 'value'; readonly placeholder: string }
  | { readonly kind: 'size'; readonly of: Operand };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition = { readonly parenthesised?: true } & (
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'function'; readonly name: ConditionFunction; readonly operands: readonly Operand[] }
);

export type ConditionFunction = 'attribute_exists' | 'attribute_not_exists' | 'attribute_type' | 'begins_with' | 'contains';

const OPERAND_COUNTS: { readonly [name in ConditionFunction | 'size']: number } = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};
const COMPARATORS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);
/** Operands of one IN (developer guide, "Condition and filter expressions"). */
const IN_OPERANDS_MAX = 100;

export function parseCondition(tokens: TokenReader): Condition {
  const condition = parseOr(tokens);
  if (tokens.next.kind !== 'end') throw tokens.syntaxError();
  return condition;
}

/** Every path that a condition speaks of. */
export function pathsIn(condition: Condition): readonly WrittenPath[] {
  if (condition.kind === 'not') return pathsIn(condition.condition);
  if (condition.kind === 'and' || condition.kind === 'or') return [...pathsIn(condition.left), ...pathsIn(condition.right)];
  return operandsIn(condition).flatMap((operand) => {
    const inner = operand.kind === 'size' ? operand.of : operand;
    return inner.kind === 'path' ? [inner.path] : [];
  });
}

function operandsIn(condition: Condition): readonly Operand[] {
  if (condition.kind === 'compare') return [condition.left, condition.right];
  if (condition.kind === 'between') return [condition.operand, condition.low, condition.high];
  if (condition.kind === 'in') return [condition.operand, ...condition.list];
  return condition.kind === 'function' ? condition.operands : [];
}

function parseOr(tokens: TokenReader): Condition {
  let left = parseAnd(tokens);
  while (tokens.takes('OR')) left = { kind: 'or', left, right: parseAnd(tokens) };
  return left;
}

function parseAnd(tokens: TokenReader): Condition {
  let left = parseNot(tokens);
  while (tokens.takes('AND')) left = { kind: 'and', left, right: parseNot(tokens) };
  return left;
}

function parseNot(tokens: TokenReader): Condition {
  if (tokens.takes('NOT')) return { kind: 'not', condition: parseNot(tokens) };
  if (tokens.sees('(')) return parseParentheses(tokens);
  if (tokens.next.kind === 'name' && tokens.seesAfter('(') && tokens.next.text !== 'size') return parseFunction(tokens);
  return parseComparison(tokens);
}

function parseParentheses(tokens: TokenReader): Condition {
  tokens.expect('(');
  const condition = parseOr(tokens);
  tokens.expect(')');
  if (condition.parenthesised === true) throw tokens.invalid('The expression has redundant parentheses;');
  return { ...condition, parenthesised: true };
}

function parseFunction(tokens: TokenReader): Condition {
  const name = tokens.take().text;
  if (!Object.hasOwn(OPERAND_COUNTS, name)) throw tokens.invalid(`Invalid function name; function: ${name}`);
  const operands = parseOperands(tokens, name as ConditionFunction);
  if (COMPARATORS.has(tokens.next.text) || tokens.sees('BETWEEN') || tokens.sees('IN'))
    throw tokens.invalid(`The function is not allowed to be used this way in an expression; function: ${name}`);
  return { kind: 'function', name: name as ConditionFunction, operands };
}

function parseOperands(tokens: TokenReader, name: ConditionFunction | 'size'): readonly Operand[] {
  const operands = parseList(tokens);
  if (operands.length !== OPERAND_COUNTS[name])
    throw tokens.invalid(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  return operands;
}

function parseList(tokens: TokenReader): readonly Operand[] {
  tokens.expect('(');
  const operands = [parseOperand(tokens)];
  while (tokens.takes(',')) operands.push(parseOperand(tokens));
  tokens.expect(')');
  return operands;
}

function parseComparison(tokens: TokenReader): Condition {
  const operand = parseOperand(tokens);
  if (tokens.takes('BETWEEN')) {
    const low = parseOperand(tokens);
    tokens.expect('AND');
    return { kind: 'between', operand, low, high: parseOperand(tokens) };
  }
  if (tokens.takes('IN')) {
    const list = parseList(tokens);
    if (list.length > IN_OPERANDS_MAX)
      throw tokens.invalid(
        `Invalid number of operands for the operator or function; operator or function: IN, number of operands: ${list.length}`,
      );
    return { kind: 'in', operand, list };
  }
  if (tokens.next.kind === 'symbol' && COMPARATORS.has(tokens.next.text)) {
    const comparator = tokens.take().text as Comparator;
    return { kind: 'compare', comparator, left: operand, right: parseOperand(tokens) };
  }
  if (operand.kind === 'size' && tokens.next.kind === 'end')
    throw tokens.invalid('The function is not allowed to be used this way in an expression; function: size');
  throw tokens.syntaxError();
}

function parseOperand(tokens: TokenReader): Operand {
  if (tokens.next.kind === 'attributeValue') return { kind: 'value', placeholder: tokens.take().text };
  if (tokens.next.kind === 'name' && tokens.seesAfter('(')) {
    const name = tokens.take().text;
    if (!Object.hasOwn(OPERAND_COUNTS, name)) throw tokens.invalid(`Invalid function name; function: ${name}`);
    const [of] = parseOperands(tokens, name as 'size');
    if (name !== 'size') throw tokens.invalid(`The function is not allowed to be used this way in an expression; function: ${name}`);
    return { kind: 'size', of: of as Operand };
  }
  if (seesPath(tokens)) return { kind: 'path', path: parsePath(tokens) };
  throw tokens.syntaxError();
}
