/** Stripe's search query language, as much as payment intents need (docs.stripe.com/search): clauses joined by AND, or all of them by OR. */
import { invalidRequest } from './api-error.ts';

type Searched = { readonly [name: string]: unknown; readonly metadata: { readonly [name: string]: string } };
type Clause = {
  readonly negated: boolean;
  readonly field: string;
  readonly name: string | undefined;
  readonly operator: string;
  readonly value: string;
};

/** What each field can be asked for. `~` is "contains". */
const OPERATORS: { readonly [field: string]: readonly string[] } = {
  amount: [':', '>', '<', '>=', '<='],
  created: [':', '>', '<', '>=', '<='],
  currency: [':'],
  customer: [':'],
  metadata: [':', '~'],
  status: [':'],
};

/** docs.stripe.com/search, "Search query language". */
const CLAUSES_MAX = 10;

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
const CLAUSE = new RegExp(
  `\\s*(-)?([a-z_]+)(?:\\[${QUOTED}\\])?\\s*(:|~|>=|<=|>|<)\\s*(?:${QUOTED}|'((?:[^'\\\\]|\\\\.)*)'|([\\w.-]+))`,
  'y',
);
const JOINT = /\s+(AND|OR)\s+|\s+(?=\S)/y;

/** Throws `ApiError` for a query that cannot be read. */
export function searchQuery(query: string): (object: Searched) => boolean {
  const clauses: Clause[] = [];
  const joints = new Set<string>();
  let place = 0;
  while (place < query.trimEnd().length) {
    if (clauses.length > 0) {
      const joint = matchAt(JOINT, query, place);
      if (joint === undefined) throw unreadable(query, place);
      joints.add(joint[1] ?? 'AND');
      place += joint[0].length;
    }
    const found = matchAt(CLAUSE, query, place);
    if (found === undefined) throw unreadable(query, place);
    clauses.push(clauseOf(found));
    place += found[0].length;
  }
  if (clauses.length === 0) throw unreadable(query, 0);
  if (clauses.length > CLAUSES_MAX) throw refused(`a query has at most ${CLAUSES_MAX} clauses; this one has ${clauses.length}`);
  if (joints.size > 1) throw refused('AND and OR cannot be used in one query');
  return (object) => (joints.has('OR') ? clauses.some((one) => holds(one, object)) : clauses.every((one) => holds(one, object)));
}

function clauseOf([, minus, field = '', name, operator = '', double, single, bare]: RegExpExecArray): Clause {
  const allowed = Object.hasOwn(OPERATORS, field) ? OPERATORS[field] : undefined;
  if (allowed === undefined) throw refused(`the field ${field} is not supported; there are ${Object.keys(OPERATORS).join(', ')}`);
  if ((field === 'metadata') !== (name !== undefined))
    throw refused('metadata, and nothing else, is asked by name: metadata["key"]:"value"');
  if (!allowed.includes(operator)) throw refused(`${field} can be asked with ${allowed.join(' ')}, not with ${operator}`);
  const value = bare ?? unescaped(double ?? single ?? '');
  const isNumber = field === 'amount' || field === 'created';
  if (isNumber && !/^\d{1,15}$/.test(value)) throw refused(`${field} is compared with a whole number`);
  if (!isNumber && bare !== undefined && bare !== 'null') throw refused(`the value of ${field} must be in quotes`);
  return {
    negated: minus !== undefined,
    field,
    name: name === undefined ? undefined : unescaped(name),
    operator,
    value: bare === 'null' ? NOTHING : value,
  };
}

/** `null` asks whether there is none. No value can hold it. */
const NOTHING = '\u0000';

function holds({ negated, field, name, operator, value }: Clause, object: Searched): boolean {
  const held = name === undefined ? object[field] : Object.hasOwn(object.metadata, name) ? object.metadata[name] : null;
  return compare(held ?? null, operator, value) !== negated;
}

function compare(held: unknown, operator: string, value: string): boolean {
  if (value === NOTHING) return held === null;
  if (held === null) return false;
  if (operator === ':') return typeof held === 'number' ? held === Number(value) : String(held).toLowerCase() === value.toLowerCase();
  if (operator === '~') return String(held).toLowerCase().includes(value.toLowerCase());
  const [left, right] = [Number(held), Number(value)];
  if (operator === '>') return left > right;
  if (operator === '<') return left < right;
  return operator === '>=' ? left >= right : left <= right;
}

function matchAt(pattern: RegExp, text: string, place: number): RegExpExecArray | undefined {
  pattern.lastIndex = place;
  return pattern.exec(text) ?? undefined;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1');
}

function refused(why: string) {
  return invalidRequest(`The search query cannot be run: ${why}.`, { param: 'query' });
}

function unreadable(query: string, place: number) {
  return refused(`it cannot be read from character ${place + 1} on, ${JSON.stringify(query.slice(place, place + 20))}`);
}
