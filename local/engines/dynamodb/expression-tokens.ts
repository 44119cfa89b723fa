/** Cuts an expression into tokens and hands them out one by one; its errors name the token and what stands around it, as the service's do. */
import { type ServiceError, validation } from './service-error.ts';

export type Token = { readonly kind: 'name' | 'attributeName' | 'attributeValue' | 'number' | 'symbol' | 'end'; readonly text: string };

export type TokenReader = {
  readonly next: Token;
  take(): Token;
  /** Takes the next token where it is this word (in any case of letters) or symbol. */
  takes(text: string): boolean;
  /** The next token is this word or symbol. */
  sees(text: string): boolean;
  /** The token after the next one is this symbol. */
  seesAfter(text: string): boolean;
  expect(text: string): void;
  syntaxError(): ServiceError;
  /** An error of this expression: `Invalid ConditionExpression: …`. */
  invalid(message: string): ServiceError;
};

type Placed = Token & { readonly from: number; readonly to: number };

const TOKEN = /\s*(?:([A-Za-z][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([0-9]+)|(<>|<=|>=|[^\s]))/y;
const KINDS = ['name', 'attributeName', 'attributeValue', 'number', 'symbol'] as const;
/** Bytes of an expression (developer guide, "Quotas"). */
const EXPRESSION_BYTES_MAX = 4096;

/** `label` is the request's member, for example `ConditionExpression`. */
export function readTokens(label: string, text: string): TokenReader {
  const invalid = (message: string) => validation(`Invalid ${label}: ${message}`);
  if (text.trim() === '') throw invalid('The expression can not be empty;');
  const bytes = Buffer.byteLength(text);
  if (bytes > EXPRESSION_BYTES_MAX) throw invalid(`Expression size has exceeded the maximum allowed size; expression size: ${bytes}`);
  const tokens = tokensOf(text);
  let place = 0;
  const at = (index: number) => tokens[Math.min(index, tokens.length - 1)] as Placed;
  const is = (token: Token, wanted: string) =>
    token.kind === 'name' ? token.text.toUpperCase() === wanted : token.kind === 'symbol' && token.text === wanted;
  const syntaxError = () => {
    const near = text.slice(at(Math.max(0, place - 1)).from, at(place + 1).to);
    return invalid(`Syntax error; token: "${at(place).text}", near: "${near}"`);
  };
  const take = () => {
    const token = at(place);
    place += 1;
    return token;
  };
  const takes = (wanted: string) => {
    if (!is(at(place), wanted)) return false;
    place += 1;
    return true;
  };
  return {
    get next() {
      return at(place);
    },
    take,
    takes,
    sees: (wanted) => is(at(place), wanted),
    seesAfter: (wanted) => is(at(place + 1), wanted),
    expect: (wanted) => {
      if (!takes(wanted)) throw syntaxError();
    },
    syntaxError,
    invalid,
  };
}

function tokensOf(text: string): readonly Placed[] {
  const tokens: Placed[] = [];
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
    const group = found.slice(1).findIndex((part) => part !== undefined);
    const part = found[group + 1] ?? '';
    tokens.push({ kind: KINDS[group] ?? 'symbol', text: part, from: TOKEN.lastIndex - part.length, to: TOKEN.lastIndex });
  }
  return [...tokens, { kind: 'end', text: '<EOF>', from: text.length, to: text.length }];
}
