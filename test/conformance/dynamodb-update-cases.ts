/** Updates of one item: what becomes of it, or what is wrong with the expression. */

import type { JsonObject } from '../../local/engines/service-engine.ts';
import { type Case, invalid, KEY, put, update } from './dynamodb-case.ts';

/** The item that each update finds. */
export const BASE = {
  n: { N: '5' },
  s: { S: 'hello' },
  l: { L: [{ S: 'a' }, { S: 'b' }, { S: 'c' }] },
  m: { M: { a: { N: '1' } } },
  ss: { SS: ['p', 'q'] },
  ns: { NS: ['1', '2'] },
};

type Row = readonly [expression: string, values: JsonObject | undefined, changed: JsonObject];

/** What is expected of the attributes that changed; a missing one is null. */
function becomes([expression, values, changed]: Row): Case {
  const after = Object.fromEntries(Object.entries({ ...BASE, ...changed }).filter(([, value]) => value !== null));
  return {
    title: `${expression} ${values === undefined ? '' : JSON.stringify(values)}`,
    given: [put(BASE)],
    when: update(expression, values, { ReturnValues: 'ALL_NEW' }),
    answer: { body: { Attributes: { ...KEY, ...after } } },
  };
}

const ROWS: readonly Row[] = [
  ['SET n = :v', { ':v': { S: 'x' } }, { n: { S: 'x' } }],
  ['set n = :v remove s', { ':v': { S: 'x' } }, { n: { S: 'x' }, s: null }],
  ['SET n = n + :v', { ':v': { N: '0.1' } }, { n: { N: '5.1' } }],
  ['SET n = n + :v', { ':v': { N: '0.10' } }, { n: { N: '5.1' } }],
  ['SET n = :v - n', { ':v': { N: '1' } }, { n: { N: '-4' } }],
  ['SET n = n + :v', { ':v': { N: '99999999999999999999' } }, { n: { N: '100000000000000000004' } }],
  ['SET x = if_not_exists(x, :v) + :v', { ':v': { N: '1' } }, { x: { N: '2' } }],
  ['SET n = if_not_exists(n, :v)', { ':v': { N: '1' } }, {}],
  ['SET n = s, s = n', undefined, { n: { S: 'hello' }, s: { N: '5' } }],
  ['SET l = list_append(l, :v)', { ':v': { L: [{ S: 'd' }] } }, { l: { L: [...BASE.l.L, { S: 'd' }] } }],
  ['SET l = list_append(:v, l)', { ':v': { L: [{ S: 'd' }] } }, { l: { L: [{ S: 'd' }, ...BASE.l.L] } }],
  ['SET x = list_append(if_not_exists(x, :e), :v)', { ':v': { L: [{ S: 'd' }] }, ':e': { L: [] } }, { x: { L: [{ S: 'd' }] } }],
  ['SET l[1] = :v', { ':v': { S: 'x' } }, { l: { L: [{ S: 'a' }, { S: 'x' }, { S: 'c' }] } }],
  ['SET l[9] = :v, l[7] = :w', { ':v': { S: 'nine' }, ':w': { S: 'seven' } }, { l: { L: [...BASE.l.L, { S: 'seven' }, { S: 'nine' }] } }],
  ['REMOVE l[0], l[2]', undefined, { l: { L: [{ S: 'b' }] } }],
  ['SET l[2] = :v REMOVE l[0]', { ':v': { S: 'x' } }, { l: { L: [{ S: 'b' }, { S: 'x' }] } }],
  ['REMOVE l[7]', undefined, {}],
  ['SET m.b = :v', { ':v': { S: 'x' } }, { m: { M: { a: { N: '1' }, b: { S: 'x' } } } }],
  ['SET m.a = m.a + :v, n = m.a', { ':v': { N: '1' } }, { m: { M: { a: { N: '2' } } }, n: { N: '1' } }],
  ['REMOVE m.a', undefined, { m: { M: {} } }],
  ['REMOVE x', undefined, {}],
  ['ADD n :v', { ':v': { N: '-6' } }, { n: { N: '-1' } }],
  ['ADD x :v', { ':v': { N: '7' } }, { x: { N: '7' } }],
  ['ADD ss :v', { ':v': { SS: ['q', 'r'] } }, { ss: { SS: ['p', 'q', 'r'] } }],
  ['ADD x :v', { ':v': { NS: ['1'] } }, { x: { NS: ['1'] } }],
  ['ADD x :v', { ':v': { NS: ['1E-10'] } }, { x: { NS: ['0.0000000001'] } }],
  ['DELETE ss :v', { ':v': { SS: ['q', 'z'] } }, { ss: { SS: ['p'] } }],
  ['DELETE ns :v', { ':v': { NS: ['2.0', '1'] } }, { ns: null }],
  ['DELETE x :v', { ':v': { SS: ['q'] } }, {}],
  [
    'ADD n :v SET s = :w REMOVE m DELETE ss :x',
    { ':v': { N: '1' }, ':w': { BOOL: true }, ':x': { SS: ['p'] } },
    { n: { N: '6' }, s: { BOOL: true }, m: null, ss: { SS: ['q'] } },
  ],
];

const wrong = ([expression, values, message]: readonly [string, JsonObject | undefined, string?]): Case => ({
  title: `is refused: ${expression} ${values === undefined ? '' : JSON.stringify(values)}`.slice(0, 120),
  given: [put(BASE)],
  when: update(expression, values),
  answer: invalid,
  ...(message === undefined ? {} : { message }),
});

const V = { ':v': { N: '1' } };
const ABSENT = 'The provided expression refers to an attribute that does not exist in the item';
const WRONG_DATA = 'An operand in the update expression has an incorrect data type';
const WRONG_PATH = 'The document path provided in the update expression is invalid for update';

