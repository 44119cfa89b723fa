/** Conditions, each on one item: whether it holds, or what is wrong with it. */
import { type Case, done, invalid, put, unmet } from './dynamodb-case.ts';

const ITEM = {
  n: { N: '5' },
  s: { S: 'hello' },
  accents: { S: 'éé' },
  b: { B: 'AAEC' },
  yes: { BOOL: true },
  nothing: { NULL: true },
  l: { L: [{ S: 'x' }, { N: '1' }, { L: [{ S: 'deep' }] }] },
  m: { M: { a: { N: '1' }, 'b c': { S: 'spaced' } } },
  ss: { SS: ['p', 'q'] },
  ns: { NS: ['1', '2'] },
};
type Values = { readonly [placeholder: string]: object };
type Row = readonly [expression: string, values?: Values | undefined, names?: { readonly [placeholder: string]: string }];

function request([expression, values, names]: Row): Case['when'] {
  return put(ITEM, {
    ConditionExpression: expression,
    ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
    ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
  });
}

const textOf = ([expression, values = {}, names = {}]: Row) =>
  `${expression} ${JSON.stringify(values)} ${JSON.stringify(names)}`.replaceAll('{}', '').slice(0, 160);
const holding = (row: Row): Case => ({ title: `holds: ${textOf(row)}`, given: [put(ITEM)], when: request(row), answer: done });
const failing = (row: Row): Case => ({ title: `does not hold: ${textOf(row)}`, given: [put(ITEM)], when: request(row), answer: unmet });
const wrong = ([row, message]: readonly [Row, (string | undefined)?]): Case => ({
  title: `is refused: ${textOf(row)}`,
  when: request(row),
  answer: invalid,
  ...(message === undefined ? {} : { message: `Invalid ConditionExpression: ${message}` }),
});

const HOLDING: readonly Row[] = [
  ['attribute_exists(pk)'],
  ['attribute_not_exists(x)'],
  ['attribute_exists(m.a)'],
  ['attribute_exists(m.#bc)', undefined, { '#bc': 'b c' }],
  ['attribute_exists(l[2][0])'],
  ['attribute_not_exists(l[3])'],
  ['attribute_not_exists(s.a)'],
  ['attribute_type(nothing, :t)', { ':t': { S: 'NULL' } }],
  ['n = :v', { ':v': { N: '5.0' } }],
  ['n < :v AND n > :w', { ':v': { N: '5.5' }, ':w': { N: '-5' } }],
  ['n <= :v and n >= :v', { ':v': { N: '5' } }],
  ['n <> :v', { ':v': { S: '5' } }],
  ['x <> :v', { ':v': { S: '5' } }],
  ['x <> y'],
  ['NOT x = :v', { ':v': { S: '5' } }],
  ['NOT NOT n = :v', { ':v': { N: '5' } }],
  ['NOT n <> :v', { ':v': { N: '5' } }],
  ['x = :v OR n = :v AND s = :s', { ':v': { N: '5' }, ':s': { S: 'hello' } }],
  ['n BETWEEN :a AND :b AND s IN (:s, :b)', { ':a': { N: '1' }, ':b': { N: '5' }, ':s': { S: 'hello' } }],
  ['s > :v', { ':v': { S: 'Hello' } }],
  ['b < :v', { ':v': { B: 'AAED' } }],
  ['ss = :v', { ':v': { SS: ['q', 'p'] } }],
  ['l = :v', { ':v': ITEM.l }],
  ['m = :v', { ':v': { M: { 'b c': { S: 'spaced' }, a: { N: '1.0' } } } }],
  ['begins_with(s, :v)', { ':v': { S: 'he' } }],
  ['begins_with(b, :v)', { ':v': { B: 'AAE=' } }],
  ['contains(s, :v)', { ':v': { S: 'ell' } }],
  ['contains(ss, :v)', { ':v': { S: 'p' } }],
  ['contains(ns, :v)', { ':v': { N: '1.0' } }],
  ['contains(l, :v)', { ':v': { N: '1' } }],
  ['contains(l, :v)', { ':v': { L: [{ S: 'deep' }] } }],
  ['contains(b, :v)', { ':v': { B: 'AQ==' } }],
  ['contains(:v, s)', { ':v': { S: 'oh hello' } }],
  ['size(s) = :v', { ':v': { N: '5' } }],
  ['size(accents) = :v', { ':v': { N: '2' } }],
  ['size(b) = :v', { ':v': { N: '3' } }],
  ['size(l) = :v AND size(ss) < :v AND size(m) < :v', { ':v': { N: '3' } }],
  ['size(l) BETWEEN :a AND :b', { ':a': { N: '3' }, ':b': { N: '3' } }],
  ['(n = :v)', { ':v': { N: '5' } }],
  ['(n = :v OR x = :v) AND (NOT s = :v)', { ':v': { N: '5' } }],
  [':v = :v', { ':v': { N: '5' } }],
  [':v = n', { ':v': { N: '5' } }],
  ['#n = :v', { ':v': { N: '5' } }, { '#n': 'n' }],
];

const FAILING: readonly Row[] = [
  ['attribute_not_exists(pk)'],
  ['attribute_exists(m.x)'],
  ['attribute_exists(n.a.b[1])'],
  ['x = y'],
  ['x < :v', { ':v': { N: '5' } }],
  ['n < :v', { ':v': { S: '9' } }],
  ['s IN (:v)', { ':v': { N: '5' } }],
  ['n = :v OR x = :v AND s = :v', { ':v': { N: '6' } }],
  ['begins_with(n, :v)', { ':v': { S: '5' } }],
  ['contains(s, :v)', { ':v': { N: '5' } }],
  ['contains(n, :v)', { ':v': { N: '5' } }],
  ['size(n) = :v', { ':v': { N: '1' } }],
  ['size(x) = :v', { ':v': { N: '0' } }],
  ['size(x) <> :v AND attribute_exists(x)', { ':v': { N: '0' } }],
  ['attribute_type(n, :t)', { ':t': { S: 'S' } }],
  ['l = :v', { ':v': { L: [{ N: '1' }, { S: 'x' }] } }],
  ['x BETWEEN :v AND :v', { ':v': { N: '5' } }],
];

const WRONG: readonly (readonly [Row, (string | undefined)?])[] = [
  [['name = :v', { ':v': { S: 'x' } }], 'Attribute name is a reserved keyword; reserved keyword: name'],
  [['attribute_exists(m.#x.Source)', undefined, { '#x': 'x' }], 'Attribute name is a reserved keyword; reserved keyword: Source'],
  [['convert = :v', { ':v': { S: 'x' } }], 'Attribute name is a reserved keyword; reserved keyword: convert'],
  [['size = :v', { ':v': { S: 'x' } }], 'Attribute name is a reserved keyword; reserved keyword: size'],
  [['#x = :v', { ':v': { S: 'x' } }], 'An expression attribute name used in the document path is not defined; attribute name: #x'],
  [['n = :v'], 'An expression attribute value used in expression is not defined; attribute value: :v'],
  [['n = '], 'Syntax error; token: "<EOF>", near: "= "'],
  [['n == :v', { ':v': { N: '5' } }], 'Syntax error; token: "=", near: "== :v"'],
  [['n', undefined], 'Syntax error; token: "<EOF>", near: "n"'],
  [['n-1 = :v', { ':v': { N: '5' } }], 'Syntax error; token: "-", near: "n-1"'],
  [['_n = :v', { ':v': { N: '5' } }], 'Syntax error; token: "_", near: "_n"'],
  [['n IN ()'], 'Syntax error; token: ")", near: "()"'],
  [['(n = :v', { ':v': { N: '5' } }], undefined],
  [['n = :v)', { ':v': { N: '5' } }], undefined],
  [['l[x] = :v', { ':v': { N: '5' } }], undefined],
  [['l[-1] = :v', { ':v': { N: '5' } }], undefined],
  [['m..a = :v', { ':v': { N: '5' } }], undefined],
  [['n = :v AND', { ':v': { N: '5' } }], undefined],
  [['n = :v n = :v', { ':v': { N: '5' } }], undefined],
  [['n BETWEEN :v', { ':v': { N: '5' } }], undefined],
  [[''], 'The expression can not be empty;'],
  [['foo(n)'], 'Invalid function name; function: foo'],
  [['Size(n) = :v', { ':v': { N: '5' } }], 'Invalid function name; function: Size'],
  [['attribute_exists(:v)', { ':v': { N: '5' } }], 'Operator or function requires a document path; operator or function: attribute_exists'],
  [
    ['attribute_exists(n, s)'],
    'Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2',
  ],
  [
    ['attribute_exists(n) = :v', { ':v': { BOOL: true } }],
    'The function is not allowed to be used this way in an expression; function: attribute_exists',
  ],
  [['size(s)'], 'The function is not allowed to be used this way in an expression; function: size'],
  [
    ['n = n'],
    'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [n]',
  ],
  [['((n = :v))', { ':v': { N: '5' } }], 'The expression has redundant parentheses;'],
  [
    ['begins_with(s, :v)', { ':v': { N: '5' } }],
    'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
  ],
  [['size(:v) = n', { ':v': { N: '5' } }], 'Incorrect operand type for operator or function; operator or function: size, operand type: N'],
  [['size(size(s)) = n'], 'Incorrect operand type for operator or function; operator or function: size, operand type: N'],
  [['s < :v', { ':v': { L: [] } }], 'Incorrect operand type for operator or function; operator or function: <, operand type: L'],
  [
    ['n BETWEEN :a AND :b', { ':a': { N: '9' }, ':b': { N: '1' } }],
    'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:9}, upper bound operand: AttributeValue: {N:1}',
  ],
  [
    ['n BETWEEN :a AND :b', { ':a': { S: '1' }, ':b': { N: '9' } }],
    'The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {S:1}, upper bound operand: AttributeValue: {N:9}',
  ],
  [['attribute_type(s, :v)', { ':v': { S: 'Q' } }], undefined],
  [
    ['attribute_type(s, :v)', { ':v': { N: '1' } }],
    'Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N',
  ],
];