const WRONG: readonly (readonly [string, JsonObject | undefined, string?])[] = [
  ['SET n = x', undefined, ABSENT],
  ['SET n = x + :v', V, ABSENT],
  ['SET n = m.x', undefined, ABSENT],
  ['SET n = s + :v', V, WRONG_DATA],
  ['SET n = list_append(s, :v)', { ':v': { L: [] } }, WRONG_DATA],
  ['ADD s :v', V, WRONG_DATA],
  ['ADD ss :v', { ':v': { NS: ['1'] } }, WRONG_DATA],
  ['DELETE s :v', { ':v': { SS: ['1'] } }, WRONG_DATA],
  ['SET m.x.y = :v', V, WRONG_PATH],
  ['SET s.y = :v', V, WRONG_PATH],
  ['SET x[0] = :v', V, WRONG_PATH],
  ['SET m[0] = :v', V, WRONG_PATH],
  ['SET l.a = :v', V, WRONG_PATH],
  ['REMOVE x.y', undefined, WRONG_PATH],
  [
    'SET n = n + :v',
    { ':v': { S: 'x' } },
    'Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: +, operand type: S',
  ],
  [
    'SET l = list_append(l, :v)',
    { ':v': { S: 'x' } },
    'Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: list_append, operand type: S',
  ],
  [
    'ADD n :v',
    { ':v': { S: 'x' } },
    'Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND',
  ],
  [
    'DELETE ss :v',
    V,
    'Invalid UpdateExpression: Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND',
  ],
  ['SET n = :v SET s = :v', V, 'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;'],
  [
    'SET n = :v, n = :v',
    V,
    'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [n], path two: [n]',
  ],
  [
    'SET m = :v, m.b = :v',
    V,
    'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, b]',
  ],
  [
    'SET m.a = :v, m[1] = :v',
    V,
    'Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, a], path two: [m, [1]]',
  ],
  ['SET m.a = :v REMOVE m.a', V],
  ['SET pk = :v', V, 'One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key'],
  ['REMOVE sk', undefined, 'One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key'],
  ['SET pk.a = :v', V, 'One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key'],
  ['', undefined, 'Invalid UpdateExpression: The expression can not be empty;'],
  ['SET', undefined],
  ['SET n = :v,', V, 'Invalid UpdateExpression: Syntax error; token: "<EOF>", near: ","'],
  ['SET n :v', V, 'Invalid UpdateExpression: Syntax error; token: ":v", near: "n :v"'],
  ['FOO n', undefined, 'Invalid UpdateExpression: Syntax error; token: "FOO", near: "FOO n"'],
  ['SET n = n + n + n', undefined, 'Invalid UpdateExpression: Syntax error; token: "+", near: "n + n"'],
  ['SET n = -:v', V, 'Invalid UpdateExpression: Syntax error; token: "-", near: "= -:v"'],
  ['ADD n n', undefined],
  ['SET n = size(s)', undefined, 'Invalid UpdateExpression: The function is not allowed in an update expression; function: size'],
  ['SET n = foo(s)', undefined, 'Invalid UpdateExpression: Invalid function name; function: foo'],
  [
    'SET n = if_not_exists(:v, :v)',
    V,
    'Invalid UpdateExpression: Operator or function requires a document path; operator or function: if_not_exists',
  ],
  [
    'SET n = if_not_exists(n, n)',
    undefined,
    'Invalid UpdateExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: if_not_exists, first operand: [n]',
  ],
  ['SET status = :v', V, 'Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: status'],
  ['SET n = :v', { ':v': { S: 'x'.repeat(400 * 1024) } }, 'Item size to update has exceeded the maximum allowed size'],
  ['SET due = :v', { ':v': { S: 'x' } }],
];

const fresh = (title: string, expression: string | undefined, values: JsonObject | undefined, after: JsonObject): Case => ({
  title,
  when:
    expression === undefined
      ? ['UpdateItem', { TableName: 'Pairs', Key: KEY, ReturnValues: 'ALL_NEW' }]
      : update(expression, values, { ReturnValues: 'ALL_NEW' }),
  answer: { body: { Attributes: { ...KEY, ...after } } },
});

const returned = (returns: string, attributes: JsonObject | undefined): Case => ({
  title: `gives back ${returns}`,
  given: [put(BASE)],
  when: update('SET n = :v, m.b = :v REMOVE s', V, { ReturnValues: returns }),
  answer: { body: attributes === undefined ? {} : { Attributes: attributes } },
});

export const UPDATE_CASES: readonly Case[] = [
  ...ROWS.map(becomes),
  ...WRONG.map(wrong),
  fresh('makes an item where there was none', 'SET n = :v', V, { n: { N: '1' } }),
  fresh('makes an item of nothing but its key', undefined, undefined, {}),
  fresh('makes an item even where it removes', 'REMOVE n', undefined, {}),
  fresh('makes an item even where it takes from a set', 'DELETE n :v', { ':v': { SS: ['a'] } }, {}),
  returned('NONE', undefined),
  returned('ALL_OLD', { ...KEY, ...BASE }),
  returned('UPDATED_OLD', { n: { N: '5' }, s: { S: 'hello' } }),
  returned('UPDATED_NEW', { n: { N: '1' }, m: { M: { b: { N: '1' } } } }),
  { title: 'gives back no old values of a new item', when: update('SET n = :v', V, { ReturnValues: 'UPDATED_OLD' }), answer: { body: {} } },
  {
    title: 'updates only under its condition',
    given: [put(BASE)],
    when: update('SET n = :v', V, { ConditionExpression: 'n = :v' }),
    answer: { error: 'ConditionalCheckFailedException' },
  },
];