const bare = (title: string, more: object, message: string): Case => ({ title, when: put({}, { ...more }), answer: invalid, message });

export const CONDITION_CASES: readonly Case[] = [
  ...HOLDING.map(holding),
  ...FAILING.map(failing),
  ...WRONG.map(wrong),
  bare(
    'refuses a value that no expression uses',
    { ConditionExpression: 'n = :a', ExpressionAttributeValues: { ':a': { N: '1' }, ':b': { N: '1' } } },
    'Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}',
  ),
  bare(
    'refuses a name that no expression uses',
    { ConditionExpression: 'attribute_exists(n)', ExpressionAttributeNames: { '#b': 'b' } },
    'Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}',
  ),
  bare(
    'refuses empty values',
    { ConditionExpression: 'attribute_exists(n)', ExpressionAttributeValues: {} },
    'ExpressionAttributeValues must not be empty',
  ),
  bare(
    'refuses empty names',
    { ConditionExpression: 'attribute_exists(n)', ExpressionAttributeNames: {} },
    'ExpressionAttributeNames must not be empty',
  ),
  bare(
    'refuses values without an expression',
    { ExpressionAttributeValues: { ':a': { N: '1' } } },
    'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
  ),
  bare(
    'refuses names without an expression',
    { ExpressionAttributeNames: { '#a': 'a' } },
    'ExpressionAttributeNames can only be specified when using expressions',
  ),
  bare(
    'refuses a value that does not begin with a colon',
    { ConditionExpression: 'attribute_exists(n)', ExpressionAttributeValues: { a: { N: '1' } } },
    'ExpressionAttributeValues contains invalid key: Syntax error; key: "a"',
  ),
  bare(
    'refuses a name that does not begin with a hash',
    { ConditionExpression: 'attribute_exists(n)', ExpressionAttributeNames: { a: 'n' } },
    'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"',
  ),
];
